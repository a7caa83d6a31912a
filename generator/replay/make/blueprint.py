"""From the JSON of a blueprint to a tree of modules whose mappers and filters are compiled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from generator.errors import UnreadableInput
from generator.iml.evaluate import Compiled, compile_text
from generator.iml.faults import ImlError
from generator.iml.values import Value
from generator.replay.make.filters import Condition, compile_conditions
from generator.replay.make.mapper import compile_mapper
from generator.replay.make.run import ModuleInfo

AGGREGATORS: Final = frozenset(
    {"builtin:BasicAggregator", "util:TextAggregator", "util:FunctionAggregator2", "json:AggregateToJSON"}
)
DIRECTIVES: Final = frozenset(f"builtin:{name}" for name in ("Ignore", "Resume", "Commit", "Rollback", "Break"))


@dataclass(slots=True)
class Branch:
    """One way out of a router or an if-else: a router's lets everything in, its first module has the filter."""

    flow: list[Module]
    condition: Condition
    merge: bool


@dataclass(slots=True, eq=False)
class Module:
    """One module at its place: `flow[at]` is the module itself."""

    info: ModuleInfo
    key: str
    mapper: Compiled
    raw: object
    filter: Condition | None
    flow: list[Module]
    at: int
    first: bool
    feeder: int | None
    group_by: Compiled | None
    stop_if_empty: bool
    branches: list[Branch] = field(default_factory=list)
    onerror: list[Module] = field(default_factory=list)
    closes: list[Module] = field(default_factory=list)
    """The aggregators that this module feeds."""
    outputs: list[tuple[str, list[Compiled]]] = field(default_factory=list)
    """A merge's fields: for every field one mapping per merging branch."""


@dataclass(slots=True)
class Scenario:
    """A blueprint, ready to run."""

    name: str
    flow: list[Module]
    instant: bool
    sequential: bool
    dlq: bool
    auto_commit: bool
    max_errors: int

    def modules(self) -> Iterator[Module]:
        """Walk all modules: main flow, routes, branches and error routes."""
        return _walk(self.flow)


def _walk(flow: list[Module]) -> Iterator[Module]:
    for module in flow:
        yield module
        for branch in module.branches:
            yield from _walk(branch.flow)
        yield from _walk(module.onerror)


def normalise(data: Mapping[str, object]) -> Mapping[str, object]:
    """Unpack the shapes that circulate: API answers, wrappers, and the editor's clipboard."""
    for key in ("response", "blueprint"):
        inner = data.get(key)
        if isinstance(inner, str):
            inner = json.loads(inner)
        if isinstance(inner, Mapping) and "flow" not in data:
            return normalise(inner)
    subflows = data.get("subflows")
    if isinstance(subflows, Sequence) and subflows and "flow" not in data:
        return {**data, "flow": subflows[0]["flow"]}
    return data


def load(blueprint: Mapping[str, object]) -> Scenario:
    """Read a blueprint; expressions that do not parse are an `UnreadableInput` that names the module."""
    data = normalise(blueprint)
    flow = data.get("flow")
    if not isinstance(flow, Sequence) or isinstance(flow, str):
        raise UnreadableInput("not a Make blueprint: it has no list `flow`")
    metadata = _mapping(data.get("metadata"))
    settings = _mapping(metadata.get("scenario"))
    scenario = Scenario(
        name=str(data.get("name", "")),
        flow=_flow(flow, first=True),
        instant=bool(metadata.get("instant", False)),
        sequential=bool(settings.get("sequential", False)),
        dlq=bool(settings.get("dlq", False)),
        auto_commit=bool(settings.get("autoCommit", True)),
        max_errors=_whole(settings.get("maxErrors"), 3),
    )
    _tie(scenario)
    return scenario


def _mapping(data: object) -> Mapping[str, object]:
    return data if isinstance(data, Mapping) else {}


def _whole(value: object, default: int) -> int:
    """Read a whole number that may be written as text."""
    words = str(value).strip()
    return int(words) if words.isdecimal() else default


def _list(data: object) -> Sequence[Mapping[str, object]]:
    return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []


def _flow(data: Sequence[object], *, first: bool = False) -> list[Module]:
    flow: list[Module] = []
    for at, one in enumerate(data):
        if not isinstance(one, Mapping) or not isinstance(one.get("module"), str):
            raise UnreadableInput(f"not a Make blueprint: a flow holds {str(one)[:60]!r} in place of a module")
        try:
            flow.append(_module(one, flow, at, first=first and at == 0))
        except ImlError as error:
            raise UnreadableInput(f"module {one.get('id')} ({one['module']}): {error}") from error
    return flow


def _module(data: Mapping[str, object], flow: list[Module], at: int, *, first: bool) -> Module:
    info = _info(data)
    flags = _mapping(data.get("flags"))
    group_by = flags.get("groupBy")
    feeder = info.parameters.get("feeder")
    gate = data.get("filter")
    return Module(
        info=info,
        key=str(info.id),
        mapper=compile_mapper(data.get("mapper") or {}),
        raw=data.get("mapper"),
        filter=compile_conditions(gate.get("conditions")) if isinstance(gate, Mapping) else None,
        flow=flow,
        at=at,
        first=first,
        feeder=_whole(feeder, 0) or None,
        group_by=compile_text(group_by) if isinstance(group_by, str) and group_by else None,
        stop_if_empty=flags.get("stopIfEmpty") in (True, "true"),
        branches=list(_branches(data)),
        onerror=_flow(_list(data.get("onerror"))),
        outputs=[(str(o.get("name")), [compile_mapper(m) for m in _texts(o.get("mappings"))]) for o in _outputs(data)],
    )


def _texts(data: object) -> Sequence[object]:
    return data if isinstance(data, list) else []


def _outputs(data: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    return _list(data.get("outputs"))


def _info(data: Mapping[str, object]) -> ModuleInfo:
    parameters: Mapping[str, Value] = _mapping(data.get("parameters"))  # type: ignore[assignment]
    designer = _mapping(_mapping(data.get("metadata")).get("designer"))
    return ModuleInfo(
        id=_whole(data.get("id"), 0),
        name=str(data["module"]),
        version=_whole(data.get("version"), 1),
        label=str(designer.get("name", "")),
        parameters=parameters,
    )


def _branches(data: Mapping[str, object]) -> Iterator[Branch]:
    for one in _list(data.get("routes")):
        if not one.get("disabled"):
            yield Branch(_flow(_list(one.get("flow"))), lambda _: True, merge=False)
    for one in _list(data.get("branches")):
        if not one.get("disabled"):
            condition = compile_conditions([] if one.get("type") == "else" else one.get("conditions"))
            yield Branch(_flow(_list(one.get("flow"))), condition, bool(one.get("merge")))


def _tie(scenario: Scenario) -> None:
    by_id = {module.info.id: module for module in scenario.modules()}
    for module in scenario.modules():
        if module.info.name in AGGREGATORS and module.feeder in by_id:
            by_id[module.feeder].closes.append(module)
