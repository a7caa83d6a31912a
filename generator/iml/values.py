"""Values of the language, and how one type becomes another (Make help: type coercion).

Numbers are doubles, as in JavaScript: whole ones are held as `int`, as long as a double holds them exactly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeAlias, TypeGuard

from generator.iml.faults import ImlFault

Value: TypeAlias = "bool | int | float | str | bytes | datetime | Mapping[str, Value] | Sequence[Value] | Marker | None"

EXACT: Final = 2**53


class Marker:
    """A word that stands for no value: `ignore` (leave the field out), `erase` (clear it in the target)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


IGNORE: Final = Marker("ignore")
ERASE: Final = Marker("erase")


def number(value: float) -> int | float:
    """Hold a number as JavaScript would: a double, without a fraction where it has none."""
    if isinstance(value, int):
        return value if -EXACT <= value <= EXACT else _double(value)
    return int(value) if value.is_integer() and abs(value) <= EXACT else value


def _double(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def number_text(value: float) -> str:
    """Write a number as JavaScript does: no trailing `.0`, exponents from 1e21 on and below 1e-6."""
    if isinstance(value, int) and abs(value) <= EXACT:
        return str(value)
    value = float(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    sign, figures, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, figures))
    return ("-" if sign else "") + _placed(digits, len(digits) + int(exponent))


def _placed(digits: str, point: int) -> str:
    """Put the decimal point `point` places behind the start of the digits."""
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = point - 1
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"


def date_text(value: datetime) -> str:
    """Write a date as ISO 8601 in UTC with milliseconds."""
    at = value.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def is_empty(value: Value) -> bool:
    """Tell whether a value counts as missing: null, empty text, `ignore`."""
    return value is None or value == "" or isinstance(value, Marker)


def kind(value: Value) -> str:
    """Name the type of a value, as messages do."""
    known = _NAMES.get(type(value))
    if known is not None:
        return known
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return type(value).__name__


_NAMES: Final[dict[type, str]] = {
    type(None): "empty", Marker: "empty", bool: "boolean", int: "number", float: "number", str: "text",
    datetime: "date", bytes: "buffer", dict: "collection", list: "array",
}  # fmt: skip
"""Spares the commonest types a slower test."""
_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "text"),
    (datetime, "date"),
    ((bytes, bytearray), "buffer"),
    (Mapping, "collection"),
    (Sequence, "array"),
)


def text(value: Value) -> str:
    """Make text of anything but a collection."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, Marker):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, datetime):
        return date_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        raise ImlFault("a collection cannot be converted to text")
    return ",".join(text(item) for item in value)


_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")

_FIRST: Final = frozenset("+-.0123456789")


def may_be_number(value: str) -> bool:
    """Tell by its first character whether a text may be a number."""
    return value.lstrip()[:1] in _FIRST


def numeric(value: str) -> int | float | None:
    """Read a text that is a number as a whole; None if it is none."""
    stripped = value.strip()
    if stripped[:1] not in _FIRST:
        return None
    if not _NUMBER.fullmatch(stripped):
        return None
    return number(int(stripped) if stripped.lstrip("+-").isdigit() else float(stripped))


def to_number(value: Value) -> int | float | None:
    """Make a number of a number or a numeric text; missing stays missing."""
    if isinstance(value, bool):
        raise ImlFault(f"'{text(value)}' is not a valid number")
    if isinstance(value, (int, float)):
        return value
    if is_empty(value):
        return None
    found = numeric(value) if isinstance(value, str) else None
    if found is None:
        raise ImlFault(f"'{shown(value)}' is not a valid number")
    return found


def to_boolean(value: Value) -> bool | None:
    """Make a boolean: any number is true, of texts only the empty one and `false` are false; missing stays missing."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Marker):
        return None
    return value not in ("", "false") if isinstance(value, str) else True


def to_array(value: Value) -> Sequence[Value]:
    """Make an array for a field that takes one: missing is none, anything else is wrapped."""
    if value is None or isinstance(value, Marker):
        return []
    return value if is_array(value) else [value]


_NO_ARRAYS: Final = frozenset({str, int, float, bool, dict, bytes, datetime, type(None)})
"""Spares the commonest types a slower test."""


def is_array(value: Value) -> TypeGuard[Sequence[Value]]:
    """Tell an array from texts and buffers."""
    kind_ = type(value)
    if kind_ is list:
        return True
    return kind_ not in _NO_ARRAYS and isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))


def to_buffer(value: Value) -> bytes:
    """Make bytes: texts as UTF-8, numbers, booleans and dates by way of their text."""
    return value if isinstance(value, bytes) else text(value).encode()


def shown(value: Value) -> str:
    """Show any value in a message."""
    return "{object}" if isinstance(value, Mapping) else "[array]" if is_array(value) else text(value)
