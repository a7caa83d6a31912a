"""Filters: outer list or, inner list and; operands are coerced to the operator's family (make-skills: filtering)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from generator.iml.coercion import to_date
from generator.iml.evaluate import Compiled
from generator.iml.faults import ImlFault
from generator.iml.operators import absent
from generator.iml.scope import Scope
from generator.iml.values import Value, numeric, text, to_array, to_boolean
from generator.replay.make.mapper import compile_mapper

Condition = Callable[[Scope], bool]
Test = Callable[[Any, Any], bool]

_ORDER: Final[dict[str, Test]] = {
    "equal": lambda a, b: a == b,
    "notequal": lambda a, b: a != b,
    "greater": lambda a, b: a is not None and b is not None and a > b,
    "greaterorequal": lambda a, b: a is not None and b is not None and a >= b,
    "less": lambda a, b: a is not None and b is not None and a < b,
    "lessorequal": lambda a, b: a is not None and b is not None and a <= b,
}
_TEXT: Final[dict[str, Test]] = {
    "equal": lambda a, b: a == b,
    "contain": lambda a, b: b in a,
    "startwith": lambda a, b: a.startswith(b),
    "endwith": lambda a, b: a.endswith(b),
    "pattern": lambda a, b: re.search(b, a) is not None,
}

OPERATORS: Final = frozenset(
    ["exist", "notexist"]
    + [f"text:{no}{name}{ci}" for name in _TEXT for no in ("", "not") for ci in ("", ":ci")]
    + [f"{family}:{name}" for family in ("number", "date", "time") for name in _ORDER]
    + ["boolean:equal", "boolean:notequal"]
    + [f"array:{no}contain{ci}" for no in ("", "not") for ci in ("", ":ci")]
    + [f"array:{name}" for name in _ORDER]
)
"""The official operators."""


def compile_conditions(conditions: object) -> Condition:
    """Compile a filter's conditions; none at all pass everything."""
    rows = conditions if isinstance(conditions, Sequence) else []
    table = [[_condition(one) for one in row if isinstance(one, Mapping)] for row in rows if isinstance(row, Sequence)]
    if not table:
        return lambda _: True
    if len(table) == 1:
        (row,) = table
        return row[0] if len(row) == 1 else lambda s: all(one(s) for one in row)
    return lambda s: any(all(one(s) for one in row) for row in table)


def _condition(one: Mapping[str, object]) -> Condition:
    left, right = compile_mapper(one.get("a")), compile_mapper(one.get("b"))
    operator = str(one.get("o", ""))
    if operator in ("exist", "notexist"):
        wanted = operator == "exist"
        return lambda s: absent(s.around, left(s)) != wanted
    family, _, name = operator.partition(":")
    test = _FAMILIES.get(family)
    if operator not in OPERATORS or test is None:
        return lambda _: False
    return test(name, left, right)


def _texts(name: str, left: Compiled, right: Compiled) -> Condition:
    name, _, any_case = name.partition(":")
    wanted = not name.startswith("not")
    test = _TEXT[name.removeprefix("not")]
    fold = str.lower if any_case else str
    return lambda s: test(fold(text(left(s))), fold(text(right(s)))) is wanted


def _ordered(read: Callable[[Scope, Value], Any]) -> Callable[[str, Compiled, Compiled], Condition]:
    def build(name: str, left: Compiled, right: Compiled) -> Condition:
        test = _ORDER[name]
        return lambda s: test(read(s, left(s)), read(s, right(s)))

    return build


def _number(_: Scope, value: Value) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return numeric(value) if isinstance(value, str) else None


def _date(s: Scope, value: Value) -> datetime | None:
    try:
        found = to_date(s.around, value)
    except ImlFault:
        return None
    return found if isinstance(found, datetime) else None


def _time(_: Scope, value: Value) -> float | None:
    match = re.fullmatch(r"(\d{1,2}):(\d\d)(?::(\d\d))?", text(value).strip())
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0) if match else None


def _arrays(name: str, left: Compiled, right: Compiled) -> Condition:
    name, _, any_case = name.partition(":")
    if name in _ORDER:
        test = _ORDER[name]
        return lambda s: test(len(to_array(left(s))), _number(s, right(s)))
    fold = str.lower if any_case else str
    wanted = name == "contain"
    return lambda s: (fold(text(right(s))) in [fold(_loose_text(v)) for v in to_array(left(s))]) is wanted


def _loose_text(value: Value) -> str:
    return "" if isinstance(value, Mapping) else text(value)


_FAMILIES: Final[dict[str, Callable[[str, Compiled, Compiled], Condition]]] = {
    "text": _texts,
    "number": _ordered(_number),
    "date": _ordered(_date),
    "time": _ordered(_time),
    "boolean": _ordered(lambda _, value: to_boolean(value)),
    "array": _arrays,
}
