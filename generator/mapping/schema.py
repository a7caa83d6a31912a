"""The published JSON Schema of a mapping: what editors complete and explain from. Made from the model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from generator.mapping.model import Mapping

SCHEMA_FILE = "schema/mapping.schema.json"
"""Where it lies, beside a mapping."""


def schema_text() -> str:
    """Give the schema as it is committed: the same bytes from the same model."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Mapping.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def key_table() -> str:
    """List every key with its meaning, as docs/mapping.md shows them; a block that comes again is told once."""
    schema = Mapping.model_json_schema()
    rows = [f"| `{path}` | {needed} | {words} |" for path, needed, words in _Table(schema["$defs"]).keys(schema, "")]
    return "\n".join(["| key | | meaning |", "| --- | --- | --- |", *rows])


@dataclass(frozen=True, slots=True)
class _Table:
    parts: dict[str, Any]
    told: dict[str, str] = field(default_factory=dict)
    """Name of a part → the path under which its keys are told."""

    def keys(self, block: dict[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
        for key, value in block.get("properties", {}).items():
            needed = "required" if key in block.get("required", ()) else ""
            path, words = prefix + key, " ".join(value["description"].split())
            inner = list(self.inner(value))
            known = next((self.told[name] for name, _, _ in inner if name in self.told), "")
            yield path, needed, f"{words} Keys as under `{known}`." if known else words
            for name, suffix, block_inside in inner if not known else ():
                self.told[name] = path + suffix
                yield from self.keys(block_inside, f"{path}{suffix}.")

    def inner(self, value: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Find the blocks behind a key: itself, the entries of its list, the values of its names."""
        if "$ref" in value:
            name = value["$ref"].rpartition("/")[2]
            found = self.parts[name]
            yield from ((name, "", block) for block in [found, *found.get("anyOf", ())] if "properties" in block)
        for block in value.get("anyOf", ()):
            yield from self.inner(block)
        entries = [(value.get("items"), "[]"), (value.get("additionalProperties"), ".*")]
        entries += [(block, ".*") for block in value.get("patternProperties", {}).values()]
        for block, suffix in entries:
            if isinstance(block, dict):
                yield from ((name, suffix, found) for name, _, found in self.inner(block))
