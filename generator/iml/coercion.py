"""From the value that an argument has to the type that its function takes (Make help: type coercion)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from generator.iml.faults import ImlFault
from generator.iml.moment import from_milliseconds
from generator.iml.reading import read_iso
from generator.iml.scope import Surroundings
from generator.iml.values import Value, is_array, is_empty, shown, text, to_boolean, to_number


def _array(around: Surroundings, value: Value) -> Value:
    if value is None:
        around.met.add("missing_array")
        if around.rules.missing_array == "empty":
            return []
    if is_array(value):
        return value
    raise ImlFault(f"'{shown(value)}' is not a valid array.")


def _collection(_: Surroundings, value: Value) -> Value:
    if value is None or isinstance(value, Mapping):
        return value
    raise ImlFault(f"'{shown(value)}' is not a valid collection.")


def to_date(around: Surroundings, value: Value) -> Value:
    """Make a date: text as ISO 8601 in the organisation's zone, a number as milliseconds since 1970."""
    if isinstance(value, datetime) or is_empty(value):
        return value if isinstance(value, datetime) else None
    if isinstance(value, str):
        return read_iso(value, around.zone)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return from_milliseconds(value)
    raise ImlFault(f"'{shown(value)}' is not a valid date.")


COERCE: Final[dict[str, Callable[[Surroundings, Value], Value]]] = {
    "text": lambda _, value: text(value),
    "number": lambda _, value: to_number(value),
    "date": to_date,
    "array": _array,
    "collection": _collection,
    "boolean": lambda _, value: to_boolean(value),
}
