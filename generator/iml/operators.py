"""What the operators do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from generator.iml.faults import ImlFault
from generator.iml.moment import milliseconds
from generator.iml.scope import Surroundings
from generator.iml.values import Value, is_array, is_empty, kind, may_be_number, number, numeric, text, to_number


def absent(around: Surroundings, value: Value) -> bool:
    """Tell whether `ifempty` and `exist` see nothing."""
    if is_empty(value):
        return True
    if (is_array(value) or isinstance(value, Mapping)) and not value:
        around.met.add("empty_array")
        return around.rules.empty_array == "empty"
    return False


def truth(around: Surroundings, value: Value) -> bool:
    """Tell whether a condition holds."""
    if value is True or value is False:
        return value
    if is_empty(value):
        return False
    javascript = not (isinstance(value, (int, float)) and (value == 0 or math.isnan(value)))
    coerced = value != "false"
    if javascript != coerced:
        around.met.add("condition")
    return javascript if around.rules.condition == "javascript" else coerced


def equal(around: Surroundings, one: Value, two: Value) -> bool:
    """Compare two values of any types."""
    if type(one) is str and type(two) is str:
        return one == two
    strict = _strictly(one, two)
    loose = strict or _loosely(one, two)
    if strict != loose:
        around.met.add("equality")
    return loose if around.rules.equality == "loose" else strict


def _strictly(one: Value, two: Value) -> bool:
    return kind(one) == kind(two) and ((is_empty(one) and is_empty(two)) or bool(one == two))


def _loosely(one: Value, two: Value) -> bool:
    if is_empty(one) or is_empty(two):
        return is_empty(one) and is_empty(two)
    if isinstance(one, (Mapping, bytes)) or isinstance(two, (Mapping, bytes)) or is_array(one) or is_array(two):
        return False
    first, second = _as_number(one), _as_number(two)
    if first is not None and second is not None and not (isinstance(one, str) and isinstance(two, str)):
        return first == second
    return text(one) == text(two)


def _as_number(value: Value) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return milliseconds(value)
    if isinstance(value, str):
        return numeric(value)
    return value if isinstance(value, (int, float)) else None


def order(around: Surroundings, one: Value, two: Value) -> int | None:
    """Tell which is greater: -1, 0, 1, or None where two values have no order."""
    if isinstance(one, str) and isinstance(two, str):
        return _text_order(around, one, two)
    first, second = (0 if is_empty(value) else _as_number(value) for value in (one, two))
    if first is None or second is None:
        return None
    return (first > second) - (first < second)


def _text_order(around: Surroundings, one: str, two: str) -> int:
    plain, first, second = (one > two) - (one < two), numeric(one), numeric(two)
    if first is None or second is None:
        return plain
    by_number = (first > second) - (first < second)
    if plain != by_number:
        around.met.add("text_order")
    return plain if around.rules.text_order == "text" else by_number


def plus(around: Surroundings, one: Value, two: Value) -> Value:
    """Add numbers, join texts; a number with a text is an open question."""
    if type(one) is str and type(two) is str and not (may_be_number(one) and may_be_number(two)):
        return one + two
    if not isinstance(one, str) and not isinstance(two, str):
        return _plus_untexted(one, two)
    first, second = _as_number(one), _as_number(two)
    mixed = kind(one) != kind(two) and {kind(one), kind(two)} == {"number", "text"}
    if mixed or (first is not None and second is not None and kind(one) == kind(two)):
        around.met.add("plus")
        if around.rules.plus != "joined" and first is not None and second is not None:
            return number(first + second)
        if around.rules.plus == "error" and mixed:
            raise ImlFault(f"'{text(one)}' + '{text(two)}' is not a number")
    return text(one) + text(two)


def _plus_untexted(one: Value, two: Value) -> Value:
    if isinstance(one, datetime) and isinstance(two, (int, float)):
        return one + timedelta(milliseconds=two)
    if isinstance(one, datetime) or isinstance(two, datetime) or is_array(one) or is_array(two):
        return text(one) + text(two)
    return number((to_number(one) or 0) + (to_number(two) or 0))


def minus(around: Surroundings, one: Value, two: Value) -> Value:
    """Subtract; two dates give milliseconds, if Make says so."""
    if isinstance(one, datetime) and isinstance(two, datetime):
        around.met.add("date_difference")
        if around.rules.date_difference == "error":
            raise ImlFault("a date cannot be subtracted from a date")
        return milliseconds(one) - milliseconds(two)
    if isinstance(one, datetime):
        return one - timedelta(milliseconds=to_number(two) or 0)
    return number((to_number(one) or 0) - (to_number(two) or 0))


def times(one: Value, two: Value) -> Value:
    """Multiply."""
    return number((to_number(one) or 0) * (to_number(two) or 0))


def divide(one: Value, two: Value) -> Value:
    """Divide as JavaScript does: by zero it gives infinity or no number."""
    above, below = to_number(one) or 0, to_number(two) or 0
    if below == 0:
        return math.nan if above == 0 else math.copysign(math.inf, above)
    return number(above / below)


def remainder(one: Value, two: Value) -> Value:
    """Give the remainder with the sign of the dividend."""
    above, below = to_number(one) or 0, to_number(two) or 0
    return math.nan if below == 0 else number(math.fmod(above, below))
