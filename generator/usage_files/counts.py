"""Counts and amounts of money as files write them: `12`, `"12"`, `12.0`, `1,234`; exact or not at all.

The text `1.000` may be a thousand or one, so it is neither.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from generator.usage_files.record import BadRow

MOST = 10**15
KEPT = 100_000
"""Different texts that are remembered; files repeat most of their counts."""

_WHOLE = re.compile(r"[0-9]{1,15}(?:\.0*)?|[0-9]{1,3}(?:,[0-9]{3}){1,4}")
_EITHER = re.compile(r"[0-9]{1,3}\.000")


class Texts(dict[str, int]):
    """Whole numbers by their text, so that each is read once; an empty cell is 0."""

    def __missing__(self, text: str) -> int:
        number = text_count(text)
        if len(self) < KEPT:
            self[text] = number
        return number


def text_count(text: str) -> int:
    """Read a whole number from 0 on of at most 15 digits; raise BadRow for anything else."""
    plain = text.strip()
    if not plain:
        return 0
    if _EITHER.fullmatch(plain):
        raise BadRow(f"{text!r} may be thousands or a fraction: write {plain[:-4]} or {plain.replace('.', '')}")
    if not _WHOLE.fullmatch(plain):
        raise BadRow(f"{text!r} is not a whole number from 0 on")
    return int(plain.partition(".")[0].replace(",", ""))


def count(value: object) -> int:
    """Read a count of JSON: a whole number, or its digits as text; nothing is 0."""
    if type(value) is int and 0 <= value < MOST:
        return value
    if value is None:
        return 0
    if isinstance(value, str):
        return text_count(value)
    if isinstance(value, Decimal) and value == value.to_integral_value() and 0 <= value < MOST:
        return int(value)
    raise BadRow(f"{value!s} is not a whole number from 0 on")


def money(value: object) -> Decimal | None:
    """Read an amount; None where there is none."""
    if value is None or value == "":
        return None
    text = str(value).strip().removeprefix("$")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise BadRow(f"{text!r} is not an amount of money") from None
    if isinstance(value, bool) or not amount.is_finite():
        raise BadRow(f"{text!r} is not an amount of money")
    return amount
