"""Every unsettled point has a value to choose, a reason, and an effect."""

from __future__ import annotations

import ast
import inspect

from generator.stripe_mock import Switches, switches


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
    from pathlib import Path

    code = "".join(path.read_text() for path in Path(package).glob("*.py") if path.name != "switches.py")
    assert [name for name in Switches.choices() if f"switches.{name}" not in code] == []


def test_the_defaults_are_called_so() -> None:
    assert str(Switches()) == "defaults"
