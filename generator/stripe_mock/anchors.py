"""When a subscription starts, and from where its periods are counted."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from .call import Call
from .refusal import wrong
from .times import from_unix


def start_of(call: Call) -> datetime:
    """Read the start: now, or earlier if the subscription is backdated."""
    start = call.params.get("backdate_start_date")
    if start is None:
        return call.at.replace(microsecond=0)
    if from_unix(start) > call.at:
        raise wrong("backdate_start_date", "backdate_start_date must be in the past.")
    return from_unix(start)


def anchor_of(call: Call, start: datetime) -> datetime:
    """Read the anchor: given, computed from a day of the month, or the start."""
    anchor, config = call.params.get("billing_cycle_anchor"), call.params.get("billing_cycle_anchor_config")
    if anchor is not None and config is not None:
        raise wrong("billing_cycle_anchor", "billing_cycle_anchor and billing_cycle_anchor_config exclude each other.")
    if config is not None:
        return _configured(config, call.at.replace(microsecond=0))
    if anchor is None:
        return start
    if from_unix(anchor) < call.at.replace(microsecond=0):
        raise wrong("billing_cycle_anchor", "billing_cycle_anchor cannot be in the past.")
    return from_unix(anchor)


def _configured(config: dict[str, int], now: datetime) -> datetime:
    """Give the next instant with this day of the month (clamped) and time of day, UTC."""
    clock = {key: config.get(key, getattr(now, key)) for key in ("hour", "minute", "second")}
    first = now.replace(day=1)
    for month in (first, (first + timedelta(days=32)).replace(day=1)):
        day = min(config["day_of_month"], monthrange(month.year, month.month)[1])
        if (anchor := month.replace(day=day, **clock)) >= now:
            return anchor
    return anchor
