"""Read dates: ISO 8601, and any form by Moment.js's tokens."""

from __future__ import annotations

import re
from calendar import month_abbr
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from generator.iml.faults import ImlFault
from generator.iml.moment import LONG, TOKEN, from_milliseconds, localise, zone

ISO: Final = re.compile(
    r"([+-]?\d{4,6})-?(\d\d)(?:-?(\d\d))?(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?)?"
    r"\s*(Z|z|[+-]\d\d:?\d\d|[+-]\d\d)?"
)


def read_iso(text: str, name: str) -> datetime:
    """Read ISO 8601; without an offset it is local time in the zone `name`."""
    match = ISO.fullmatch(text.strip())
    if not match:
        raise ImlFault(f"'{text}' is not a valid date")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    parts = [int(part or default) for part, default in zip(
        (year, month, day, hour, minute, second), (1970, 1, 1, 0, 0, 0), strict=True)]  # fmt: skip
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        at = datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], micro)
    except ValueError:
        raise ImlFault(f"'{text}' is not a valid date") from None
    return localise(at, name) if offset is None else at.replace(tzinfo=read_offset(offset)).astimezone(UTC)


def read_offset(text: str) -> timezone:
    """Read `Z`, `+02:00`, `-0530`, `+02`."""
    if text in ("Z", "z"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if text[0] == "-" else length)


_READ: Final = {
    "YYYY": r"(?P<year>[+-]?\d{1,4})", "YY": r"(?P<short>\d{2})", "Y": r"(?P<year>[+-]?\d+)",
    "MMMM": r"(?P<named>[A-Za-z]+)", "MMM": r"(?P<named>[A-Za-z]+)", "MM": r"(?P<month>\d{1,2})",
    "M": r"(?P<month>\d{1,2})", "DDDD": r"(?P<yearday>\d{1,3})", "DDD": r"(?P<yearday>\d{1,3})",
    "DD": r"(?P<day>\d{1,2})", "Do": r"(?P<day>\d{1,2})(?:st|nd|rd|th)", "D": r"(?P<day>\d{1,2})",
    "HH": r"(?P<hour>\d{1,2})", "H": r"(?P<hour>\d{1,2})", "hh": r"(?P<hour>\d{1,2})", "h": r"(?P<hour>\d{1,2})",
    "kk": r"(?P<hour>\d{1,2})", "k": r"(?P<hour>\d{1,2})", "mm": r"(?P<minute>\d{1,2})", "m": r"(?P<minute>\d{1,2})",
    "ss": r"(?P<second>\d{1,2})", "s": r"(?P<second>\d{1,2})", "A": r"(?P<half>[AaPp])\.?[Mm]?\.?",
    "a": r"(?P<half>[AaPp])\.?[Mm]?\.?", "Z": r"(?P<offset>Z|[+-]\d\d:?\d\d)", "ZZ": r"(?P<offset>Z|[+-]\d\d:?\d\d)",
    "X": r"(?P<unix>[+-]?\d+(?:\.\d+)?)", "x": r"(?P<ms>[+-]?\d+)", "dddd": r"[A-Za-z]+", "ddd": r"[A-Za-z]+",
    "dd": r"[A-Za-z]+", "d": r"\d",
}  # fmt: skip


@lru_cache(maxsize=512)
def _pattern(form: str) -> re.Pattern[str]:
    found, end, seen = "", 0, set[str]()
    form = TOKEN.sub(lambda m: LONG.get(m[0], m[0]), form)
    for token in TOKEN.finditer(form):
        found += _literal(form[end : token.start()])
        end = token.end()
        part = re.escape(token[1]) if token[1] is not None else _reader(token[0])
        name = re.match(r"\(\?P<(\w+)>", part)
        if name and name[1] in seen:
            part = re.sub(r"\(\?P<\w+>", "(?:", part)
        elif name:
            seen.add(name[1])
        found += part
    return re.compile(r"\s*" + found + _literal(form[end:]))


def _reader(token: str) -> str:
    if token.startswith("S"):
        return r"(?P<fraction>\d+)"
    if token not in _READ:
        raise ImlFault(f"the token '{token}' cannot be parsed")
    return _READ[token]


def _literal(text: str) -> str:
    """Match punctuation loosely, as Moment does: any run of separators will do."""
    return "".join(re.escape(run) if run.isalnum() else r"[\W_]*?" for run in re.findall(r"[^\W_]+|[\W_]+", text))


@lru_cache(maxsize=4096)
def parse_date(text: str, form: str, name: str, now: datetime) -> datetime:
    """Read a date by Moment's tokens. Missing larger parts are those of `now`, missing smaller ones the least."""
    match = _pattern(form).match(text)
    if not match:
        raise ImlFault(f"'{text}' is not a valid date in the format '{form}'")
    try:
        return _assembled(match.groupdict(), name, now.astimezone(zone(name)))
    except (ValueError, OverflowError):
        raise ImlFault(f"'{text}' is not a valid date in the format '{form}'") from None


def _assembled(got: dict[str, str | None], name: str, now: datetime) -> datetime:
    if unix := got.get("unix"):
        return from_milliseconds(float(unix) * 1000)
    if count := got.get("ms"):
        return from_milliseconds(int(count))
    at = _date(got, now)
    at += timedelta(hours=_hour(got), minutes=_int(got, "minute"), seconds=_int(got, "second"))
    at += timedelta(microseconds=int((got.get("fraction") or "0").ljust(6, "0")[:6]))
    offset = got.get("offset")
    return at.replace(tzinfo=read_offset(offset)).astimezone(UTC) if offset else localise(at, name)


def _date(got: dict[str, str | None], now: datetime) -> datetime:
    year, month, day = _year(got), _month(got), int(got.get("day") or 0) or None
    if yearday := got.get("yearday"):
        return datetime(year or now.year, 1, 1) + timedelta(days=int(yearday) - 1)
    if year is None and month is None and day is None:
        return datetime(now.year, now.month, now.day)
    return datetime(year or now.year, month or (1 if year else now.month), day or 1)


def _int(got: dict[str, str | None], part: str) -> int:
    value = int(got.get(part) or 0)
    if value > 59:
        raise ValueError(part)
    return value


def _year(got: dict[str, str | None]) -> int | None:
    if short := got.get("short"):
        return int(short) + (1900 if int(short) > 68 else 2000)
    return int(got["year"] or 0) if got.get("year") else None


def _month(got: dict[str, str | None]) -> int | None:
    if named := got.get("named"):
        return [m.lower() for m in month_abbr].index(named[:3].lower())
    return int(got["month"] or 0) if got.get("month") else None


def _hour(got: dict[str, str | None]) -> int:
    hour, half = int(got.get("hour") or 0), (got.get("half") or "").lower()
    if hour > 24:
        raise ValueError("hour")
    return hour % 12 + (12 if half == "p" else 0) if half else hour
