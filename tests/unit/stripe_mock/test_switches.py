"""Every unsettled point has a value to choose, a reason, and an effect."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any, cast

from generator.stripe_mock import Switches, switches

from .conftest import MakeBench


def test_every_switch_says_why_it_is_open() -> None:
    [found] = [node for node in ast.parse(inspect.getsource(switches)).body if isinstance(node, ast.ClassDef)]
    body = found.body
    for name in Switches.choices():
        place = next(i for i, n in enumerate(body) if isinstance(n, ast.AnnAssign) and ast.unparse(n.target) == name)
        said = body[place + 1]
        assert isinstance(said, ast.Expr), name
        assert isinstance(said.value, ast.Constant), name


def test_variants_change_one_switch_each_and_cover_every_value() -> None:
    variants = list(Switches.variants())
    assert all(len(variant.changed) == 1 for variant in variants)
    assert {str(variant) for variant in variants} == {
        f"{name}={value}" for name, values in Switches.choices().items() for value in values[1:]
    }


def test_pairs_change_two_switches_and_repeat_nothing() -> None:
    pairs = list(Switches.pairs())
    assert all(len(pair.changed) == 2 for pair in pairs)
    assert len({str(pair) for pair in pairs}) == len(pairs)
    alternatives = [len(values) - 1 for values in Switches.choices().values()]
    assert len(pairs) == (sum(alternatives) ** 2 - sum(n * n for n in alternatives)) // 2


def test_every_switch_is_read_by_a_rule() -> None:
    package = inspect.getfile(switches).removesuffix("switches.py")
    code = "".join(path.read_text() for path in Path(package).glob("*.py") if path.name != "switches.py")
    assert [name for name in Switches.choices() if f"switches.{name}" not in code] == []


def test_the_defaults_are_called_so() -> None:
    assert str(Switches()) == "defaults"


class Watched:
    """Switches that remember which of them were read."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(Switches(), name)


def test_a_switch_is_read_only_where_it_matters(make_bench: MakeBench) -> None:
    watched = Watched()
    bench = make_bench(cast("Switches", watched))
    bench.event("5", identifier="a", timestamp="2026-11-20T11:00:00Z", headers={"idempotency_key": "k"})
    bench.summary()
    assert watched.read == set()
    bench.event("5", identifier="a")
    assert watched.read == {"duplicate_code", "v2_error_type"}
    bench.event("-5")
    bench.event("5", timestamp="2026-01-01T00:00:00Z")
    assert watched.read == {"duplicate_code", "v2_error_type", "negative_value", "timestamp"}
