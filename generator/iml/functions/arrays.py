"""Array functions. Positions are 1-based in paths and 0-based in `slice`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from generator.iml.faults import ImlFault
from generator.iml.functions.table import function
from generator.iml.operators import equal
from generator.iml.paths import follow
from generator.iml.scope import Surroundings
from generator.iml.values import Value, is_array, is_empty, shown, text

Items = Sequence[Value]
ORDERS: Final = ("asc", "desc", "asc ci", "desc ci")


@function("array", "add(array array; values…)")
def add(array: Items, *values: Value) -> Value:
    """Append values."""
    return [*array, *values]


@function("array", "contains(value; search)", around=True)
def contains(around: Surroundings, value: Value, search: Value) -> Value:
    """Tell whether an array has an item, or a text a part."""
    if is_array(value):
        return any(same(item, search) for item in value) or any(equal(around, item, search) for item in value)
    return text(search) in text(value)


def same(one: Value, two: Value) -> bool:
    """Compare two values of the same type; a boolean is no number."""
    if isinstance(one, bool) != isinstance(two, bool):
        return False
    return bool(one == two)


@function("array", "deduplicate(array array)")
def deduplicate(array: Items) -> Value:
    """Drop repeated items."""
    return list(_first_of_each(array, lambda item: item))


@function("array", "distinct(array array; [key text])", around=True)
def distinct(around: Surroundings, array: Items, key: str = "") -> Value:
    """Drop items whose field repeats."""
    return list(_first_of_each(array, lambda item: follow(around, item, key) if key else item))


def _first_of_each(array: Items, key: Callable[[Value], Value]) -> Iterator[Value]:
    seen: set[str] = set()
    for item in array:
        mark = _mark(key(item))
        if mark not in seen:
            seen.add(mark)
            yield item


def _mark(value: Value) -> str:
    return f"{type(value).__name__}:{value!r}"


@function("array", "first(array array)")
def first(array: Items) -> Value:
    """Take the first item."""
    return array[0] if array else None


@function("array", "last(array array)")
def last(array: Items) -> Value:
    """Take the last item."""
    return array[-1] if array else None


@function("array", "flatten(array array; [depth number])")
def flatten(array: Items, depth: float | None = 1) -> Value:
    """Put the items of inner arrays in their place, one level deep or more."""
    return list(_flat(array, int(1 if depth is None else depth)))


def _flat(array: Items, depth: int) -> Iterator[Value]:
    for item in array:
        if is_array(item) and depth > 0:
            yield from _flat(item, depth - 1)
        else:
            yield item


@function("array", "join(array array; separator text)")
def join(array: Items, separator: str) -> Value:
    """Write the items one after the other."""
    return separator.join(text(item) for item in array)


@function("array", "keys(value)")
def keys(value: Value) -> Value:
    """List the names of the fields; of an array, the positions."""
    if isinstance(value, Mapping):
        return list(value)
    return [str(i) for i in range(len(value))] if is_array(value) else []


@function("array", "length(value)")
def length(value: Value) -> Value:
    """Count items, characters (as JavaScript counts them) or bytes."""
    if is_array(value) or isinstance(value, bytes):
        return len(value)
    if isinstance(value, Mapping):
        raise ImlFault(f"'{shown(value)}' is not a valid array")
    return len(text(value).encode("utf-16-le")) // 2


@function("array", "map(array array; key; [filter-key text]; [allowed…])", around=True)
def mapped(around: Surroundings, array: Items, key: Value, filter_key: str = "", *allowed: Value) -> Value:
    """Take one field of every item, on request only of those whose other field has one of the allowed values."""
    if filter_key:
        wanted = [part for value in allowed for part in _parts(value)]
        texts = {value for value in wanted if isinstance(value, str)}
        found = ((item, follow(around, item, filter_key)) for item in array)
        array = [
            item for item, value in found if (isinstance(value, str) and value in texts) or _fits(around, value, wanted)
        ]
    if is_empty(key):
        return list(array)
    values = [follow(around, item, key) for item in array]
    if None in values:
        around.met.add("map_missing")
        if around.rules.map_missing == "dropped":
            return [value for value in values if value is not None]
    return values


def _parts(value: Value) -> list[Value]:
    if is_array(value):
        return list(value)
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else [value]


def _fits(around: Surroundings, found: Value, wanted: list[Value]) -> bool:
    if isinstance(found, str) and all(isinstance(value, str) for value in wanted):
        return False
    if any(same(found, value) for value in wanted):
        return True
    if found is None or isinstance(found, Mapping) or is_array(found):
        return False
    return any(value is not None and text(value) == text(found) and _met(around) for value in wanted)


def _met(around: Surroundings) -> bool:
    around.met.add("map_filter")
    return around.rules.map_filter == "as_text"


@function("array", "merge(arrays… array)")
def merge(*arrays: Items) -> Value:
    """Put arrays one behind the other."""
    return [item for array in arrays for item in array]


@function("array", "remove(array array; values…)")
def remove(array: Items, *values: Value) -> Value:
    """Drop items that equal one of the values."""
    return [item for item in array if not any(same(item, value) for value in values)]


@function("array", "reverse(array array)")
def reverse(array: Items) -> Value:
    """Turn the order round."""
    return list(array[::-1])


@function("array", "shuffle(array array)", around=True)
def shuffle(around: Surroundings, array: Items) -> Value:
    """Put the items in a random order."""
    return around.rng.sample(array, len(array))


@function("array", "slice(array array; start number; [end number])")
def slice_(array: Items, start: float | None, end: float | None = None) -> Value:
    """Keep the items from `start` to before `end`, 0-based; negative positions count from the end."""
    return list(array[int(start or 0) : None if end is None else int(end)])


@function("array", "sort(array array; [order]; [key text])", around=True)
def sort(around: Surroundings, array: Items, order: Value = "asc", key: str = "") -> Value:
    """Sort, by a field on request; `asc`, `desc`, and `asc ci`, `desc ci` without regard to case."""
    if not is_empty(order) and order not in ORDERS and not key:
        order, key = "asc", text(order)
    way = text(order) or "asc"
    rank = _ranked(any_case=way.endswith("ci"))
    return sorted(
        array, key=lambda item: rank(follow(around, item, key) if key else item), reverse=way.startswith("desc")
    )


def _ranked(*, any_case: bool) -> Callable[[Value], tuple[int, Any]]:
    def rank(value: Value) -> tuple[int, Any]:
        if isinstance(value, (int, float)):
            return 0, value
        if isinstance(value, datetime):
            return 1, value
        if isinstance(value, str):
            return 2, value.lower() if any_case else value
        return (3, 0) if value is not None else (4, 0)

    return rank


@function("array", "toArray(collection)")
def to_array(collection: Value) -> Value:
    """Turn the fields of a collection into items with `key` and `value`."""
    if collection is None or is_array(collection):
        return list(collection or [])
    if not isinstance(collection, Mapping):
        raise ImlFault(f"'{shown(collection)}' is not a valid collection")
    return [{"key": name, "value": value} for name, value in collection.items()]


@function("array", "toCollection(array array; key text; value text)", around=True)
def to_collection(around: Surroundings, array: Items, key: str, value: str) -> Value:
    """Turn items into the fields of a collection: one path gives the name, the other the value."""
    return {text(follow(around, item, key)): follow(around, item, value) for item in array}
