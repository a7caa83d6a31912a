"""What every block of a mapping file is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Part(BaseModel):
    """A block of the file: known keys only, never changed after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class Shorthand(Part):
    """A block that may be written as its first key's value alone."""

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        return value if isinstance(value, dict | cls) else {next(iter(cls.model_fields)): value}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer both spellings to editors."""
        block = handler.resolve_ref_schema(handler(schema))
        first = block["properties"][next(iter(cls.model_fields))]
        return {"anyOf": [dict(first), dict(block)]}
