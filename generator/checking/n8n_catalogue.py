"""n8n's own node descriptions, in the two lines that users run, found by type and version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from generator.checking.document import Json, as_dict, as_list, as_text

PREFIX = "n8n-nodes-base."


@dataclass(frozen=True, slots=True)
class Line:
    """One line of n8n that users run: its name for messages and the version of its package of nodes."""

    name: str
    version: str


LINES = (Line("n8n 1.123", "1.121.53"), Line("n8n 2.41", "2.41.1"))
"""Oldest first; the last one is the engine that `replay` runs."""


@dataclass(slots=True)
class Catalogue:
    """Every node description of one line, found by full type name and version."""

    line: Line
    _nodes: dict[str, dict[float, dict[str, Json]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, line: Line, descriptions: list[Json]) -> Catalogue:
        """Index descriptions as n8n publishes them."""
        made = cls(line)
        for value in descriptions:
            node = as_dict(value)
            versions = made._nodes.setdefault(PREFIX + as_text(node.get("name")), {})
            published = node.get("version")
            for version in published if isinstance(published, list) else [published]:
                if isinstance(version, int | float):
                    versions[float(version)] = node
        return made

    def versions(self, kind: str) -> list[float]:
        """Give the versions of a node by its full type name, oldest first; none when the line has no such node."""
        if kind in self._nodes:
            return sorted(self._nodes[kind])
        whole = self._nodes.get(kind.removesuffix("Tool"), {})
        return sorted(version for version, node in whole.items() if node.get("usableAsTool"))

    def get(self, kind: str, version: float) -> dict[str, Json] | None:
        """Give the description of one version of a node, or None. n8n makes `…Tool` variants of many by itself."""
        if kind in self._nodes:
            return self._nodes[kind].get(version)
        node = self._nodes.get(kind.removesuffix("Tool"), {}).get(version)
        return _as_tool(node) if node and node.get("usableAsTool") else None

    def types(self) -> Iterator[str]:
        """Yield every full type name."""
        yield from self._nodes


def _as_tool(node: dict[str, Json]) -> dict[str, Json]:
    """Describe the variant of a node that serves an AI agent: it answers to the agent instead of passing items on."""
    extra: list[Json] = [
        {"name": "descriptionType", "type": "options", "default": "auto"},
        {"name": "toolDescription", "type": "string", "default": ""},
    ]
    return {**node, "inputs": [], "outputs": ["ai_tool"], "properties": [*extra, *as_list(node.get("properties"))]}
