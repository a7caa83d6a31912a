"""Billing periods: when Stripe closes a client's month. What is stamped before it is counted, not billed."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from itertools import count


def closed_boundary(anchor: datetime, grace: timedelta, now: datetime) -> datetime:
    """Give the latest period end whose invoice is final at ``now``.

    Periods end every month on the anchor's day, or on the month's last where it has no such day (Stripe docs: billing
    cycle anchor), and take usage until ``grace`` has passed (Stripe docs: finalisation grace period).
    """
    months = (now.year - anchor.year) * 12 + now.month - anchor.month
    return next(end for back in count(-1) if (end := period_end(anchor, months - back)) + grace <= now)


def period_end(anchor: datetime, months: int) -> datetime:
    """Give the instant ``months`` after the anchor, on the month's last day where the anchor's day is missing."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1]))
