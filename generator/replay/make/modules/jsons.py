"""The JSON app."""

from __future__ import annotations

from collections.abc import Mapping

from generator.iml.values import Value, is_array
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import Module
from generator.replay.make.errors import ModuleError
from generator.replay.make.modules.fields import Fields, missing, numbered, parse_json, text_of, write_json


def parse(_: Bench, __: Module, fields: Fields) -> list[Value]:
    """Parse a text: the fields of its object, or one bundle per element of its array."""
    words = text_of(fields, "json", required=True)
    try:
        value = parse_json(words)
    except (ValueError, RecursionError):
        raise ModuleError("BundleValidationError", "Source is not valid JSON.") from None
    if is_array(value):
        return numbered([item if isinstance(item, Mapping) else {"value": item} for item in value])
    return [value if isinstance(value, Mapping) else {"value": value}]


def transform(_: Bench, module: Module, fields: Fields) -> list[Value]:
    """Write any value as JSON."""
    if fields.get("object") is None:
        raise missing("object")
    return [{"json": write_json(fields["object"], _space(module))}]


def create(_: Bench, module: Module, fields: Fields) -> list[Value]:
    """Write the mapped fields as JSON; the data structure does not travel, so every field is taken as it is."""
    return [{"json": write_json(fields, _space(module))}]


def _space(module: Module) -> int | str | None:
    space = module.info.parameters.get("space")
    if space in (None, ""):
        return None
    return "\t" if space == "tab" else 4 if str(space) == "4" else 2
