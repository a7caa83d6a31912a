"""Variables of a Make blueprint: what a module reads was set, under that name, by a module that sets it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from generator.checking.blueprint import Blueprint, Module
from generator.checking.document import Json, as_dict, as_list, quoted
from generator.checking.make_iml import Field
from generator.iml.tree import Reference
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

FIELD = Rule(
    "make.variable-field",
    Level.WARNING,
    "an expression names a variable that the module does not set or get; the value is always empty",
    "use the variable's own name, or add the variable to the module",
)
NEVER_SET = Rule(
    "make.variable-never-set",
    Level.WARNING,
    "a module gets a variable that no module of the scenario sets; the value is always empty",
    "set it before with Set variable, scope `roundtrip`, or correct the name",
)
TWICE = Rule(
    "make.variable-twice",
    Level.WARNING,
    "a module sets one variable twice; only one of the two values is kept",
    "give each variable a name of its own",
)
CLOCK = Rule(
    "make.second-clock",
    Level.ERROR,
    "a rendered scenario reads the clock in more than one place, so that two parts of a run may see two days",
    "read `now` once, and hand the value on",
)

_SETS = ("util:SetVariable2", "util:SetVariables")
_GETS = ("util:GetVariable2", "util:GetVariables")


def check(subject: Blueprint, texts: list[Field]) -> Iterator[Finding]:
    """Judge what reads variables; a name that is itself an expression is let be, and so is all that it may mean."""
    for field in texts:
        yield from _fields(subject, field)
    for module in subject.modules:
        found = names(module) if module.name == "util:SetVariables" else []
        for name in sorted({name for name in found if found.count(name) > 1}):
            message = f"module {module.label} sets the variable {quoted(name)} {found.count(name)} times"
            yield TWICE.at(subject.place(module, "mapper", "variables"), message)
    known = [name for module in subject.modules if module.name in _SETS for name in names(module)]
    if any("{{" in name for name in known):
        return
    for module in subject.modules:
        for name in names(module) if module.name in _GETS else ():
            if name not in known and "{{" not in name:
                message = f"module {module.label}: no module sets the variable {quoted(name)}"
                yield NEVER_SET.at(subject.place(module, "mapper"), message, _near(name, known))


def check_clock(subject: Blueprint, texts: list[Field]) -> Iterator[Finding]:
    """Judge how often a scenario that we rendered reads the clock: its run has one `now` (design: time of an event)."""
    first: Module | None = None
    for field in texts:
        if not any(isinstance(node, Reference) and node.root == "now" and not node.quoted for node in field.nodes):
            continue
        if first is not None and field.module is not first:
            message = f"module {field.module.label} reads the clock, which module {first.label} has read"
            yield CLOCK.at(subject.place(field.module, *field.pointer), message)
        first = first or field.module


def names(module: Module) -> list[str]:
    """Give the names of the variables that a module sets or gets, in its order."""
    if module.name in ("util:SetVariable2", "util:GetVariable2"):
        return _texts([module.mapper.get("name")])
    listed = as_list(module.mapper.get("variables"))
    return _texts([as_dict(one).get("name") for one in listed] if module.name == "util:SetVariables" else listed)


def _texts(found: list[Json]) -> list[str]:
    return [name for name in found if isinstance(name, str)]


def _fields(subject: Blueprint, field: Field) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for node in field.nodes:
        if not isinstance(node, Reference) or not node.root.isdigit() or not node.steps:
            continue
        named, step = subject.by_id.get(int(node.root)), node.steps[0]
        if (
            named is None
            or named.name not in (*_SETS, *_GETS)
            or not isinstance(step, str)
            or (node.root, step) in seen
        ):
            continue
        seen.add((node.root, step))
        held = names(named)
        if step not in held and step != "error" and not any("{{" in name for name in held):
            message = f"module {field.module.label}: module {named.label} has no variable {quoted(step)}"
            yield FIELD.at(subject.place(field.module, *field.pointer), message, _near(step, held))


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1, 0.6)
    return f"did you mean `{near[0]}`?" if near else ""
