"""Parameters of n8n nodes against the engine's own descriptions: names, options, values that are in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from generator.checking.document import Json, Pointer, as_dict, as_list, as_text, quoted
from generator.checking.n8n_catalogue import PREFIX, Catalogue
from generator.checking.n8n_display import Scope, in_force, shown
from generator.checking.workflow import Node, Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

UNKNOWN_TYPE = Rule(
    "n8n.unknown-node-type",
    Level.ERROR,
    "n8n has no node of this type; the run fails there",
    "use the node's type as n8n writes it",
)
UNKNOWN_VERSION = Rule(
    "n8n.unknown-node-version",
    Level.ERROR,
    "the node does not exist in this `typeVersion`; the run fails there",
    "use a version that both lines of n8n have",
)
ONE_LINE = Rule(
    "n8n.one-line-only",
    Level.WARNING,
    "only one of the two lines of n8n (1.123, 2.41) has the node in this version",
    "use a version that both lines have, or tell users which n8n they need",
)
UNKNOWN_PARAMETER = Rule(
    "n8n.unknown-parameter",
    Level.WARNING,
    "the node has no such parameter or option; n8n ignores it without a word",
    "correct the name or remove it",
)
BAD_VALUE = Rule(
    "n8n.bad-value",
    Level.ERROR,
    "a parameter with a closed list of values has another one; n8n sends or runs it as it is",
    "use one of the values that the node offers",
)
REQUIRED = Rule(
    "n8n.required-parameter",
    Level.ERROR,
    "a parameter that the node needs is missing or empty",
    "fill it in",
)
HIDDEN = Rule(
    "n8n.hidden-parameter",
    Level.WARNING,
    "the parameter exists but is out of force beside the other settings; n8n ignores it without a word",
    "remove it, or change the setting that hides it",
)


_HUMAN = "HitlTool"
"""Variants that n8n 2 makes by itself for agents that ask a person; they are described nowhere."""


_ANY_CALL = "__CUSTOM_API_CALL__"
"""A choice that the editor adds to every resource and operation by itself."""

_MAPPED = ("defineBelow", "autoMapInputData")
"""How a table's columns get their values (n8n's resource mapper)."""
_STOPS = ("string", "dateTime", "options", "multiOptions")
"""Types whose emptiness the engine itself refuses before it runs a node."""


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every step of one node's check needs."""

    subject: Workflow
    node: Node
    line: str
    root: Mapping[str, Json]

    def at(self, rule: Rule, pointer: Pointer, message: str, *, hint: str = "", level: Level | None = None) -> Finding:
        place = self.subject.place(self.node, "parameters", *pointer)
        return rule.at(place, f"{quoted(self.node.name)}: {message} ({self.line})", hint=hint, level=level)


def check(subject: Workflow, catalogues: Sequence[Catalogue]) -> Iterator[Finding]:
    """Judge every node by every line that has it; the newest line that has it speaks of its parameters.

    What is wrong with a node that is switched off waits for the person who switches it on: a warning.
    """
    for node in subject.nodes:
        if not node.type.startswith(PREFIX) or node.is_note or node.type.endswith(_HUMAN):
            continue
        having = [line for line in catalogues if line.get(node.type, node.version)]
        yield from _existence(subject, node, catalogues, having)
        if having:
            found = _parameters(subject, node, having)
            yield from (replace(one, level=Level.WARNING) for one in found) if node.disabled else found


def _parameters(subject: Workflow, node: Node, having: Sequence[Catalogue]) -> Iterator[Finding]:
    """Judge by the newest line; what an older line takes as it is was right when it was written: only a warning."""
    found = list(_by(subject, node, having[-1]))
    if any(finding.level is Level.ERROR for finding in found):
        for older in having[:-1]:
            refused = {(one.rule, one.where) for one in _by(subject, node, older)}
            found = [one if (one.rule, one.where) in refused else replace(one, level=Level.WARNING) for one in found]
    yield from found


def _by(subject: Workflow, node: Node, line: Catalogue) -> Iterator[Finding]:
    definitions = as_list(as_dict(line.get(node.type, node.version)).get("properties"))
    root = in_force(definitions, node.parameters, node)
    yield from _values(_Bench(subject, node, line.line.name, root), definitions, node.parameters, root, ())


def _existence(
    subject: Workflow, node: Node, catalogues: Sequence[Catalogue], having: Sequence[Catalogue]
) -> Iterator[Finding]:
    if not catalogues or len(having) == len(catalogues):
        return
    name = quoted(node.name)
    if having:
        message = f"{name}: {node.type} {node.version:g} exists in {having[0].line.name} only"
        yield ONE_LINE.at(subject.place(node, "typeVersion"), message)
        return
    level = Level.WARNING if node.disabled else None
    knowing = [line for line in catalogues if line.versions(node.type)]
    if knowing:
        versions = knowing[-1].versions(node.type)
        known = ", ".join(f"{version:g}" for version in versions)
        level = Level.WARNING if node.version > max(versions) else level  # a later n8n may well have it
        message = f"{name}: {node.type} has no version {node.version:g}; {knowing[-1].line.name} has {known}"
        yield UNKNOWN_VERSION.at(subject.place(node, "typeVersion"), message, level=level)
        return
    near = get_close_matches(node.type, list(catalogues[-1].types()), 1, 0.8)
    hint = f"did you mean `{near[0]}`?" if near else ""
    level = level if near else Level.WARNING
    yield UNKNOWN_TYPE.at(
        subject.place(node, "type"), f"{name}: no node of type {quoted(node.type)}", hint=hint, level=level
    )


def _values(
    bench: _Bench, definitions: list[Json], given: dict[str, Json], values: Mapping[str, Json], pointer: Pointer
) -> Iterator[Finding]:
    """Check one set of parameters: the node's own, or those inside a collection."""
    known: dict[str, list[dict[str, Json]]] = defaultdict(list)
    for definition in map(as_dict, definitions):
        known[as_text(definition.get("name"))].append(definition)
    scope = Scope(bench.root, values, bench.node)
    for name, value in given.items():
        at = (*pointer, name)
        if name not in known:
            yield _unknown(bench, name, list(known), at)
            continue
        active = [definition for definition in known[name] if shown(definition, scope)]
        if not active:
            if not any(value == definition.get("default") for definition in known[name]):
                yield bench.at(
                    HIDDEN, at, f"parameter {quoted('.'.join(map(str, at)))} has no effect beside the other settings"
                )
            continue
        yield from _value(bench, active, value, at)
    for name, candidates in known.items():
        needed = next((d for d in candidates if d.get("required") is True and shown(d, scope)), None)
        if needed is not None:
            yield from _required(bench, needed, given.get(name, needed.get("default")), (*pointer, name))


def _unknown(bench: _Bench, name: str, known: list[str], at: Pointer) -> Finding:
    near = get_close_matches(name, known, 1, 0.7)
    where = "option" if len(at) > 1 else "parameter"
    message = f"no {where} {quoted('.'.join(map(str, at)))}; n8n ignores it"
    return bench.at(UNKNOWN_PARAMETER, at, message, hint=f"did you mean `{near[0]}`?" if near else "")


def _value(bench: _Bench, active: list[dict[str, Json]], value: Json, at: Pointer) -> Iterator[Finding]:
    if isinstance(value, str) and value.startswith("="):
        return
    kinds = {as_text(definition.get("type")) for definition in active}
    if kinds <= {"options", "multiOptions"}:
        yield from _choice(bench, active, value, at)
    elif kinds == {"collection"}:
        for index, part in _rows(value):
            options = [option for definition in active for option in as_list(definition.get("options"))]
            inner = as_dict(part)
            beside = {**inner, **{k: v for k, v in bench.root.items() if k not in inner}} if len(at) == 1 else inner
            yield from _values(bench, options, inner, beside, (*at, *index))
    elif kinds == {"fixedCollection"}:
        yield from _groups(bench, active, as_dict(value), at)
    elif kinds == {"resourceLocator"}:
        modes = [as_dict(mode).get("name") for definition in active for mode in as_list(definition.get("modes"))]
        chosen = as_dict(value).get("mode", modes[0] if modes else "")
        if modes and chosen not in modes:
            message = f"{'.'.join(map(str, at))}.mode is {quoted(chosen)}, not one of {', '.join(map(quoted, modes))}"
            yield bench.at(BAD_VALUE, (*at, "mode"), message, level=Level.WARNING)
    elif kinds == {"resourceMapper"}:
        mode = as_dict(value).get("mappingMode", _MAPPED[0])
        if mode not in _MAPPED:
            message = f"{'.'.join(map(str, at))}.mappingMode is {quoted(mode)}, not one of {', '.join(_MAPPED)}"
            yield bench.at(BAD_VALUE, (*at, "mappingMode"), message)


def _choice(bench: _Bench, active: list[dict[str, Json]], value: Json, at: Pointer) -> Iterator[Finding]:
    if any(_loads(definition) for definition in active):
        return
    offered = [as_dict(o).get("value") for d in active for o in as_list(d.get("options")) if "value" in as_dict(o)]
    defaults = [definition.get("default") for definition in active]
    for one in value if isinstance(value, list) else [value]:
        if (
            one in offered
            or one in defaults
            or one is None
            or one == _ANY_CALL
            or (isinstance(one, str) and one.startswith("="))
            or not offered
        ):
            continue
        names = list(dict.fromkeys(quoted(option, 20) for option in offered))
        message = (
            f"{'.'.join(map(str, at))} is {quoted(one)}, not one of {', '.join(names[:12])}{'…' * (len(names) > 12)}"
        )
        yield bench.at(BAD_VALUE, at, message, level=None if len(at) == 1 else Level.WARNING)


def _loads(definition: dict[str, Json]) -> bool:
    """Tell whether the editor asks a service for the list of values."""
    options = as_dict(definition.get("typeOptions"))
    return bool(options.get("loadOptionsMethod") or options.get("loadOptions")) or not definition.get("options")


def _groups(bench: _Bench, active: list[dict[str, Json]], value: dict[str, Json], at: Pointer) -> Iterator[Finding]:
    groups: dict[str, list[Json]] = defaultdict(list)
    for group in (as_dict(option) for definition in active for option in as_list(definition.get("options"))):
        groups[as_text(group.get("name"))] += as_list(group.get("values"))
    for name, rows in value.items():
        if name not in groups:
            yield _unknown(bench, name, list(groups), (*at, name))
            continue
        for index, row in _rows(rows):
            given = as_dict(row)
            values = in_force(groups[name], given, bench.node, bench.root)
            yield from _values(bench, groups[name], given, values, (*at, name, *index))


def _rows(value: Json) -> Iterator[tuple[Pointer, Json]]:
    if isinstance(value, list):
        yield from (((index,), row) for index, row in enumerate(value))
    else:
        yield (), value


def _required(bench: _Bench, definition: dict[str, Json], value: Json, at: Pointer) -> Iterator[Finding]:
    chosen = isinstance(value, dict) and bool(value.get("__rl"))
    content = as_dict(value).get("value") if chosen else value
    if content not in ("", None, []):
        return
    kind = definition.get("type")
    pick = chosen or kind == "resourceLocator" or (kind in ("options", "multiOptions") and _loads(definition))
    hint = "choose it in the editor after the import" if pick else ""
    filled = bench.node.is_base("webhook") and at == ("path",) and as_text(bench.node.raw.get("webhookId"))
    level = None if kind in _STOPS and not pick and not filled else Level.WARNING
    yield bench.at(REQUIRED, at, f"{'.'.join(map(str, at))} is required and empty", hint=hint, level=level)
