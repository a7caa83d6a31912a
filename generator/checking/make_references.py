"""References of a Make blueprint: `{{N.…}}` names a module that exists, runs before, and can be seen from here."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checking.blueprint import DIRECTIVES, IF_ELSE, MERGE, ROUTER, Blueprint, Module
from generator.checking.document import quoted
from generator.checking.make_iml import Field
from generator.iml.tree import Reference
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

MISSING = Rule(
    "make.reference-missing",
    Level.ERROR,
    "an expression names a module that is not in the flow",
    "map the field of a module that exists",
)
LATER = Rule(
    "make.reference-later",
    Level.ERROR,
    "an expression names its own module or one that runs later; the value is always empty",
    "map the field of a module that runs before",
)
ROUTE = Rule(
    "make.reference-other-route",
    Level.ERROR,
    "an expression names a module on another route, branch or error route; the value is always empty",
    "hand the value over by a variable (Set variable, Get variable) or move the module before the router",
)
SWALLOWED = Rule(
    "make.reference-aggregated",
    Level.ERROR,
    "an expression names a module inside a loop that an aggregator has closed; its fields end there",
    "map the aggregator's own output, and let it collect the field",
)
ERROR_ONLY = Rule(
    "make.reference-failed-module",
    Level.WARNING,
    "on an error route the failed module has no output but `error`",
    "map `N.error.type`, `N.error.message` or `N.error.detail`",
)
NO_OUTPUT = Rule(
    "make.reference-no-output",
    Level.WARNING,
    "an expression names a router or a directive, which has no output",
    "map the field of the module before it",
)
FEEDER = Rule(
    "make.feeder",
    Level.ERROR,
    "an aggregator's source is not a module that runs before it on the same path",
    "set `parameters.feeder` to the id of the iterator, repeater or search whose bundles it collects",
)
FEEDER_TWICE = Rule(
    "make.feeder-twice",
    Level.WARNING,
    "two aggregators collect from one source; the first closes the loop, and the second sees nothing",
    "give the second a source of its own",
)


def check(subject: Blueprint, texts: list[Field]) -> Iterator[Finding]:
    """Judge every reference and every aggregator's source."""
    for field in texts:
        found = {_path(node): node for node in field.nodes if isinstance(node, Reference) and _is_id(node)}
        for path, node in found.items():
            yield from _reference(subject, field, node, path)
    yield from _feeders(subject)


def _is_id(node: Reference) -> bool:
    return node.root.isascii() and node.root.isdigit() and len(node.root) < 12 and (bool(node.steps) or node.quoted)


def _path(node: Reference) -> str:
    return ".".join([node.root, *(step if isinstance(step, str) else "[]" for step in node.steps)])


def _reference(subject: Blueprint, field: Field, node: Reference, path: str) -> Iterator[Finding]:
    module, number = field.module, int(node.root)
    shown = quoted(path)
    if number in module.visible or (module.name == MERGE and _is_branch(subject, module, number)):
        named = subject.by_id[number]
        if number == module.fails and node.steps[:1] != ("error",):
            yield ERROR_ONLY.at(
                subject.place(module, *field.pointer), f"module {module.id}: {shown} is the module that failed"
            )
        elif named.name == ROUTER or (named.name in DIRECTIVES and named.name != "builtin:Resume"):
            yield NO_OUTPUT.at(subject.place(module, *field.pointer), f"module {module.id}: {shown} is {named.name}")
        return
    rule, why = _why(subject, module, number)
    yield rule.at(subject.place(module, *field.pointer), f"module {module.id}: {shown}: {why}")


def _why(subject: Blueprint, module: Module, number: int) -> tuple[Rule, str]:
    named = subject.by_id.get(number)
    if named is None:
        return MISSING, f"there is no module {number}"
    if number == module.id:
        return LATER, "that is the module itself"
    if number in module.closed:
        return SWALLOWED, f"an aggregator before module {module.id} has closed the loop of {named.label}"
    if module.id in named.visible or module.id in named.closed:
        return LATER, f"{named.label} runs later"
    return ROUTE, f"{named.label} is on another route"


def _is_branch(subject: Blueprint, merge: Module, number: int) -> bool:
    """Tell whether a module stands in a branch of the if-else right before a merge, which reads them all."""
    before = [subject.by_id[known] for known in merge.visible if known in subject.by_id]
    owner = before[-1] if before else None
    named = subject.by_id.get(number)
    if owner is None or owner.name != IF_ELSE or named is None:
        return False
    return named.pointer[: len(owner.pointer)] == owner.pointer


def _feeders(subject: Blueprint) -> Iterator[Finding]:
    for module in subject.modules:
        if "feeder" in module.raw and "feeder" not in module.parameters:
            message = f"module {module.label}: `feeder` stands outside `parameters`, where Make ignores it"
            yield FEEDER.at(subject.place(module, "feeder"), message)
        for rule, message in _feeder(subject, module, module.feeder):
            yield rule.at(subject.place(module, "parameters", "feeder"), f"module {module.label}: {message}")


def _feeder(subject: Blueprint, module: Module, number: int | None) -> Iterator[tuple[Rule, str]]:
    if number is None or number in module.visible:
        return
    if number not in subject.by_id:
        yield FEEDER, f"there is no module {number} to collect from"
    elif number in module.closed:
        yield FEEDER_TWICE, f"an aggregator before it has closed the loop of module {number}"
    else:
        yield FEEDER, f"{subject.by_id[number].label} does not run before it on the same path"
