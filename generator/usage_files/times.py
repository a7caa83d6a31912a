"""When a row was: ISO text with or without zone, Unix seconds or milliseconds, whole days, buckets with two ends."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from generator.usage_files.record import BadRow, When

DAY = timedelta(days=1)
_NUMBER = re.compile(r"[0-9]{9,16}(?:\.[0-9]*)?")
_DATE = re.compile(r"(\d{4})[-/]?(\d\d?)[-/]?(\d\d?)", re.ASCII)
_MILLISECONDS = 10**11
"""Numbers from here on count milliseconds, and from a thousand times more microseconds."""


def read_time(value: object) -> When:
    """Read a time without zone as UTC; None where there is none; raise BadRow where it is no time."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _text(value)
    return _unix(str(value))


def read_bucket(start: object, end: object) -> When:
    """Read a stretch of time: a whole UTC day is that day, anything shorter the instant at which it starts."""
    began, ended = read_time(start), read_time(end)
    if isinstance(began, datetime) and isinstance(ended, datetime) and ended - began == DAY:
        return began.date() if began.time() == datetime.min.time() else began
    return began


def _text(text: str) -> When:
    plain = text.strip()
    try:
        if "-" in plain and len(plain) > 10:
            found = datetime.fromisoformat(plain.removesuffix(" UTC"))
            if found.tzinfo is UTC:
                return found
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        if part := _DATE.fullmatch(plain) if len(plain) <= 10 and not _NUMBER.fullmatch(plain) else None:
            return date(int(part[1]), int(part[2]), int(part[3]))
    except (ValueError, OverflowError):
        raise BadRow(f"{text!r} is not a time") from None
    return _unix(plain)


def _unix(text: str) -> datetime:
    if not _NUMBER.fullmatch(text):
        raise BadRow(f"{text!r} is not a time; write it like 2026-11-22T09:30:00Z")
    number = int(text.partition(".")[0])
    while number >= _MILLISECONDS:
        number //= 1000
    return datetime.fromtimestamp(number, UTC)
