"""What a kind of usage source puts into the templates: its own nodes or modules, by name, and its own code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import resources
from generator.mapping.sources import source_facts

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SourcePart:
    """The folder of one kind, as the renderers use it."""

    kind: str

    def text(self, name: str) -> str:
        """Give a file's text, `n8n.js` or `make.iml`; empty where the kind has none."""
        path = resources.sources() / self.kind / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def code(self, shared: Path) -> str:
        """Give the code of n8n's nodes: what the kind shares with others, and its own."""
        return "\n".join([*self._shared(shared, "js"), self.text("n8n.js")])

    def expressions(self, shared: Path) -> str:
        """Give the expressions that the kind says anew: those it shares with others, and its own.

        Of a kind that Make cannot read only its name, with that: the run stops, and its report says why.
        """
        facts = source_facts(self.kind)
        if "make" not in facts.platforms:
            return f"⟦%- macro source_title() %⟧{facts.title}, which Make cannot read⟦% endmacro %⟧"
        return "\n".join([*self._shared(shared, "iml"), self.text("make.iml")])

    def _shared(self, folder: Path, form: str) -> Iterator[str]:
        """Read what the kind shares with others; a platform may have no part in it."""
        paths = (folder / f"{name}.{form}" for name in source_facts(self.kind).code)
        return (path.read_text(encoding="utf-8") for path in paths if path.is_file())

    def into_n8n(self, workflow: dict[str, Any]) -> dict[str, Any]:
        """Give a workflow with the kind's own nodes in place of those of the same name, and its own connections.

        A workflow that has none of these nodes stays as it is; so do nodes that the kind does not name.
        """
        part = json.loads(self.text("n8n.json") or "{}")
        own = dict(part.get("nodes", {}))
        if not own.keys() & {node["name"] for node in workflow["nodes"]}:
            return workflow
        nodes = [{**node, **own.pop(node["name"], {})} for node in workflow["nodes"]]
        added = [{"name": name, **node} for name, node in own.items()]
        connections = {**workflow["connections"], **part.get("connections", {})}
        return {**workflow, "nodes": nodes + added, "connections": connections}

    def into_make(self, blueprint: dict[str, Any]) -> dict[str, Any]:
        """Give a blueprint with the kind's own modules in place of those of the same number.

        A number stands for one module, for several in a row, or for none; a route without modules goes with them.
        What a module leaves out it takes from the template, and a key that is null is taken away.
        """
        own = json.loads(self.text("make.json") or "{}")
        return {**blueprint, "flow": list(_modules(blueprint["flow"], own))}


def _modules(flow: list[Part], own: Part) -> Iterator[Part]:
    for module in flow:
        routes = [{**route, "flow": list(_modules(route["flow"], own))} for route in module.get("routes", ())]
        whole = {**module, "routes": [route for route in routes if route["flow"]]} if routes else module
        for part in own.get(str(module["id"]), [{}]):
            taken = {key for key, value in part.items() if value is None}
            yield {key: value for key, value in {**whole, **part}.items() if key not in taken}
