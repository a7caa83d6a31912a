"""Windows: time cut into local days or UTC hours. The only place that turns a day into instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice, takewhile
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open stretch of time ``[start, end)``, both UTC, and its name in reports."""

    start: datetime
    end: datetime
    label: str

    @property
    def event_time(self) -> datetime:
        """The instant that an event of this window carries: its last second, so that it bills in its own period."""
        return self.end - timedelta(seconds=1)


def day_start(day: date, zone: str) -> datetime:
    """Give the UTC instant at which a local day begins.

    Where the clocks skip midnight it is the moment of the skip; where midnight comes twice, the first one.
    """
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_window(day: date, zone: str) -> Window:
    """Give one local day as a window of 23, 24 or 25 hours."""
    return Window(day_start(day, zone), day_start(day + DAY, zone), day.isoformat())


def hour_window(start: datetime) -> Window:
    """Give the UTC hour that begins at ``start``."""
    return Window(start, start + HOUR, start.strftime("%Y-%m-%dT%H:00Z"))


def covered(now: datetime, size: str, zone: str, lookback: int) -> tuple[Window, ...]:
    """List the newest window that ended by ``now`` and the ``lookback - 1`` before it, oldest first."""
    return tuple(islice(_backwards(now, size, zone), lookback))[::-1]


def between(now: datetime, size: str, zone: str, first: date, last: date) -> tuple[Window, ...]:
    """List the windows of the local days ``first`` … ``last``, both included, that ended by ``now``; oldest first.

    An hour belongs to the day in which it starts.
    """
    if size == "hour":
        start, end = day_start(first, zone), day_start(last + DAY, zone)
        hours = (hour_window(_hour_at_or_after(start) + step * HOUR) for step in count())
        return tuple(takewhile(lambda hour: hour.start < end and hour.end <= now, hours))
    days = (day_window(first + step * DAY, zone) for step in range((last - first).days + 1))
    return tuple(day for day in days if day.start < day.end <= now)


def _backwards(now: datetime, size: str, zone: str) -> Iterator[Window]:
    if size == "hour":
        current = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        yield from (hour_window(current - step * HOUR) for step in count(1))
    local = now.astimezone(ZoneInfo(zone)).date()
    days = (day_window(local - step * DAY, zone) for step in count())
    yield from (window for window in days if window.start < window.end <= now)


def _hour_at_or_after(instant: datetime) -> datetime:
    floor = instant.replace(minute=0, second=0, microsecond=0)
    return floor if floor == instant else floor + HOUR
