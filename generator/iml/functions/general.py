"""General functions. `if`, `ifempty` and `switch` are lazy: see `generator.iml.evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from generator.iml.functions.table import function
from generator.iml.paths import follow
from generator.iml.scope import Surroundings
from generator.iml.values import Value, is_array

Later = Callable[[], Value]


@function("general", "if(condition; yes; [no])", lazy=True)
def choose(true: Callable[[Value], bool], condition: Later, yes: Later, no: Later | None = None) -> Value:
    """Choose by a condition."""
    chosen = yes if true(condition()) else no
    return chosen() if chosen else None


@function("general", "ifempty(value; otherwise)", lazy=True)
def if_empty(absent: Callable[[Value], bool], value: Later, otherwise: Later) -> Value:
    """Choose the second value where the first is missing or empty."""
    found = value()
    return otherwise() if absent(found) else found


@function("general", "switch(value; case; result; [more…])", lazy=True)
def switch(equal: Callable[[Value, Value], bool], value: Later, *cases: Later) -> Value:
    """Choose the result of the first case that equals the value; a lone last one is the default."""
    found = value()
    for case, result in zip(cases[::2], cases[1::2], strict=False):
        if equal(found, case()):
            return result()
    return cases[-1]() if len(cases) % 2 else None


@function("general", "get(value; path)", around=True)
def get(around: Surroundings, value: Value, path: Value) -> Value:
    """Take one item by a path with dots or a 1-based position."""
    return follow(around, value, path)


@function("general", "pick(collection collection; keys…)")
def pick(collection: Mapping[str, Value] | None, *keys: Value) -> Value:
    """Keep some fields."""
    wanted = _names(keys)
    return {name: value for name, value in (collection or {}).items() if name in wanted}


@function("general", "omit(collection collection; keys…)")
def omit(collection: Mapping[str, Value] | None, *keys: Value) -> Value:
    """Leave some fields out."""
    unwanted = _names(keys)
    return {name: value for name, value in (collection or {}).items() if name not in unwanted}


def _names(keys: tuple[Value, ...]) -> set[Value]:
    flat: set[Value] = set()
    for key in keys:
        flat.update(key if is_array(key) else [key])
    return flat
