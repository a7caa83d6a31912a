"""Values of the language, and how one type becomes another (Make help: type coercion).

Numbers are doubles, as in JavaScript: whole ones are held as `int`, as long as a double holds them exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

from generator.iml.faults import ImlFault

Value: TypeAlias = (
    "None | bool | int | float | str | bytes | datetime | Mapping[str, Value] | Sequence[Value] | Marker"
)

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
        return value if -EXACT <= value <= EXACT else float(value)
    return int(value) if value.is_integer() and abs(value) <= EXACT else value


def number_text(value: float) -> str:
    """Write a number as JavaScript does: no trailing `.0`, exponents from 1e21 on and below 1e-6."""
    if isinstance(value, int) and abs(value) <= EXACT:
        return str(value)
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    mantissa, _, exponent = repr(value).partition("e")
    power = int(exponent or 0)
    if not exponent and 1e-6 <= abs(value) < 1e21:
        return mantissa.removesuffix(".0")
    if 1e-6 <= abs(value) < 1e21:
        return format(value, "f") if power < 0 and len(mantissa) < 3 else _plain(mantissa, power)
    digits = mantissa.removesuffix(".0") if exponent else repr(value)
    if not exponent:
        return digits
    return f"{digits}e{'+' if power > 0 else '-'}{abs(power)}"


def _plain(mantissa: str, power: int) -> str:
    sign, digits = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _, fraction = digits.partition(".")
    if power >= 0:
        fraction = fraction.ljust(power, "0")
        rest = fraction[power:].strip("0")
        return f"{sign}{whole}{fraction[:power]}" + (f".{rest}" if rest else "")
    return f"{sign}0.{(whole + fraction.rstrip('0')).rjust(-power + len(fraction.rstrip('0')), '0')}"


def date_text(value: datetime) -> str:
    """Write a date as ISO 8601 in UTC with milliseconds."""
    at = value.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def is_empty(value: Value) -> bool:
    """Tell whether a value counts as missing: null, empty text, `ignore`."""
    return value is None or value == "" or isinstance(value, Marker)


def kind(value: Value) -> str:
    """Name the type of a value, as messages do."""
    if value is None or isinstance(value, Marker):
        return "empty"
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return type(value).__name__


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
