"""Follow a path into a value; what is not there is missing, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from generator.iml.scope import Surroundings
from generator.iml.values import Value, is_array, number_text

SEGMENT: Final = re.compile(r"`([^`]*)`|\[(\d*)\]|([^.\[\]`]+)")


def child(value: Value, name: str) -> Value:
    """Take a field of a collection; on an array a name of digits is a 1-based position."""
    if type(value) is dict or isinstance(value, Mapping):
        return value.get(name)
    if name.isdigit() and is_array(value):
        return item(value, int(name))
    return None


def item(value: Value, position: Value) -> Value:
    """Take an item of an array by its 1-based position; on a collection, a field by its name."""
    if isinstance(value, Mapping):
        return value.get(position if isinstance(position, str) else _name(position))
    if isinstance(position, str):
        position = int(position) if position.isdigit() else None
    if isinstance(position, float) and position.is_integer():
        position = int(position)
    if not is_array(value) or not isinstance(position, int) or isinstance(position, bool):
        return None
    return value[position - 1] if 1 <= position <= len(value) else None


def _name(position: Value) -> str:
    is_number = isinstance(position, (int, float)) and not isinstance(position, bool)
    return number_text(position) if is_number else ""  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def segments(path: str) -> tuple[str, ...]:
    """Cut `a.b[2].c` into its names and positions; `[]` is the first item."""
    return tuple(m[1] if m[1] is not None else m[2] or m[3] or "1" for m in SEGMENT.finditer(path))


def follow(around: Surroundings, value: Value, path: Value) -> Value:
    """Follow a path given as text with dots, or take one item by its number.

    A field whose own name holds dots or brackets is an open question: it may be found as it is, or never.
    """
    if not isinstance(path, str):
        return item(value, path)
    names = segments(path)
    if len(names) == 1 and names[0] == path:
        return value.get(path) if type(value) is dict else child(value, path)
    if isinstance(value, Mapping) and path in value:
        around.met.add("dotted_names")
        if around.rules.dotted_names == "field":
            return value[path]
    for name in names:
        value = child(value, name)
    return value
