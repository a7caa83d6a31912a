"""Windows hold in every zone there is: each instant of a year lies in exactly one of them, on the day that it names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from generator.metering.windows import Window, between, covered, day_start, day_window

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
ZONES = sorted(available_timezones() - {"localtime", "posixrules"})
YEAR = 2026
ANY_ZONE = st.sampled_from(ZONES)
ANY_DAY = st.dates(date(1990, 1, 1), date(2037, 12, 31))
NOWS = st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@cache
def year(zone: str) -> list[Window]:
    return [day_window(date(YEAR, 1, 1) + n * DAY, zone) for n in range(365)]


@cache
def distinct_zones() -> list[str]:
    """Of zones that are one file under several names, take one."""
    folder = files("tzdata.zoneinfo")
    rules = {folder.joinpath(zone).read_bytes(): zone for zone in ZONES if folder.joinpath(zone).is_file()}
    return sorted(rules.values())


def is_named_well(day: Window, zone: ZoneInfo) -> bool:
    """Whether a window begins and ends with its day: a second earlier and a second later are others."""
    inside = {instant.astimezone(zone).date().isoformat() for instant in (day.start, day.event_time)}
    before, after = ((edge).astimezone(zone).date().isoformat() for edge in (day.start - SECOND, day.end))
    return inside == {day.label} and before < day.label < after


def test_days_tile_the_year_in_every_zone() -> None:
    assert len(distinct_zones()) > 300
    for zone in distinct_zones():
        days = year(zone)
        assert all(one.end == other.start for one, other in pairwise(days)), zone
        assert all(is_named_well(day, ZoneInfo(zone)) for day in days), zone
        assert all(22 * HOUR <= day.end - day.start <= 26 * HOUR for day in days), zone


def test_n8n_begins_the_days_around_every_change_of_the_clocks_at_the_same_instant(js: Callable[..., Any]) -> None:
    changing = {zone: changes for zone in distinct_zones() if (changes := days_around_changes(zone))}
    wrong = {zone for zone, days in changing.items() if starts_on_n8n(js, zone, days) != starts(zone, days)}
    younger = {zone for zone in wrong if noons_on_n8n(js, zone) != noons(zone)}
    assert len(changing) > 60
    assert wrong == younger, "the same offsets, yet other days"
    assert len(younger) < 5, "Node's data of zones is of another age than Python's"


def days_around_changes(zone: str) -> list[date]:
    """List the days on which the clocks change, and those beside them."""
    changes = [date.fromisoformat(day.label) for day in year(zone) if day.end - day.start != DAY]
    return sorted({day + n * DAY for day in changes for n in (-1, 0, 1, 2)})


def starts(zone: str, days: list[date]) -> list[int]:
    return [round(day_start(day, zone).timestamp() * 1000) for day in days]


def starts_on_n8n(js: Callable[..., Any], zone: str, days: list[date]) -> Any:
    return js("((days, zone) => days.map((day) => dayStart(day, zone)))", [day.isoformat() for day in days], zone)


def noons(zone: str) -> list[int]:
    """Give the zone's offset from UTC at every noon of the year, in milliseconds: what its data says."""
    offsets = [instant.astimezone(ZoneInfo(zone)).utcoffset() for instant in noon_instants()]
    return [round(offset / timedelta(milliseconds=1)) for offset in offsets if offset is not None]


def noons_on_n8n(js: Callable[..., Any], zone: str) -> Any:
    instants = [round(noon.timestamp() * 1000) for noon in noon_instants()]
    return js("((noons, zone) => noons.map((noon) => wallClock(noon, zone) - noon))", instants, zone)


def noon_instants() -> list[datetime]:
    return [datetime(YEAR, 1, 1, 12, tzinfo=UTC) + n * DAY for n in range(365)]


@given(day=ANY_DAY, zone=ANY_ZONE)
def test_a_day_is_its_own_in_any_year(day: date, zone: str) -> None:
    window = day_window(day, zone)
    if window.start < window.end:
        assert window.start.astimezone(ZoneInfo(zone)).date() == day
        assert (window.start - SECOND).astimezone(ZoneInfo(zone)).date() < day


@given(now=NOWS, zone=ANY_ZONE, size=st.sampled_from(["day", "hour"]), lookback=st.integers(1, 40))
def test_the_next_run_carries_on_where_this_one_ended(now: datetime, zone: str, size: str, lookback: int) -> None:
    windows = covered(now, size, zone, lookback)
    assert covered(windows[-1].end, size, zone, lookback) == windows
    assert covered(windows[-1].end - SECOND, size, zone, lookback + 1)[1:] != windows
    later = covered(now + DAY, size, zone, lookback + 30)
    assert set(windows) <= set(later)


@given(
    first=ANY_DAY,
    zone=ANY_ZONE,
    size=st.sampled_from(["day", "hour"]),
    lengths=st.tuples(st.integers(0, 6), st.integers(0, 6)),
)
def test_a_backfill_may_be_done_in_parts(first: date, zone: str, size: str, lengths: tuple[int, int]) -> None:
    now = datetime(2038, 2, 1, tzinfo=UTC)
    middle = first + lengths[0] * DAY
    last = middle + DAY + lengths[1] * DAY
    parts = between(now, size, zone, first, middle) + between(now, size, zone, middle + DAY, last)
    assert parts == between(now, size, zone, first, last)


@given(now=NOWS, zone=ANY_ZONE, size=st.sampled_from(["day", "hour"]), lookback=st.integers(1, 24))
def test_a_backfill_cuts_time_as_the_night_did(now: datetime, zone: str, size: str, lookback: int) -> None:
    windows = covered(now, size, zone, lookback)
    first, last = (edge.start.astimezone(ZoneInfo(zone)).date() for edge in (windows[0], windows[-1]))
    assert set(windows) <= set(between(now, size, zone, first, last))
