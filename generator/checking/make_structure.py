"""Routers, if-else, merges and directives of a Make blueprint: where they may stand and what they need."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checking.blueprint import DIRECTIVES, IF_ELSE, MERGE, ROUTER, Blueprint, Module
from generator.checking.document import Json, as_dict, as_list, quoted
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

ROUTES = Rule(
    "make.router",
    Level.ERROR,
    "a router has no routes, is not the last module of its flow, or carries a mapper",
    "give it `routes`, `mapper: null`, and move what follows into a route: routes never rejoin",
)
BRANCHES = Rule(
    "make.if-else",
    Level.ERROR,
    "an if-else has no branches, an `else` that is not last, a mapper, or a router inside a branch",
    "give it `branches` of type `condition`, at most one `else` at the end, and `mapper: null`",
)
MERGING = Rule(
    "make.merge",
    Level.ERROR,
    "a merge does not stand right behind an if-else, or an output does not map each merging branch once",
    "put it behind the if-else, with one mapping per branch that has `merge: true`",
)
DIRECTIVE = Rule(
    "make.directive-place",
    Level.ERROR,
    "a directive (Break, Resume, Ignore, Commit, Rollback) stands outside an error route, or is not the last there",
    "put it at the end of an `onerror` route",
)
HANDLER = Rule(
    "make.handler-place",
    Level.WARNING,
    "a router, an if-else or a directive carries an error route, which it cannot have",
    "put the error route on the module that can fail",
)
BREAK = Rule(
    "make.break-without-store",
    Level.ERROR,
    "a Break needs stored incomplete executions, and `metadata.scenario.dlq` is not true",
    "set `dlq` to true, or use another directive",
)


def check(subject: Blueprint) -> Iterator[Finding]:
    """Judge the shape of the flow."""
    for module in subject.modules:
        flow = _flow(subject, module)
        if module.name == ROUTER:
            yield from _router(subject, module, flow)
        elif module.name == IF_ELSE:
            yield from _if_else(subject, module)
        elif module.name == MERGE:
            yield from _merge(subject, module, flow)
        elif module.name in DIRECTIVES:
            yield from _directive(subject, module, flow)
        if module.raw.get("onerror") and (module.name in DIRECTIVES or module.name in (ROUTER, IF_ELSE, MERGE)):
            yield HANDLER.at(subject.place(module, "onerror"), f"module {module.label} cannot carry an error route")


def _flow(subject: Blueprint, module: Module) -> list[Json]:
    """Give the flow that the module stands in."""
    value: Json = subject.raw
    for step in module.pointer[len(subject.pointer) : -1]:
        value = as_dict(value).get(step) if isinstance(step, str) else as_list(value)[step]
    return as_list(value)


def _router(subject: Blueprint, module: Module, flow: list[Json]) -> Iterator[Finding]:
    routes = module.raw.get("routes")
    if not isinstance(routes, list) or not routes:
        yield ROUTES.at(subject.place(module), f"module {module.label} has no routes")
    if module.raw.get("mapper") is not None:
        message = f"module {module.label}: `mapper` is {quoted(module.raw['mapper'])}, not null"
        yield ROUTES.at(subject.place(module, "mapper"), message, level=Level.WARNING)
    if module.pointer[-1] != len(flow) - 1:
        yield ROUTES.at(subject.place(module), f"module {module.label} is not the last of its flow")


def _if_else(subject: Blueprint, module: Module) -> Iterator[Finding]:
    branches = [as_dict(branch) for branch in as_list(module.raw.get("branches"))]
    if not branches:
        yield BRANCHES.at(subject.place(module), f"module {module.label} has no branches")
    if module.raw.get("mapper") is not None:
        message = f"module {module.label}: `mapper` is not null"
        yield BRANCHES.at(subject.place(module, "mapper"), message, level=Level.WARNING)
    for index, branch in enumerate(branches):
        at = subject.place(module, "branches", index)
        if branch.get("type") == "else" and index != len(branches) - 1:
            yield BRANCHES.at(at, f"module {module.label}: the `else` branch is not the last")
        elif branch.get("type") not in ("condition", "else"):
            yield BRANCHES.at(at, f"module {module.label}: a branch is of type {quoted(branch.get('type'))}")
        inside = [as_dict(item).get("module") for item in as_list(branch.get("flow"))]
        if ROUTER in inside or IF_ELSE in inside:
            yield BRANCHES.at(at, f"module {module.label}: a branch holds a router or another if-else")


def _merge(subject: Blueprint, module: Module, flow: list[Json]) -> Iterator[Finding]:
    position = module.pointer[-1]
    owner = as_dict(flow[position - 1]) if isinstance(position, int) and position > 0 else {}
    if owner.get("module") != IF_ELSE:
        yield MERGING.at(subject.place(module), f"module {module.label} does not stand right behind an if-else")
        return
    merging = sum(as_dict(branch).get("merge") is True for branch in as_list(owner.get("branches")))
    for index, output in enumerate(as_list(module.raw.get("outputs"))):
        mapped = len(as_list(as_dict(output).get("mappings")))
        if mapped != merging:
            message = f"module {module.label}: an output maps {mapped} branches; {merging} merge"
            yield MERGING.at(subject.place(module, "outputs", index), message)


def _directive(subject: Blueprint, module: Module, flow: list[Json]) -> Iterator[Finding]:
    if module.fails is None:
        yield DIRECTIVE.at(subject.place(module), f"module {module.label} stands outside an error route")
    elif module.pointer[-1] != len(flow) - 1:
        message = f"module {module.label} is not the last of its error route"
        yield DIRECTIVE.at(subject.place(module), message, level=Level.WARNING)
    if module.name == "builtin:Break" and subject.scenario.get("dlq") is not True:
        said = "missing" if "dlq" not in subject.scenario else quoted(subject.scenario["dlq"])
        yield BREAK.at(subject.place(module), f"module {module.label}, but `metadata.scenario.dlq` is {said}")
