"""The published JSON Schema of a mapping: what editors complete and explain from. Made from the model."""

from __future__ import annotations

import json

from generator.mapping.model import Mapping

NAME = "mappings/schema/mapping.schema.json"


def schema_text() -> str:
    """Give the schema as it is committed: the same bytes from the same model."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Mapping.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
