"""Connections of an n8n workflow: both ends exist, indexes fit, names are unique, everything can run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator.checking.document import as_dict, as_text, quoted
from generator.checking.n8n_catalogue import Catalogue
from generator.checking.n8n_ports import inputs, outputs
from generator.checking.workflow import Edge, Node, Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

MISSING_NODE = Rule(
    "n8n.connection-missing-node",
    Level.ERROR,
    "a connection begins or ends at a node that does not exist; n8n 2 refuses the import",
    "remove the connection, or name the node that is meant",
)
OUTPUT = Rule(
    "n8n.output-index",
    Level.WARNING,
    "a connection leaves an output that the node does not have; what hangs on it never runs",
    "connect it to an output that exists",
)
INPUT = Rule(
    "n8n.input-index",
    Level.WARNING,
    "a connection enters an input that the node does not have",
    "connect it to an input that exists",
)
KIND = Rule(
    "n8n.connection-type",
    Level.WARNING,
    "a connection leaves an output of one type and enters an input of another",
    "give both ends the same type, `main` for data",
)
DUPLICATE_NAME = Rule(
    "n8n.duplicate-name",
    Level.ERROR,
    "two nodes have one name; n8n 2 refuses the import, and connections go by name",
    "give each node a name of its own",
)
DUPLICATE_ID = Rule(
    "n8n.duplicate-id",
    Level.ERROR,
    "two nodes have one id; n8n 2 refuses the import",
    "give each node an id of its own",
)
ORPHAN = Rule(
    "n8n.orphan",
    Level.WARNING,
    "no trigger leads to the node, so it never runs",
    "connect it, disable it or remove it",
)
NO_TRIGGER = Rule(
    "n8n.no-trigger",
    Level.WARNING,
    "the workflow has nodes but none that starts a run",
    "add a Manual Trigger or another trigger",
)


def check(subject: Workflow) -> Iterator[Finding]:
    """Judge what needs no node descriptions."""
    yield from _unique(subject)
    names = {node.name for node in subject.nodes}
    for source in as_dict(subject.raw.get("connections")):
        if source not in names:
            yield MISSING_NODE.at(
                subject.top("connections", source), f"connections begin at {quoted(source)}: no such node"
            )
    for edge in subject.edges:
        if edge.target not in names:
            message = f"{quoted(edge.source)} is connected to {quoted(edge.target)}: no such node"
            yield MISSING_NODE.at(subject.document.place(edge.pointer, edge.source), message)
        if edge.target_kind != edge.kind:
            message = f"{quoted(edge.source)} gives {edge.kind}, {quoted(edge.target)} takes {quoted(edge.target_kind)}"
            yield KIND.at(subject.document.place(edge.pointer, edge.source), message)
    yield from _orphans(subject)


def check_ports(subject: Workflow, catalogue: Catalogue) -> Iterator[Finding]:
    """Judge indexes of outputs and inputs by the published node descriptions."""
    nodes = {node.name: node for node in subject.nodes}
    for edge in subject.edges:
        source, target = nodes.get(edge.source), nodes.get(edge.target)
        if source and target and edge.kind == "main":
            yield from _output(subject, edge, outputs(source, catalogue))
            yield from _input(subject, edge, inputs(target, catalogue))


def _output(subject: Workflow, edge: Edge, has: int | None) -> Iterator[Finding]:
    if has is not None and edge.output >= has:
        message = f"{quoted(edge.source)} has {has} outputs; output {edge.output + 1} leads to {quoted(edge.target)}"
        yield OUTPUT.at(subject.document.place(edge.pointer, edge.source), message)


def _input(subject: Workflow, edge: Edge, has: int | None) -> Iterator[Finding]:
    if has is not None and edge.input >= has and edge.target_kind == "main":
        message = f"{quoted(edge.target)} has {has} inputs; {quoted(edge.source)} enters input {edge.input + 1}"
        yield INPUT.at(subject.document.place(edge.pointer, edge.target), message)


def _unique(subject: Workflow) -> Iterator[Finding]:
    names = Counter(node.name for node in subject.nodes)
    ids = Counter(as_text(node.raw.get("id")) for node in subject.nodes)
    seen: set[str] = set()
    for node in subject.nodes:
        identity = as_text(node.raw.get("id"))
        if names[node.name] > 1 and node.name in seen:
            yield DUPLICATE_NAME.at(subject.place(node), f"{names[node.name]} nodes are named {quoted(node.name)}")
        if identity and ids[identity] > 1 and f"\0{identity}" in seen:
            yield DUPLICATE_ID.at(subject.place(node, "id"), f"{ids[identity]} nodes have the id {quoted(identity)}")
        seen |= {node.name, f"\0{identity}"}


def _orphans(subject: Workflow) -> Iterator[Finding]:
    running = subject.running
    if running and not any(node.is_trigger for node in running):
        yield NO_TRIGGER.at(subject.top(), f"none of {len(running)} nodes starts a run")
        return
    reached = subject.reached()
    for node in running:
        if node.name not in reached and not _serves(subject, node):
            yield ORPHAN.at(subject.place(node), f"no trigger leads to {quoted(node.name)}")


def _serves(subject: Workflow, node: Node) -> bool:
    """Tell whether a node only ever answers to others, as models and tools do."""
    return any(edge.source == node.name and edge.kind != "main" for edge in subject.edges)
