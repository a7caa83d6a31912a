"""Closed periods: what a run counts must still be billed.

Stripe bills usage of a period until its end plus the grace; what comes later is counted and never billed. So a period
must end where a window ends, and the run over that window must be over within the grace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping, Period
from generator.mapping.places import KeyPath, Places, dotted
from generator.mapping.rules import Rule
from generator.mapping.words import Billing, Path, WindowSize
from generator.metering.periods import period_end
from generator.metering.windows import day_start

ANCHOR = Rule(
    "period.anchor-inside-window",
    Level.ERROR,
    "a billing period ends inside a window, so that window's usage falls into the wrong period",
    "move the subscription's anchor onto a window boundary, or use hourly windows",
)
GRACE = Rule(
    "period.grace-too-short",
    Level.ERROR,
    "the run over a period's last window is not over when Stripe finalises the invoice",
    "set a longer grace in Stripe's billing settings and here, or start the run earlier",
)
GRACE_BOUNDS = Rule(
    "period.grace-bounds", Level.ERROR, "`grace` is longer than the 72 hours that Stripe allows", "use at most 72h"
)

MONTHS = 36
MOST_GRACE = timedelta(hours=72)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The windows of one mapping, as far as periods need them."""

    zone: str
    size: WindowSize
    run_at: timedelta
    since: date
    run: timedelta

    def last_end(self, instant: datetime) -> datetime:
        """Give the last window end at or before an instant."""
        if self.size is WindowSize.HOUR:
            return instant.replace(minute=0, second=0, microsecond=0)
        return _start(instant.astimezone(ZoneInfo(self.zone)).date(), self.zone)

    def run_end(self, end: datetime) -> datetime:
        """Say when the run over the window that ended at `end` is over."""
        if self.size is WindowSize.HOUR:
            return end + self.run_at % HOUR + self.run
        local = end.astimezone(ZoneInfo(self.zone))
        midnight = datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(self.zone))
        return max((midnight + self.run_at).astimezone(UTC), end) + self.run

    @property
    def shift(self) -> timedelta:
        """By how much the zone's clocks change: 0 for hourly windows, which are UTC hours."""
        return timedelta(0) if self.size is WindowSize.HOUR else _shift(self.zone, self.since.year)


def check_periods(mapping: Mapping, run: timedelta, places: Places) -> Iterator[Finding]:
    """Look at every period end of three years from `since`; report the first misfit of each anchor."""
    if mapping.billing.mode is Billing.WATCH:
        return
    at = timedelta(hours=mapping.windows.run_at.hour, minutes=mapping.windows.run_at.minute)
    calendar = Calendar(mapping.windows.zone, mapping.windows.size, at, mapping.since, run)
    for period, path in _periods(mapping).items():
        if period.grace > MOST_GRACE:
            yield GRACE_BOUNDS.at(places.at(*path, "grace"), f"{dotted(path)}.grace is {_span(period.grace)}")
        yield from _misfit(calendar, path, period, places)


def _periods(mapping: Mapping) -> dict[Period, KeyPath]:
    """List the periods in use, each anchor and grace once, with the path of the first block that sets it."""
    found: dict[Period, KeyPath] = {}
    for key, client in mapping.clients.items():
        if client.path is Path.WORKFLOW:
            own = client.period
            found.setdefault(own or mapping.period, ("clients", key, "period") if own else ("period",))
    return found


def _misfit(calendar: Calendar, path: KeyPath, period: Period, places: Places) -> Iterator[Finding]:
    for closing in _ends(calendar, period.anchor):
        end = calendar.last_end(closing)
        if closing - end > calendar.shift:
            yield _anchor(calendar, closing, end, path, period, places)
            return
        if (over := calendar.run_end(end)) >= closing + period.grace:
            yield _grace(closing, over, path, period, places)
            return


def _anchor(
    calendar: Calendar, closing: datetime, end: datetime, path: KeyPath, period: Period, places: Places
) -> Finding:
    text = f"the period that ends {_utc(closing)} ends {_span(closing - end)} after the window's end at {_utc(end)}"
    suited = _suited(calendar, period.anchor)
    hourly = "" if calendar.size is WindowSize.HOUR else "; or use `size: hour`"
    other = f"an anchor of {_utc(suited)} suits all year{hourly}" if suited else "use an anchor on a full hour"
    return ANCHOR.at(places.at(*path, "anchor"), text, other)


def _grace(closing: datetime, over: datetime, path: KeyPath, period: Period, places: Places) -> Finding:
    needed = -(-(over - closing + timedelta(minutes=1)) // HOUR)
    text = (
        f"the run over the last window before {_utc(closing)} ends about {_utc(over)}, "
        f"but Stripe finalises at {_utc(closing + period.grace)}"
    )
    hint = f"set the grace to {needed}h in Stripe's billing settings and here, or start the run earlier"
    return GRACE.at(places.at(*path, "grace"), text, hint if needed * HOUR <= MOST_GRACE else GRACE.fix)


def _suited(calendar: Calendar, anchor: datetime) -> datetime | None:
    """Find the anchor nearest to the given one whose periods all end where a window ends."""
    days = [anchor.date() + timedelta(days=step) for step in (-1, 0, 1)]
    times = {_start(date(anchor.year, month, 1), calendar.zone).timetz() for month in range(1, 13)}
    candidates = [datetime.combine(day, time) for day in days for time in times]
    if calendar.size is WindowSize.HOUR:
        candidates = [anchor.replace(minute=0, second=0, microsecond=0) + step * HOUR for step in (0, 1)]
    near = sorted(candidates, key=lambda other: (abs(other - anchor), other))
    return next((other for other in near if _fits(calendar, other)), None)


def _fits(calendar: Calendar, anchor: datetime) -> bool:
    return all(closing - calendar.last_end(closing) <= calendar.shift for closing in _ends(calendar, anchor))


def _ends(calendar: Calendar, anchor: datetime) -> Iterator[datetime]:
    skipped = max(0, (calendar.since.year - anchor.year) * 12 + calendar.since.month - anchor.month)
    return (period_end(anchor, skipped + step) for step in range(MONTHS))


@cache
def _start(day: date, zone: str) -> datetime:
    return day_start(day, zone)


@cache
def _shift(zone: str, year: int) -> timedelta:
    days = (date(year, 1, 1) + timedelta(days=step) for step in range(0, 366 * 3, 5))
    offsets = {
        datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta(0) for day in days
    }
    return max(offsets) - min(offsets)


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M}Z" if not instant.second else f"{instant:%Y-%m-%dT%H:%M:%S}Z"


def _span(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes), f"{seconds} s" * bool(seconds)]
    return " ".join(part for part in parts if part) or "0 h"
