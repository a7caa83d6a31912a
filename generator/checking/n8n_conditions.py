"""Conditions of n8n's If, Filter, Switch and Data Table: compared in ways that n8n has, by the rules of the node's own
version."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checking.document import Json, Pointer, as_dict, as_list, as_text, quoted
from generator.checking.workflow import Node, Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

OPTION = Rule(
    "n8n.condition-option",
    Level.ERROR,
    "conditions are put together, or values compared, in a way that n8n does not have",
    "choose it again in the editor: `strict` or `loose`, all (`and`) or any (`or`), a comparison of the list",
)
VERSION = Rule(
    "n8n.condition-version",
    Level.WARNING,
    "conditions carry another version of their rules than the node's own",
    "open the node in the editor and save it, or write the version that belongs to its `typeVersion`",
)

_WORDS = {"combinator": ("and", "or"), "typeValidation": ("", "strict", "loose")}
_ALWAYS = ("exists", "notExists")
_FILLED = (*_ALWAYS, "empty", "notEmpty")
_EQUAL = (*_FILLED, "equals", "notEquals")
_TYPES: dict[str, tuple[str, ...]] = {
    "string": (
        *(*_EQUAL, "contains", "notContains", "startsWith", "notStartsWith", "endsWith", "notEndsWith"),
        *("regex", "notRegex"),
    ),
    "number": (*_EQUAL, "gt", "lt", "gte", "lte"),
    "boolean": (*_EQUAL, "true", "false"),
    "dateTime": (*_EQUAL, "after", "before", "afterOrEquals", "beforeOrEquals"),
    "array": (
        *(*_FILLED, "contains", "notContains", "lengthEquals", "lengthNotEquals"),
        *("lengthGt", "lengthLt", "lengthGte", "lengthLte"),
    ),
    "object": _FILLED,
    "any": _ALWAYS,
}
"""What n8n's filters compare, and how (its engine, both lines)."""
_OF_TABLES = (
    *("isEmpty", "isNotEmpty", "isTrue", "isFalse", "eq", "neq", "gt", "gte", "lt", "lte"),
    *("like", "ilike"),
)
"""How a Data Table's rows are found (n8n 2.41; the node's description leaves it to the server)."""
_RULES = {"if": ((2.3, 3), (2.2, 2)), "filter": ((2.3, 3), (2.2, 2)), "switch": ((3.4, 3), (3.2, 2))}
"""Node → from which of its versions on conditions have which version (node descriptions of n8n 2.41); before: 1."""


def check(subject: Workflow) -> Iterator[Finding]:
    """Judge every group of conditions of running nodes."""
    for node in subject.running:
        for group, pointer in _groups(node):
            options = as_dict(group.get("options"))
            found = {"combinator": group.get("combinator"), "typeValidation": options.get("typeValidation")}
            for key, value in found.items():
                if isinstance(value, str) and value not in _WORDS[key] and "{{" not in value:
                    message = f"{quoted(node.name)}: `{key}` is {quoted(value)}"
                    yield OPTION.at(subject.place(node, *pointer), message)
            wanted, version = _version(node), options.get("version")
            if version != wanted and (version is not None or (options and wanted > 1)):
                said = "without a version" if version is None else f"of version {quoted(version)}"
                message = f"{quoted(node.name)}: conditions {said}, the node's have {wanted}"
                yield VERSION.at(subject.place(node, *pointer), message)
            yield from _kinds(subject, node, group, pointer)
        if node.is_base("dataTable"):
            yield from _of_table(subject, node)


def _kinds(subject: Workflow, node: Node, group: dict[str, Json], pointer: Pointer) -> Iterator[Finding]:
    """Judge what each condition compares, and how: by a type and an operation that n8n's filters have."""
    for condition in map(as_dict, as_list(group.get("conditions"))):
        operator = as_dict(condition.get("operator"))
        kind, operation = operator.get("type"), operator.get("operation")
        if any("{{" in as_text(part) for part in (kind, operation)):
            continue
        if not isinstance(kind, str) or kind not in _TYPES:
            message = f"{quoted(node.name)}: a condition compares {quoted(kind)}, not one of {', '.join(_TYPES)}"
            yield OPTION.at(subject.place(node, *pointer), message)
        elif operation not in _TYPES[kind]:
            known = ", ".join(_TYPES[kind])
            message = f"{quoted(node.name)}: a condition compares {kind} by {quoted(operation)}, not one of {known}"
            yield OPTION.at(subject.place(node, *pointer), message)


def _of_table(subject: Workflow, node: Node) -> Iterator[Finding]:
    for place, one in enumerate(as_list(as_dict(node.parameters.get("filters")).get("conditions"))):
        found = as_dict(one).get("condition", "eq")
        if found not in _OF_TABLES and "{{" not in as_text(found):
            message = f"{quoted(node.name)}: rows are found by {quoted(found)}, not one of {', '.join(_OF_TABLES)}"
            yield OPTION.at(subject.place(node, "parameters", "filters", "conditions", place, "condition"), message)


def _groups(node: Node) -> Iterator[tuple[dict[str, Json], Pointer]]:
    if node.is_base("if", "filter") and node.version >= 2:
        yield as_dict(node.parameters.get("conditions")), ("parameters", "conditions")
    if node.is_base("switch") and node.version >= 3:
        for place, rule in enumerate(as_list(as_dict(node.parameters.get("rules")).get("values"))):
            yield as_dict(as_dict(rule).get("conditions")), ("parameters", "rules", "values", place, "conditions")


def _version(node: Node) -> int:
    steps = _RULES[node.type.rsplit(".", 1)[-1]]
    return next((version for since, version in steps if node.version >= since), 1)
