"""A Make blueprint as the rules see it: modules in the order in which they run, and which modules each can see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from generator.checking.document import Document, Json, Pointer, as_dict, as_list, as_text, quoted, strings
from generator.mapping.findings import Finding, Level, Place
from generator.mapping.rules import Rule

SHAPE = Rule(
    "make.shape",
    Level.ERROR,
    "a part of the blueprint is missing or has another type than Make writes",
    "export the scenario again, or mend the part by hand",
)
ID = Rule(
    "make.module-id",
    Level.ERROR,
    "a module's id is not a positive whole number, or two modules share it (routes, branches and error routes "
    "included)",
    "number the modules 1, 2, 3 … over the whole tree",
)

ROUTER, IF_ELSE, MERGE = "builtin:BasicRouter", "builtin:BasicIfElse", "builtin:BasicMerge"
DIRECTIVES = frozenset(f"builtin:{name}" for name in ("Break", "Commit", "Ignore", "Resume", "Rollback"))
_FIELDS = ("mapper", "filter", "flags", "outputs")
_MAPPED_PARAMETER = re.compile(r"\{\{\s*`?\d+`?\s*\.")


@dataclass(frozen=True, slots=True)
class Module:
    """One module. `visible` are the ids whose output it can read, oldest first; `closed` those an aggregator swallowed;
    `loops` the repeaters and iterators that it runs inside of; `fails` the module on whose error route it stands."""

    id: int
    name: str
    version: Json
    parameters: dict[str, Json]
    mapper: dict[str, Json]
    raw: dict[str, Json]
    pointer: Pointer
    index: int
    visible: tuple[int, ...]
    closed: frozenset[int]
    fails: int | None = None
    loops: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        """Name the module as the editor shows it: its number and its caption or type."""
        caption = as_text(as_dict(as_dict(self.raw.get("metadata")).get("designer")).get("name"))
        return f"{self.id} ({caption or self.name})"

    @property
    def feeder(self) -> int | None:
        """Give the id of the module whose bundles an aggregator collects."""
        value = self.parameters.get("feeder")
        return _number(value)

    def fields(self) -> Iterator[tuple[Pointer, str]]:
        """Yield every text that Make reads as an expression, with its pointer inside the module."""
        for key in _FIELDS:
            yield from strings(self.raw.get(key), (key,))
        for index, branch in enumerate(as_list(self.raw.get("branches"))):
            yield from strings(as_dict(branch).get("conditions"), ("branches", index, "conditions"))
        for pointer, text in strings(self.parameters, ("parameters",)):
            if _MAPPED_PARAMETER.search(text):
                yield pointer, text


@dataclass(slots=True)
class Blueprint:
    """One blueprint of a document; `pointer` leads to it when it is wrapped."""

    document: Document
    raw: dict[str, Json]
    pointer: Pointer
    modules: tuple[Module, ...] = ()
    by_id: dict[int, Module] = field(default_factory=dict)

    def place(self, module: Module, *more: str | int) -> Place:
        """Say where a module, or a part of it, stands."""
        return self.document.place((*module.pointer, *more), str(module.id))

    def top(self, *more: str | int) -> Place:
        """Say where a part that belongs to no module stands."""
        return self.document.place((*self.pointer, *more), as_text(self.raw.get("name")))

    @property
    def scenario(self) -> dict[str, Json]:
        """Give the scenario's settings."""
        return as_dict(as_dict(self.raw.get("metadata")).get("scenario"))


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the modules of one flow inherit from where the flow begins."""

    visible: tuple[int, ...] = ()
    closed: frozenset[int] = frozenset()
    fails: int | None = None
    loops: tuple[int, ...] = ()


@dataclass(slots=True)
class _Walk:
    modules: list[Module] = field(default_factory=list)
    strange: list[tuple[Pointer, str]] = field(default_factory=list)

    def flow(self, value: Json, pointer: Pointer, sight: _Sight) -> None:
        """Visit the modules of one flow in order, and everything that hangs on them."""
        if not isinstance(value, list):
            self.strange.append((pointer, f"a flow is {quoted(value)}, not a list of modules"))
        for index, item in enumerate(as_list(value)):
            at = (*pointer, index)
            raw = as_dict(item)
            name = raw.get("module")
            if not isinstance(name, str) or not name:
                self.strange.append((at, f"{quoted(item)} has no `module`"))
                continue
            sight = self._module(raw, name, at, sight)

    def _module(self, raw: dict[str, Json], name: str, at: Pointer, sight: _Sight) -> _Sight:
        made = Module(
            id=_number(raw.get("id")) or 0,
            name=name,
            version=raw.get("version"),
            parameters=as_dict(raw.get("parameters")),
            mapper=as_dict(raw.get("mapper")),
            raw=raw,
            pointer=at,
            index=len(self.modules),
            visible=sight.visible,
            closed=sight.closed,
            fails=sight.fails,
            loops=sight.loops,
        )
        self.modules.append(made)
        after = (*sight.visible, made.id)
        if isinstance(raw.get("onerror"), list):
            self.flow(raw["onerror"], (*at, "onerror"), _Sight(after, sight.closed, made.id, sight.loops))
        for key in ("routes", "branches", "tools"):
            for index, route in enumerate(as_list(raw.get(key))):
                inner = _Sight(after, sight.closed, sight.fails, sight.loops)
                self.flow(as_dict(route).get("flow"), (*at, key, index, "flow"), inner)
        return _next(made, sight, after)


def _next(made: Module, sight: _Sight, after: tuple[int, ...]) -> _Sight:
    """Work out what the module behind `made` sees: an aggregator closes everything from its feeder on."""
    if made.feeder is not None and made.feeder in sight.visible:
        cut = sight.visible.index(made.feeder)
        gone = sight.visible[cut:]
        loops = tuple(loop for loop in sight.loops if loop not in gone)
        return _Sight((*sight.visible[:cut], made.id), sight.closed.union(gone), sight.fails, loops)
    opens = made.name in ("builtin:BasicFeeder", "builtin:BasicRepeater")
    return _Sight(after, sight.closed, sight.fails, (*sight.loops, made.id) if opens else sight.loops)


def blueprint(document: Document, raw: dict[str, Json], pointer: Pointer) -> tuple[Blueprint, list[Finding]]:
    """Read one blueprint; parts of a wrong shape become findings and are left out."""
    walk = _Walk()
    walk.flow(raw.get("flow"), (*pointer, "flow"), _Sight())
    made = Blueprint(document, raw, pointer, tuple(walk.modules))
    made.by_id = {module.id: module for module in reversed(walk.modules)}
    findings = [SHAPE.at(document.place(at), message) for at, message in walk.strange]
    return made, [*findings, *_ids(made)]


def _ids(subject: Blueprint) -> Iterator[Finding]:
    seen: set[int] = set()
    for module in subject.modules:
        value = module.raw.get("id")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            yield ID.at(
                subject.place(module, "id"), f"{module.name}: id is {quoted(value)}, not a positive whole number"
            )
        elif value in seen:
            yield ID.at(subject.place(module, "id"), f"{module.name}: id {value} is taken by another module")
        seen.add(module.id)


def _number(value: Json) -> int | None:
    """Read an id; hand-written files hold them as text, too."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
