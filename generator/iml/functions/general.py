"""General functions. `if`, `ifempty` and `switch` choose among their arguments: they build a closure of their own."""

from __future__ import annotations

from collections.abc import Mapping

from generator.iml.calls import NO_CHOICE, Choice
from generator.iml.functions.table import chooser, function
from generator.iml.operators import absent, equal, truth
from generator.iml.paths import follow
from generator.iml.scope import Scope, Surroundings
from generator.iml.values import Value, is_array
from generator.iml.words import Compiled


@chooser("if(condition; yes; [no])")
def choose(condition: Choice, yes: Choice, no: Choice = NO_CHOICE) -> Compiled:
    """Choose by a condition."""
    asked, (take_yes, leave_yes), (take_no, leave_no) = condition.take, yes, no

    def call(s: Scope) -> Value:
        if truth(s.around, asked(s)):
            value, leave = take_yes(s), leave_no
        else:
            value, leave = take_no(s), leave_yes
        if leave is not None:
            leave(s)
        return value

    return call


@chooser("ifempty(value; otherwise)")
def if_empty(value: Choice, otherwise: Choice) -> Compiled:
    """Choose the second value where the first is missing or empty."""
    asked, (take, leave) = value.take, otherwise

    def call(s: Scope) -> Value:
        found = asked(s)
        if absent(s.around, found):
            return take(s)
        if leave is not None:
            leave(s)
        return found

    return call


@chooser("switch(value; case; result; [more…])")
def switch(value: Choice, *cases: Choice) -> Compiled:
    """Choose the result of the first case that equals the value; a lone last one is the default."""
    last = len(cases) // 2 * 2

    def call(s: Scope) -> Value:
        found = value.take(s)
        at = next((i for i in range(0, last, 2) if equal(s.around, found, cases[i].take(s))), last)
        chosen = at + (at < last)
        result = cases[chosen].take(s) if chosen < len(cases) else None
        for i, other in enumerate(cases):
            asked = i == chosen or (i <= at and i % 2 == 0)
            if other.leave is not None and not asked:
                other.leave(s)
        return result

    return call


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
