"""The published JSON Schema of a mapping: what editors complete and explain from. Made from the model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.mapping.model import Mapping

NAME = "mappings/schema/mapping.schema.json"


def schema_text() -> str:
    """Give the schema as it is committed: the same bytes from the same model."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Mapping.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def key_table() -> str:
    """List every key with its meaning, as docs/mapping.md shows them."""
    schema = Mapping.model_json_schema()
    rows = [f"| `{path}` | {needed} | {words} |" for path, needed, words in _keys(schema, schema["$defs"], "")]
    return "\n".join(["| key | | meaning |", "| --- | --- | --- |", *rows])


def _keys(block: dict[str, Any], parts: dict[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    for key, value in block.get("properties", {}).items():
        needed = "required" if key in block.get("required", ()) else ""
        yield prefix + key, needed, " ".join(value["description"].split())
        for suffix, inner in _inner(value, parts):
            yield from _keys(inner, parts, f"{prefix}{key}{suffix}.")


def _inner(value: dict[str, Any], parts: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find the blocks behind a key: itself, the entries of its list, the values of its names."""
    if "$ref" in value:
        found = parts[value["$ref"].rpartition("/")[2]]
        yield from (("", block) for block in [found, *found.get("anyOf", ())] if "properties" in block)
    for block in value.get("anyOf", ()):
        yield from _inner(block, parts)
    for name, suffix in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(value.get(name), dict):
            yield from ((suffix, block) for _, block in _inner(value[name], parts))
    for block in value.get("patternProperties", {}).values():
        yield from ((".*", inner) for _, inner in _inner(block, parts))
