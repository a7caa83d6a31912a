"""Dates by Moment.js's tokens (Make: date functions), in IANA zones."""

from __future__ import annotations

import re
from calendar import day_abbr, day_name, month_abbr, month_name, monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from generator.iml.faults import ImlFault

TOKEN: Final = re.compile(
    r"\[([^\]]*)\]|LTS?|LL?L?L?|l{1,4}|YYYYYY|YYYY|YY|Y|gggg|GGGG|gg|GG|MMMM|MMM|MM|Mo|M|DDDD|DDDo|DDD|DD|Do|D"
    r"|dddd|ddd|dd|do|d|e|E|ww|wo|w|WW|Wo|W|Qo|Q|HH|H|hh|h|kk|k|mm|m|ss|s|S{1,9}|A|a|ZZ|Z|zz|z|X|x"
)
LONG: Final = {
    "LTS": "h:mm:ss A", "LT": "h:mm A", "L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A", "l": "M/D/YYYY", "ll": "MMM D, YYYY", "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}  # fmt: skip


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Find a zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImlFault(f"'{name}' is not a valid time zone") from None


@lru_cache(maxsize=4096)
def format_date(at: datetime, form: str, name: str) -> str:
    """Write a date in a zone."""
    local = at.astimezone(zone(name))
    return TOKEN.sub(lambda m: m[1] if m[1] is not None else _written(m[0], local), form)


def _written(token: str, at: datetime) -> str:
    if token in LONG:
        return TOKEN.sub(lambda m: _written(m[0], at), LONG[token])
    if token.startswith("S"):
        return f"{at.microsecond:06d}".ljust(len(token), "0")[: len(token)]
    return _WRITE[token](at)


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _offset(at: datetime, colon: str) -> str:
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{colon}{rest:02d}"


def _locale_week(at: datetime) -> tuple[int, int]:
    """Give year and week as in the United States: weeks start on Sunday, the first holds 1 January."""
    saturday = at.date() + timedelta(days=6 - at.isoweekday() % 7)
    return saturday.year, (saturday.timetuple().tm_yday - 1) // 7 + 1


def _day(at: datetime) -> int:
    return at.isoweekday() % 7


_WRITE: Final[dict[str, Callable[[datetime], str]]] = {
    "YYYYYY": lambda t: f"+{t.year:06d}", "YYYY": lambda t: f"{t.year:04d}", "YY": lambda t: f"{t.year % 100:02d}",
    "Y": lambda t: str(t.year), "GGGG": lambda t: f"{t.isocalendar()[0]:04d}",
    "GG": lambda t: f"{t.isocalendar()[0] % 100:02d}", "gggg": lambda t: f"{_locale_week(t)[0]:04d}",
    "gg": lambda t: f"{_locale_week(t)[0] % 100:02d}",
    "MMMM": lambda t: month_name[t.month], "MMM": lambda t: month_abbr[t.month], "MM": lambda t: f"{t.month:02d}",
    "Mo": lambda t: _ordinal(t.month), "M": lambda t: str(t.month),
    "DDDD": lambda t: f"{t.timetuple().tm_yday:03d}", "DDDo": lambda t: _ordinal(t.timetuple().tm_yday),
    "DDD": lambda t: str(t.timetuple().tm_yday), "DD": lambda t: f"{t.day:02d}", "Do": lambda t: _ordinal(t.day),
    "D": lambda t: str(t.day), "dddd": lambda t: day_name[t.weekday()], "ddd": lambda t: day_abbr[t.weekday()],
    "dd": lambda t: day_abbr[t.weekday()][:2], "do": lambda t: _ordinal(_day(t)), "d": lambda t: str(_day(t)),
    "e": lambda t: str(_day(t)), "E": lambda t: str(t.isoweekday()),
    "ww": lambda t: f"{_locale_week(t)[1]:02d}", "wo": lambda t: _ordinal(_locale_week(t)[1]),
    "w": lambda t: str(_locale_week(t)[1]), "WW": lambda t: f"{t.isocalendar()[1]:02d}",
    "Wo": lambda t: _ordinal(t.isocalendar()[1]), "W": lambda t: str(t.isocalendar()[1]),
    "Qo": lambda t: _ordinal((t.month + 2) // 3), "Q": lambda t: str((t.month + 2) // 3),
    "HH": lambda t: f"{t.hour:02d}", "H": lambda t: str(t.hour), "hh": lambda t: f"{(t.hour + 11) % 12 + 1:02d}",
    "h": lambda t: str((t.hour + 11) % 12 + 1), "kk": lambda t: f"{t.hour or 24:02d}", "k": lambda t: str(t.hour or 24),
    "mm": lambda t: f"{t.minute:02d}", "m": lambda t: str(t.minute), "ss": lambda t: f"{t.second:02d}",
    "s": lambda t: str(t.second), "A": lambda t: "AM" if t.hour < 12 else "PM",
    "a": lambda t: "am" if t.hour < 12 else "pm", "ZZ": lambda t: _offset(t, ""), "Z": lambda t: _offset(t, ":"),
    "zz": lambda t: t.tzname() or "", "z": lambda t: t.tzname() or "", "X": lambda t: str(int(t.timestamp())),
    "x": lambda t: str(milliseconds(t)),
}  # fmt: skip


def milliseconds(at: datetime) -> int:
    """Count milliseconds since 1970."""
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def from_milliseconds(count: float) -> datetime:
    """Give the instant so many milliseconds after 1970."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count)
    except (OverflowError, ValueError):
        raise ImlFault(f"'{count}' is not a valid date") from None


def localise(at: datetime, name: str) -> datetime:
    """Take a wall-clock time in a zone; one that a clock change skips is moved on, one that it repeats is the first."""
    return at.replace(tzinfo=zone(name), fold=0).astimezone(UTC)


def add_months(at: datetime, months: int, name: str) -> datetime:
    """Move by calendar months at the same local time; a day that the month lacks becomes its last."""
    local = at.astimezone(zone(name))
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return localise(local.replace(year=year, month=month + 1, day=day, tzinfo=None), name)


def add_days(at: datetime, days: float, name: str) -> datetime:
    """Move by calendar days at the same local time: days of 23 and 25 hours count as one."""
    local = at.astimezone(zone(name)).replace(tzinfo=None)
    return localise(local + timedelta(days=days), name)
