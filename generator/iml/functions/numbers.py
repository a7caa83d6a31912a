"""Math functions. All numbers are doubles; where arrays are allowed, missing items do not count."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from generator.iml.faults import ImlFault
from generator.iml.functions.table import function
from generator.iml.values import Value, is_array, number, numeric, to_number


def _numbers(values: tuple[Value, ...]) -> Iterator[int | float]:
    for value in values:
        if is_array(value):
            yield from _numbers(tuple(value))
        elif (found := to_number(value)) is not None:
            yield found


@function("math", "abs(value number)")
def absolute(value: float | None) -> Value:
    """Drop the sign."""
    return None if value is None else abs(value)


@function("math", "average(values…)")
def average(*values: Value) -> Value:
    """Give the mean."""
    found = list(_numbers(values))
    return number(sum(found) / len(found)) if found else None


@function("math", "ceil(value number)")
def ceil(value: float | None) -> Value:
    """Round up."""
    return value if value is None or not math.isfinite(value) else number(math.ceil(value))


@function("math", "floor(value number)")
def floor(value: float | None) -> Value:
    """Round down."""
    return value if value is None or not math.isfinite(value) else number(math.floor(value))


@function("math", "round(value number; [decimals number])")
def rounded(value: float | None, decimals: float | None = None) -> Value:
    """Round, halves up as in JavaScript; documents know whole numbers only, authors write decimals as well."""
    if value is None or not math.isfinite(value):
        return value
    scale = 10 ** int(decimals or 0)
    return number(math.floor(value * scale + 0.5) / scale)


@function("math", "trunc(value number; [decimals number])")
def trunc(value: float | None, decimals: float | None = None) -> Value:
    """Cut the fraction off, or all but some decimals of it."""
    if value is None or not math.isfinite(value):
        return value
    scale = 10 ** int(decimals or 0)
    return number(math.trunc(value * scale) / scale)


@function("math", "formatNumber(value number; [decimals number]; [decimal-separator text]; [thousands-separator text])")
def format_number(value: float | None, decimals: float | None = None, point: str = ",", thousands: str = ".") -> Value:
    """Write a number with separators; without further words the European way: 1.234,50."""
    if value is None:
        return ""
    step = Decimal(1).scaleb(-int(decimals or 0))
    plain = format(abs(Decimal(repr(value))).quantize(step, ROUND_HALF_UP), "f")
    whole, _, fraction = plain.partition(".")
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", lambda _: thousands, whole)
    sign = "-" if value < 0 and Decimal(plain) else ""
    return f"{sign}{grouped}{point}{fraction}" if fraction else f"{sign}{grouped}"


@function("math", "max(values…)")
def maximum(*values: Value) -> Value:
    """Give the greatest."""
    return max(_numbers(values), default=None)


@function("math", "median(values…)")
def median(*values: Value) -> Value:
    """Give the middle one, or the mean of the two in the middle."""
    found = list(_numbers(values))
    return number(statistics.median(found)) if found else None


@function("math", "min(values…)")
def minimum(*values: Value) -> Value:
    """Give the least."""
    return min(_numbers(values), default=None)


@function("math", "parseNumber(value text; [decimal-separator text])")
def parse_number(value: str, point: str = ".") -> Value:
    """Read a number with separators of thousands in it."""
    point = point or "."
    kept = re.sub(r"[\s\u00a0']", "", value).replace("," if point == "." else ".", "").replace(point, ".")
    if kept and numeric(kept) is None:
        raise ImlFault(f"'{value}' is not a valid number")
    return numeric(kept)


@function("math", "stdevP(values…)")
def deviation_of_all(*values: Value) -> Value:
    """Give the standard deviation of a whole population."""
    found = list(_numbers(values))
    return number(_deviation(found, len(found))) if found else None


@function("math", "stdevS(values…)")
def deviation_of_sample(*values: Value) -> Value:
    """Give the standard deviation of a sample."""
    found = list(_numbers(values))
    return number(_deviation(found, len(found) - 1)) if len(found) > 1 else None


def _deviation(found: list[int | float], of: int) -> float:
    mean = sum(found) / len(found)
    return math.sqrt(sum((one - mean) ** 2 for one in found) / of)


@function("math", "sum(values…)")
def total(*values: Value) -> Value:
    """Add up."""
    result: int | float = 0
    for value in _numbers(values):
        result = number(result + value)
    return result
