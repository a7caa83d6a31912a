"""Whatever an author writes, evaluation gives a value or an `ImlError`, never a Python error."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from generator.iml.evaluate import evaluate
from generator.iml.faults import ImlError
from generator.iml.functions import FUNCTIONS
from generator.iml.scope import Scope, Surroundings
from generator.iml.template import expressions
from generator.iml.values import Value

VALUES = (
    "null", "true",
    '""', '"text"', '"-12.5"', '"2026-03-08"', "0", "-1", "2.5", "99999999999999999999",
    "1.rows", "1.rows[]", "1.rows[1]", "1.map", "now", "ignore", "emptyarray", '"/(/g"', '"/a|b/gi"', '"YYYY"',
    '"Mars"', "1.bytes", "1.huge", "1.missing.deep", "split(\"a,b\"; \",\")", "1 / 0", "0 / 0",
    "1.nested", '"hex"', '""""',
)  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "&", "|")
ROOTS: dict[str, Value] = {
    "1": {
        "rows": [{"k": 1, "v": "a"}, {"k": "1", "v": None}, "x"], "map": {"a.b": 1, "c": [1]}, "bytes": b"\xff",
        "huge": 1.7e308, "nested": [[1, [2]], {"a": []}],
    }
}  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_any_call_gives_a_value_or_an_error_of_ours(seed: int) -> None:
    rng = Random(seed)
    scope = Scope(ROOTS, Surroundings(lambda: datetime(2026, 11, 23, tzinfo=UTC), rng))
    for _ in range(150):
        source = "{{" + _expression(rng, 2) + "}}" + rng.choice(("", "!"))
        try:
            evaluate(source, scope)
        except ImlError:
            continue


def _expression(rng: Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(VALUES)
    if rng.random() < 0.3:
        return f"({_expression(rng, depth - 1)} {rng.choice(OPERATORS)} {_expression(rng, depth - 1)})"
    found = FUNCTIONS[rng.choice(sorted(FUNCTIONS))]
    count = rng.randint(found.least, found.most if found.most is not None else found.least + 3)
    return f"{found.name}({'; '.join(_expression(rng, depth - 1) for _ in range(count))})"


@pytest.mark.parametrize("seed", range(10))
def test_any_text_is_parsed_or_refused(seed: int) -> None:
    rng = Random(seed)
    alphabet = [
        "{{",
        "}}",
        "{",
        '"',
        "`",
        "1",
        ".",
        "a",
        "(",
        ")",
        "[",
        "]",
        ";",
        " ",
        "+",
        "-",
        "é",
        "👍",
        "\\",
        "\n",
        "'",
    ]
    for _ in range(200):
        expressions("".join(rng.choices(alphabet, k=rng.randint(1, 25))))
