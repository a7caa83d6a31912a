"""An n8n workflow as the rules see it: nodes, edges and who runs before whom."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from generator.checking.document import Document, Json, Pointer, as_dict, as_list, as_text, quoted
from generator.mapping.findings import Finding, Level, Place
from generator.mapping.rules import Rule

SHAPE = Rule(
    "n8n.shape",
    Level.ERROR,
    "a part of the workflow is missing or has another type than n8n writes",
    "export the workflow again, or mend the part by hand",
)

_REFUSED = "n8n 2 refuses to import it"
"""Its own check of a workflow's structure (n8n-workflow 2.41, `workflow-structure-validation`); n8n 1 has none."""
_NUMBER = re.compile(r"\d+(\.\d+)?")
STICKY = "n8n-nodes-base.stickyNote"


@dataclass(frozen=True, slots=True)
class Node:
    """One node. `version` is its typeVersion (1 where the file has none)."""

    name: str
    type: str
    version: float
    parameters: dict[str, Json]
    raw: dict[str, Json]
    pointer: Pointer

    @property
    def disabled(self) -> bool:
        """Tell whether n8n skips the node."""
        return self.raw.get("disabled") is True

    @property
    def is_tool(self) -> bool:
        """Tell whether the node is the variant of an ordinary one that serves an AI agent."""
        return self.type.endswith("Tool")

    @property
    def is_note(self) -> bool:
        """Tell whether the node is a remark on the canvas."""
        return self.type == STICKY

    def is_base(self, *names: str) -> bool:
        """Tell whether the node is one of n8n's own nodes of these names."""
        return self.type.removeprefix("n8n-nodes-base.") in names and self.type.startswith("n8n-nodes-base.")

    @property
    def is_trigger(self) -> bool:
        """Tell whether a run can begin here, by the names that n8n and its community give to such nodes."""
        last = self.type.rsplit(".", 1)[-1].lower()
        starts = {"webhook", "cron", "interval", "start", "emailreadimap", "chattrigger", "manualchattrigger"}
        return last.endswith("trigger") or last in starts


@dataclass(frozen=True, slots=True)
class Edge:
    """One connection: from output `output` of `source` to input `input` of `target`. `kind` is `main` or an `ai_…`."""

    source: str
    kind: str
    output: int
    target: str
    target_kind: str
    input: int
    pointer: Pointer


@dataclass(slots=True)
class Workflow:
    """One workflow of a document; `pointer` leads to it when it is wrapped."""

    document: Document
    raw: dict[str, Json]
    pointer: Pointer
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    _before: dict[str, frozenset[str]] = field(default_factory=dict)

    def place(self, node: Node, *more: str | int) -> Place:
        """Say where a node, or a part of it, stands."""
        return self.document.place((*node.pointer, *more), node.name)

    def top(self, *more: str | int) -> Place:
        """Say where a part of the workflow that belongs to no node stands."""
        return self.document.place((*self.pointer, *more), as_text(self.raw.get("name")))

    @property
    def running(self) -> list[Node]:
        """Give the nodes that take part in a run."""
        return [node for node in self.nodes if not node.disabled and not node.is_note]

    def before(self, name: str) -> frozenset[str]:
        """Name every node that can have run when `name` runs. A tool or model counts as part of the node it serves."""
        if not self._before:
            sources: dict[str, set[str]] = defaultdict(set)
            for edge in self.edges:
                sources[edge.target].add(edge.source)
                if edge.kind != "main":
                    sources[edge.source].add(edge.target)
            self._before = {node.name: _closure(sources, node.name) for node in self.nodes}
        return self._before.get(name, frozenset())

    def reached(self) -> set[str]:
        """Name every node that a trigger can lead to, and what serves such a node."""
        targets: dict[str, set[str]] = defaultdict(set)
        for edge in self.edges:
            targets[edge.source].add(edge.target)
            if edge.kind != "main":
                targets[edge.target].add(edge.source)
        starts = {node.name for node in self.nodes if node.is_trigger}
        return starts.union(*(_closure(targets, start) for start in starts))


def workflow(document: Document, raw: dict[str, Json], pointer: Pointer) -> tuple[Workflow, list[Finding]]:
    """Read one workflow; parts of a wrong shape become findings and are left out."""
    made = Workflow(document, raw, pointer, (), ())
    findings = list(_shape(made))
    made.nodes = tuple(_nodes(raw, pointer))
    made.edges = tuple(_edges(raw, pointer))
    return made, findings


def _nodes(raw: dict[str, Json], pointer: Pointer) -> Iterator[Node]:
    for index, value in enumerate(as_list(raw.get("nodes"))):
        node = as_dict(value)
        name, kind = node.get("name"), node.get("type")
        if isinstance(name, str) and isinstance(kind, str):
            yield Node(
                name,
                kind,
                _version(node.get("typeVersion", 1)) or 1.0,
                as_dict(node.get("parameters")),
                node,
                (*pointer, "nodes", index),
            )


def _edges(raw: dict[str, Json], pointer: Pointer) -> Iterator[Edge]:
    for source, kinds in as_dict(raw.get("connections")).items():
        for kind, outputs in as_dict(kinds).items():
            for output, targets in enumerate(as_list(outputs)):
                for position, target in enumerate(as_list(targets)):
                    end = as_dict(target)
                    if isinstance(name := end.get("node"), str):
                        at = (*pointer, "connections", source, kind, output, position)
                        index = end.get("index", 0)
                        number = index if isinstance(index, int) else 0
                        yield Edge(source, kind, output, name, as_text(end.get("type")) or kind, number, at)


def _shape(subject: Workflow) -> Iterator[Finding]:
    raw = subject.raw
    if not isinstance(raw.get("connections"), dict):
        yield SHAPE.at(subject.top("connections"), "`connections` is missing or not an object; n8n refuses the import")
    if not as_text(raw.get("name")):
        yield SHAPE.at(subject.top(), "the workflow has no `name`", level=Level.WARNING)
    for index, value in enumerate(as_list(raw.get("nodes"))):
        for level, message in _node_shape(value):
            yield SHAPE.at(subject.top("nodes", index), f"node {index + 1} {message}", level=level)
    yield from _connection_shape(subject)


def _node_shape(value: Json) -> Iterator[tuple[Level | None, str]]:
    if not isinstance(value, dict):
        yield None, f"is {quoted(value)}, not an object"
        return
    for key in ("name", "type"):
        if not isinstance(value.get(key), str) or not value[key]:
            yield None, f"has no `{key}`"
    if "." not in as_text(value.get("type") or "."):
        yield None, f"has the `type` {quoted(value['type'])}; n8n writes `package.node`"
    if not isinstance(value.get("parameters", {}), dict):
        yield None, "has `parameters` that are not an object"
    place = value.get("position")
    if not (isinstance(place, list) and len(place) == 2 and all(map(_is_number, place))):
        yield None, f"has the `position` {quoted(place)}, not two numbers; {_REFUSED}"
    if not isinstance(value.get("id", ""), str):
        yield None, f"has the `id` {quoted(value['id'])}, not a text; {_REFUSED}"
    if not isinstance(value.get("disabled", False), bool):
        yield None, f"has `disabled` {quoted(value['disabled'])}, neither true nor false; {_REFUSED}"
    if "typeVersion" not in value:
        yield Level.WARNING, "has no `typeVersion`; n8n takes version 1, whichever the node was written for"
    version = value.get("typeVersion", 1)
    number = _version(version)
    if number is None or number <= 0:
        yield None, f"has the `typeVersion` {quoted(version)}, not a number from 1"
    elif isinstance(version, str):
        yield None, f"has the `typeVersion` {quoted(version)}, a text; {_REFUSED}"


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _version(value: Json) -> float | None:
    """Read a typeVersion, also one in quotes: n8n 1 takes it."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _connection_shape(subject: Workflow) -> Iterator[Finding]:
    connections = as_dict(subject.raw.get("connections"))
    for source, kinds in connections.items():
        if not isinstance(kinds, dict):
            yield SHAPE.at(subject.top("connections", source), f"connections of {quoted(source)} are {quoted(kinds)}")
        for kind, outputs in as_dict(kinds).items():
            if not isinstance(outputs, list):
                at = subject.top("connections", source, kind)
                yield SHAPE.at(at, f"outputs of {quoted(source)} are {quoted(outputs)}, not a list")
            for output, targets in enumerate(as_list(outputs)):
                for more, level, message in _targets(targets):
                    at = subject.top("connections", source, kind, output, *more)
                    yield SHAPE.at(at, f"output {output + 1} of {quoted(source)} {message}", level=level)


def _targets(targets: Json) -> Iterator[tuple[Pointer, Level | None, str]]:
    if targets is not None and not isinstance(targets, list):
        yield (), None, f"is {quoted(targets)}, not a list of connections"
    for position, target in enumerate(as_list(targets)):
        end = as_dict(target)
        if not isinstance(end.get("node"), str):
            yield (position,), None, "has a connection that names no target node"
            continue
        if not as_text(end.get("type")):
            yield (position,), None, f"has a connection that enters no `type` of input; {_REFUSED}"
        index = end.get("index")
        if index is None:
            yield (position,), None, f"has a connection without `index`; {_REFUSED}"
        elif not isinstance(index, int) or isinstance(index, bool) or index < 0:
            yield (position,), None, f"has a connection to input {quoted(index)}, not a number from 0"


def _closure(steps: dict[str, set[str]], start: str) -> frozenset[str]:
    seen: set[str] = set()
    waiting: Iterable[str] = steps.get(start, ())
    while waiting := [name for name in waiting if name not in seen]:
        seen.update(waiting)
        waiting = [target for name in waiting for target in steps.get(name, ())]
    return frozenset(seen)
