"""What n8n reads in a workflow: a parameter that is left out has the default of n8n's own description."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from generator.checking.document import Document, Json, as_dict, as_list, as_text
from generator.checking.n8n_catalogue import Catalogue
from generator.checking.n8n_display import Scope, in_force, shown
from generator.checking.workflow import Node, workflow


def read_alike(before: bytes, after: bytes, lines: Sequence[Catalogue]) -> bool:
    """Whether n8n takes two files for the same workflow, in each of its lines as far as that has the nodes."""
    return bool(lines) and all(_settled(before, line, lines[-1]) == _settled(after, line, lines[-1]) for line in lines)


def _settled(content: bytes, line: Catalogue, newest: Catalogue) -> Any:
    """Give the workflow with every default of its nodes' parameters written out."""
    raw = json.loads(content)
    made, _ = workflow(Document("", content.decode(), raw), raw, ())
    for node in made.nodes:
        described = line.get(node.type, node.version) or newest.get(node.type, node.version)
        if described:
            node.raw["parameters"] = _values(as_list(described.get("properties")), node.parameters, node)
    return raw


def _values(
    definitions: list[Json], given: dict[str, Json], node: Node, root: dict[str, Json] | None = None
) -> dict[str, Json]:
    values = in_force(definitions, given, node, root)
    scope = Scope(values if root is None else root, values, node)
    settled: dict[str, Json] = {}
    for definition in map(as_dict, definitions):
        name = as_text(definition.get("name"))
        if name in values and shown(definition, scope):
            settled[name] = _rows(definition, values[name], node, dict(scope.root))
    return {**{name: value for name, value in given.items() if name not in settled}, **settled}


def _rows(definition: dict[str, Json], value: Json, node: Node, root: dict[str, Json]) -> Json:
    """Write the defaults out in the rows of a fixed collection; in any other value there are none."""
    if definition.get("type") != "fixedCollection":
        return value
    groups = {as_text(g.get("name")): as_list(g.get("values")) for g in map(as_dict, as_list(definition["options"]))}
    return {
        name: [_values(groups[name], as_dict(row), node, root) for row in rows]
        if name in groups and isinstance(rows, list)
        else rows
        for name, rows in as_dict(value).items()
    }
