"""Filters of a Make blueprint: their form, operators that exist, and places where a filter may stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from generator.checking.blueprint import Blueprint, Module
from generator.checking.document import Json, Pointer, as_dict, as_list, quoted
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

FORM = Rule(
    "make.filter-form",
    Level.ERROR,
    "a filter's conditions are not a list (or) of lists (and) of `{a, o, b}`",
    'write `"conditions": [[{"a": "…", "o": "text:equal", "b": "…"}]]`',
)
OPERATOR = Rule(
    "make.filter-operator",
    Level.ERROR,
    "a filter uses an operator that Make does not have; it never matches",
    "use an operator of Make's list",
)
OPERAND = Rule(
    "make.filter-operand",
    Level.WARNING,
    "a filter compares nothing, or by number a text that is none; it never matches, or always does",
    "name what is compared, or use an operator for texts",
)
FIRST = Rule(
    "make.filter-first",
    Level.WARNING,
    "a filter stands on the first module of the scenario or of an if-else branch, where nothing comes before it",
    "move the condition to the next module, or to the branch",
)

_TEXT = ("equal", "contain", "startwith", "endwith", "pattern")
_NUMBER = ("equal", "notequal", "greater", "greaterorequal", "less", "lessorequal")
_ARRAY = ("contain", "notcontain", "contain:ci", "notcontain:ci", *_NUMBER)
OPERATORS = frozenset(
    {
        *("exist", "notexist", "boolean:equal", "boolean:notequal"),
        *(f"text:{no}{word}{case}" for word in _TEXT for no in ("", "not") for case in ("", ":ci")),
        *(f"{family}:{word}" for family in ("number", "date", "time") for word in _NUMBER),
        *(f"array:{word}" for word in _ARRAY),
    }
)
_NUMERIC = re.compile(r"[-+]?[0-9.,\s]+(e[-+]?[0-9]+)?|.*\{\{.*", re.IGNORECASE | re.DOTALL)
"""A constant that may be a number in some country's way of writing, or a text with an expression."""
_DOCUMENTED = frozenset({"text:startswith", "text:endswith", "date:before", "date:after"})
"""Make's own guides for writing blueprints have these beside the others; exports do not."""
_WRONG = {
    "text:startswith": "text:startwith",
    "text:endswith": "text:endwith",
    "text:contains": "text:contain",
    "text:equals": "text:equal",
    "text:isempty": "notexist",
    "text:empty": "notexist",
    "text:isnotempty": "exist",
    "text:notempty": "exist",
    "text:exists": "exist",
    "exists": "exist",
    "notexists": "notexist",
    "date:before": "date:less",
    "date:after": "date:greater",
    "number:equals": "number:equal",
    "number:greaterthan": "number:greater",
    "number:lessthan": "number:less",
    "text:matches": "text:pattern",
    "text:regex": "text:pattern",
}


def check(subject: Blueprint) -> Iterator[Finding]:
    """Judge every filter and every condition of a branch."""
    for module in subject.modules:
        where = module.raw.get("filter")
        if where is not None and not isinstance(where, dict):
            yield FORM.at(subject.place(module, "filter"), f"module {module.label}: the filter is {quoted(where)}")
        elif isinstance(where, dict):
            yield from _conditions(subject, module, where.get("conditions", []), ("filter", "conditions"))
        for index, branch in enumerate(as_list(module.raw.get("branches"))):
            conditions = as_dict(branch).get("conditions", [])
            yield from _conditions(subject, module, conditions, ("branches", index, "conditions"))
        if as_dict(where).get("conditions") and _is_first(module):
            yield FIRST.at(
                subject.place(module, "filter"), f"module {module.label} carries a filter, but nothing comes before it"
            )


def _is_first(module: Module) -> bool:
    branch = "branches" in module.pointer and module.pointer[-4] == "branches"
    return module.pointer[-1] == 0 and (module.index == 0 or branch)


def _conditions(subject: Blueprint, module: Module, value: Json, pointer: Pointer) -> Iterator[Finding]:
    if not isinstance(value, list):
        yield FORM.at(
            subject.place(module, *pointer), f"module {module.label}: conditions are {quoted(value)}, not a list"
        )
        return
    for outer, group in enumerate(value):
        if not isinstance(group, list):
            at = subject.place(module, *pointer, outer)
            yield FORM.at(at, f"module {module.label}: condition group {outer + 1} is not a list")
            continue
        for inner, condition in enumerate(group):
            yield from _condition(subject, module, condition, (*pointer, outer, inner))


def _condition(subject: Blueprint, module: Module, condition: Json, pointer: Pointer) -> Iterator[Finding]:
    operator, at = as_dict(condition).get("o"), subject.place(module, *pointer)
    if isinstance(operator, str) and operator in OPERATORS:
        if complaint := _operands(as_dict(condition), operator):
            yield OPERAND.at(at, f"module {module.label}: {complaint}")
        return
    if not isinstance(condition, dict):
        yield FORM.at(at, f"module {module.label}: a condition is {quoted(condition)}, not an object")
    elif operator is None or operator == "":
        if condition.get("a") not in (None, "") or condition.get("b") not in (None, ""):
            yield FORM.at(at, f"module {module.label}: a condition has no operator `o`")
    else:
        right = _right(str(operator))
        message = f"module {module.label}: there is no filter operator {quoted(operator)}"
        lower = str(operator).lower()
        known_wrong = (lower in _WRONG and lower not in _DOCUMENTED) or lower in OPERATORS
        hint = f"write `{right}`" if right else ""
        yield OPERATOR.at(at, message, hint=hint, level=None if known_wrong else Level.WARNING)


def _operands(condition: dict[str, Json], operator: str) -> str:
    """Say what is wrong with the two sides that an operator compares; expressions may give anything."""
    if operator in ("exist", "notexist"):
        return ""
    if "a" not in condition:
        return f"a condition has nothing to compare by {quoted(operator)}: `a` is missing"
    texts = [side for side in (condition["a"], condition.get("b")) if isinstance(side, str) and side.strip()]
    wrong = [text for text in texts if operator.startswith("number:") and not _NUMERIC.fullmatch(text.strip())]
    return f"{quoted(operator)} compares {quoted(wrong[0])}, which is no number" if wrong else ""


def _right(operator: str) -> str:
    lower = operator.lower()
    if lower in OPERATORS:
        return lower
    return _WRONG.get(lower) or next(iter(get_close_matches(lower, sorted(OPERATORS), 1, 0.8)), "")
