"""Billing periods: boundaries counted from an anchor, months clamped to their length."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from functools import lru_cache

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def boundary(anchor: datetime, number: int, interval: str, count: int = 1) -> datetime:
    """Give the boundary `number` intervals after the anchor (before it, if negative)."""
    if interval in _DAYS:
        return anchor + timedelta(days=_DAYS[interval] * count * number)
    month = anchor.year * 12 + anchor.month - 1 + _MONTHS[interval] * count * number
    year, month = divmod(month, 12)
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=1024)
def next_boundary(after: datetime, anchor: datetime, interval: str, count: int = 1) -> datetime:
    """Give the first boundary later than an instant."""
    number = _estimate(after, anchor, interval, count)
    while boundary(anchor, number, interval, count) > after:
        number -= 1
    while boundary(anchor, number, interval, count) <= after:
        number += 1
    return boundary(anchor, number, interval, count)


def previous_boundary(before: datetime, anchor: datetime, interval: str, count: int = 1) -> datetime:
    """Give the last boundary earlier than an instant."""
    number = _estimate(before, anchor, interval, count)
    while boundary(anchor, number, interval, count) < before:
        number += 1
    while boundary(anchor, number, interval, count) >= before:
        number -= 1
    return boundary(anchor, number, interval, count)


def _estimate(instant: datetime, anchor: datetime, interval: str, count: int) -> int:
    """Guess how many intervals lie between the anchor and an instant."""
    if interval in _DAYS:
        return (instant - anchor).days // (_DAYS[interval] * count)
    months = (instant.year - anchor.year) * 12 + instant.month - anchor.month
    return months // (_MONTHS[interval] * count)
