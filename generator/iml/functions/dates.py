"""Date functions. Calendar steps keep the local time of the zone in which they count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from generator.iml import moment, reading
from generator.iml.faults import ImlFault
from generator.iml.functions.table import function
from generator.iml.scope import Surroundings
from generator.iml.values import Value, numeric

DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@function("date", "formatDate(date date; format text; [timezone text])", around=True)
def format_date(around: Surroundings, date: datetime | None, form: str, zone: str = "") -> Value:
    """Write a date by Moment's tokens, in the organisation's zone or another."""
    return "" if date is None else moment.format_date(date, form, zone or around.zone)


@function("date", "parseDate(value; [format text]; [timezone text])", around=True)
def parse_date(around: Surroundings, value: Value, form: str = "", zone: str = "") -> Value:
    """Read a date by Moment's tokens, or as ISO 8601 where no format is given."""
    if isinstance(value, datetime) or value is None or value == "":
        return value or None
    name = zone or around.zone
    words = value if isinstance(value, str) else str(value)
    return reading.parse_date(words, form, name, around.now()) if form else reading.read_iso(words, name)


def _in_both_zones(around: Surroundings, move: Callable[[str], datetime]) -> datetime:
    """Count in the organisation's zone or in UTC, and note when that makes a difference."""
    here, there = move(around.zone), move("UTC")
    if here != there:
        around.met.add("day_zone")
    return here if around.rules.day_zone == "organisation" else there


def _seconds(factor: int) -> Callable[[datetime | None, float | None], Value]:
    def add(date: datetime | None, count: float | None) -> Value:
        return None if date is None else date + timedelta(seconds=(count or 0) * factor)

    return add


for _name, _factor in (("addSeconds", 1), ("addMinutes", 60), ("addHours", 3600)):
    function("date", f"{_name}(date date; count number)")(_seconds(_factor))


@function("date", "addDays(date date; count number)", around=True)
def add_days(around: Surroundings, date: datetime | None, count: float | None) -> Value:
    """Move by calendar days."""
    return None if date is None else _in_both_zones(around, lambda zone: moment.add_days(date, count or 0, zone))


@function("date", "addMonths(date date; count number)", around=True)
def add_months(around: Surroundings, date: datetime | None, count: float | None) -> Value:
    """Move by months; a day that the month lacks becomes its last."""
    return None if date is None else _in_both_zones(around, lambda z: moment.add_months(date, int(count or 0), z))


@function("date", "addYears(date date; count number)", around=True)
def add_years(around: Surroundings, date: datetime | None, count: float | None) -> Value:
    """Move by years; 29 February becomes the 28th."""
    return None if date is None else _in_both_zones(around, lambda z: moment.add_months(date, int(count or 0) * 12, z))


def _setter(change: Callable[[datetime, int], datetime]) -> Callable[..., Value]:
    """Change the local time without its zone by a whole number, which may lie outside of its range as in Moment."""

    def put(around: Surroundings, date: datetime | None, value: Value) -> Value:
        if date is None or value is None:
            return date
        wanted = _whole(value)

        def move(name: str) -> datetime:
            return moment.localise(change(date.astimezone(moment.zone(name)).replace(tzinfo=None), wanted), name)

        return _in_both_zones(around, move)

    return put


def _whole(value: Value) -> int:
    if isinstance(value, str):
        for names, first in ((DAYS, 1), (MONTHS, 1)):
            if value.strip().lower() in names:
                return names.index(value.strip().lower()) + first
        value = numeric(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ImlFault(f"'{value}' is not a valid number")
    return int(value)


def _to_month(at: datetime, month: int) -> datetime:
    moved = moment.add_months(at.replace(tzinfo=moment.zone("UTC")), month - at.month, "UTC")
    return moved.replace(tzinfo=None)


def _to_year(at: datetime, year: int) -> datetime:
    moved = moment.add_months(at.replace(tzinfo=moment.zone("UTC")), (year - at.year) * 12, "UTC")
    return moved.replace(tzinfo=None)


_SETTERS: Final[dict[str, Callable[[datetime, int], datetime]]] = {
    "setSecond": lambda at, n: at + timedelta(seconds=n - at.second),
    "setMinute": lambda at, n: at + timedelta(minutes=n - at.minute),
    "setHour": lambda at, n: at + timedelta(hours=n - at.hour),
    "setDay": lambda at, n: at + timedelta(days=n - 1 - at.isoweekday() % 7),
    "setDate": lambda at, n: at + timedelta(days=n - at.day),
    "setMonth": _to_month,
    "setYear": _to_year,
}
for _name, _change in _SETTERS.items():
    function("date", f"{_name}(date date; value)", around=True)(_setter(_change))
