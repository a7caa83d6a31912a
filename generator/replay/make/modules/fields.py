"""Read fields of an evaluated mapper by the type that they should have; a wrong one is a `BundleValidationError`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from generator.iml.faults import ImlFault
from generator.iml.values import (
    EXACT,
    Marker,
    Value,
    date_text,
    is_array,
    is_empty,
    number,
    text,
    to_boolean,
    to_number,
)
from generator.replay.make.errors import ModuleError

Fields = Mapping[str, Value]


def invalid(message: str) -> ModuleError:
    """Make the error of a field that cannot be used."""
    return ModuleError("BundleValidationError", message)


def missing(name: str) -> ModuleError:
    """Make the error of a required field that is empty."""
    return invalid(f"Validation failed for 1 parameter(s). Missing value of required parameter '{name}'.")


def text_of(fields: Fields, name: str, *, required: bool = False) -> str:
    """Read a text."""
    value = fields.get(name)
    if required and is_empty(value):
        raise missing(name)
    return as_text(value, name)


def as_text(value: Value, name: str) -> str:
    """Make text of a value for a field."""
    try:
        return text(value)
    except ImlFault as fault:
        raise invalid(f"Invalid text in parameter '{name}': {fault}") from None


def number_of(fields: Fields, name: str, *, required: bool = False) -> int | float | None:
    """Read a number."""
    value = fields.get(name)
    if required and is_empty(value):
        raise missing(name)
    try:
        return to_number(value)
    except ImlFault:
        raise invalid(f"Invalid number in parameter '{name}'.") from None


def whole_of(fields: Fields, name: str, least: int, most: int, *, required: bool = True) -> int:
    """Read a whole number within bounds; an optional one that is missing is `least`."""
    value = number_of(fields, name, required=required)
    if value is None:
        return least
    if isinstance(value, float) or not least <= value <= most:
        raise invalid(f"Invalid number in parameter '{name}': {text(value)} is no whole number from {least} to {most}.")
    return value


def flag_of(fields: Fields, name: str) -> bool | None:
    """Read a boolean; None = missing."""
    return to_boolean(fields.get(name))


def pairs_of(fields: Fields, name: str, key: str = "name") -> list[tuple[str, str]]:
    """Read a list of collections with a name and a value."""
    found: list[tuple[str, str]] = []
    for entry in list_of(fields, name):
        if not isinstance(entry, Mapping):
            raise invalid(f"Invalid collection in parameter '{name}'.")
        if not isinstance(entry.get("value"), Marker):
            found.append((as_text(entry.get(key), name), as_text(entry.get("value"), name)))
    return found


def list_of(fields: Fields, name: str) -> Sequence[Value]:
    """Read an array; missing is none, one value alone is wrapped."""
    value = fields.get(name)
    if is_empty(value):
        return []
    return value if is_array(value) else [value]


def parse_json(words: str) -> Value:
    """Parse JSON as JavaScript does: numbers become doubles, `NaN` is no JSON. Raises ValueError."""
    value: Value = json.loads(words, parse_int=_whole, parse_float=_double, parse_constant=_refuse)
    return value


def _whole(words: str) -> int | float:
    value = int(words) if len(words) < 400 else math.inf
    return value if -EXACT <= value <= EXACT else number(float(value))


def _double(words: str) -> int | float:
    return number(float(words))


def _refuse(words: str) -> Value:
    raise ValueError(f"{words} is not JSON")


def write_json(value: Value, indent: int | str | None = None) -> str:
    """Write JSON as JavaScript does: compact, dates as ISO 8601, infinities as null."""
    separators = (",", ":") if not indent else (",", ": ")
    return json.dumps(_plain(value), ensure_ascii=False, separators=separators, indent=indent or None)


def _plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if is_array(value):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return date_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Marker):
        return None
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() and abs(value) < 1e21 else value
    return value


def numbered(bundles: Sequence[Value]) -> list[Value]:
    """Tell each bundle its 1-based position and how many there are."""
    return [
        {**bundle, "__IMTINDEX__": i, "__IMTLENGTH__": len(bundles)} if isinstance(bundle, Mapping) else bundle
        for i, bundle in enumerate(bundles, 1)
    ]
