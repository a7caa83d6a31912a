"""Instants on the wire: unix seconds in v1, RFC 3339 text in v2."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC_3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))", re.ASCII
)

_FIRST, _LAST = (int(at.timestamp()) for at in (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)))


def rfc3339(at: datetime) -> str:
    """Write an instant with milliseconds and `Z`, as v2 answers do."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def from_rfc3339(text: str) -> datetime | None:
    """Read an RFC 3339 date-time; None if it is none. Digits below the microsecond are dropped."""
    found = _RFC_3339.fullmatch(text)
    if not found:
        return None
    date, time, fraction, _, sign, hours, minutes = found.groups()
    try:
        at = datetime.fromisoformat(f"{date}T{time}.{(fraction or '0')[:6].ljust(6, '0')}+00:00")
        return at - _offset(sign, hours, minutes)
    except (ValueError, OverflowError):
        return None


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta:
    if sign is None:
        return timedelta()
    if int(hours or 0) > 23 or int(minutes or 0) > 59:
        raise ValueError("offset out of range")
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return shift if sign == "+" else -shift


def unix(at: datetime) -> int:
    """Write an instant as whole seconds since 1970."""
    return int(at.timestamp())


def from_unix(seconds: int) -> datetime:
    """Read whole seconds since 1970; far-off numbers become the nearest instant that exists."""
    return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), UTC)
