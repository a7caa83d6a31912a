"""Which parameters of a node are in force: by n8n's `displayOptions`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from generator.checking.document import Json, as_dict, as_list, as_text
from generator.checking.workflow import Node

_ROUNDS = 8
"""Passes until defaults that depend on defaults have settled; n8n's own nodes need four."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition may look at: the node's own parameters (`root`), those beside it, and the node itself."""

    root: Mapping[str, Json]
    beside: Mapping[str, Json]
    node: Node


def shown(definition: dict[str, Json], scope: Scope) -> bool:
    """Tell whether a definition is in force. An expression in a condition's parameter counts as a match, as in n8n."""
    options = as_dict(definition.get("displayOptions"))
    for name, conditions in as_dict(options.get("show")).items():
        actual = _actual(name, scope)
        if any(_is_expression(value) for value in actual):
            return True
        if not _matches(as_list(conditions), actual):
            return False
    hidden = as_dict(options.get("hide")).items()
    return not any(_matches(as_list(conditions), _actual(name, scope)) for name, conditions in hidden)


def in_force(
    definitions: list[Json], given: dict[str, Json], node: Node, root: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """Give the values that conditions look at: what the file says, and defaults for what it leaves out.

    As in n8n, the default of a hidden parameter counts too, unless several definitions share its name.
    """
    names = Counter(as_text(as_dict(definition).get("name")) for definition in definitions)
    values: dict[str, Json] = dict(given)
    for _ in range(_ROUNDS):
        scope = Scope(values if root is None else root, values, node)
        settled: dict[str, Json] = {}
        for definition in map(as_dict, definitions):
            name = as_text(definition.get("name"))
            if names[name] == 1 or shown(definition, scope):
                settled[name] = given.get(name, definition.get("default"))
        if settled == values:
            break
        values = settled
    return values


def _actual(name: str, scope: Scope) -> list[Json]:
    if name == "@version":
        return [scope.node.version]
    if name == "@tool":
        return [scope.node.is_tool]
    if name.startswith("@"):
        return [None]
    value = _get(scope.root, name[1:]) if name.startswith("/") else _get(scope.beside, name)
    if isinstance(value, dict) and ("__rl" in value or value.keys() >= {"mode", "value"}):
        value = value.get("value")
    return value if isinstance(value, list) else [value]


def _get(values: Mapping[str, Json], path: str) -> Json:
    found: Json = dict(values)
    for step in path.split("."):
        found = as_dict(found).get(step)
    return found


def _matches(conditions: list[Json], actual: list[Json]) -> bool:
    return any(_meets(condition, actual) for condition in conditions)


def _meets(condition: Json, actual: list[Json]) -> bool:
    test = as_dict(condition).get("_cnd")
    if not isinstance(test, dict):
        return any(_same(condition, value) for value in actual)
    return all(_compare(word, wanted, value) for word, wanted in test.items() for value in actual)


def _compare(word: str, wanted: Json, value: Json) -> bool:
    if word == "eq":
        return _same(wanted, value)
    if word == "not":
        return not _same(wanted, value)
    if word == "exists":
        return value not in (None, "")
    if word in ("includes", "startsWith", "endsWith", "regex"):
        return isinstance(value, str) and isinstance(wanted, str) and _text(word, wanted, value)
    return isinstance(value, int | float) and _number(word, wanted, value)


def _text(word: str, wanted: str, value: str) -> bool:
    if word == "regex":
        try:
            return re.search(wanted, value) is not None
        except re.error:
            return True
    return {"includes": wanted in value, "startsWith": value.startswith(wanted), "endsWith": value.endswith(wanted)}[
        word
    ]


def _number(word: str, wanted: Json, value: float) -> bool:
    if word == "between":
        low, high = as_dict(wanted).get("from"), as_dict(wanted).get("to")
        return isinstance(low, int | float) and isinstance(high, int | float) and low <= value <= high
    if not isinstance(wanted, int | float):
        return False
    return {"gte": value >= wanted, "gt": value > wanted, "lte": value <= wanted, "lt": value < wanted}.get(word, True)


def _same(wanted: Json, value: Json) -> bool:
    """Compare as JavaScript's `===` does: true is not 1."""
    return isinstance(wanted, bool) == isinstance(value, bool) and wanted == value


def _is_expression(value: Json) -> bool:
    return isinstance(value, str) and value.startswith("=")
