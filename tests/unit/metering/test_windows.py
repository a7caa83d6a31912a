"""Windows and periods at the edges of zones and months."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from generator.metering.periods import closed_boundary, period_end
from generator.metering.windows import between, covered, day_start, day_window

CHICAGO = "America/Chicago"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zone", "start", "hours"),
    [
        (date(2026, 11, 22), CHICAGO, "2026-11-22T06:00", 24),
        (date(2026, 3, 8), CHICAGO, "2026-03-08T06:00", 23),
        (date(2026, 11, 1), CHICAGO, "2026-11-01T05:00", 25),
        (date(2026, 4, 24), "Africa/Cairo", "2026-04-23T22:00", 23),
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00", 25),
        (date(2026, 6, 1), "Asia/Kathmandu", "2026-05-31T18:15", 24),
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00", 0),
    ],
)
def test_a_local_day_has_the_hours_its_clocks_gave_it(day: date, zone: str, start: str, hours: int) -> None:
    window = day_window(day, zone)
    assert window.start == at(start)
    assert window.end - window.start == timedelta(hours=hours)


def test_the_newest_window_is_the_last_one_that_ended() -> None:
    midnight = at("2026-11-23T06:00")
    labels = [[w.label for w in covered(now, "day", CHICAGO, 2)] for now in (midnight - timedelta(seconds=1), midnight)]
    assert labels == [["2026-11-20", "2026-11-21"], ["2026-11-21", "2026-11-22"]]


def test_hours_are_utc_hours() -> None:
    assert [w.label for w in covered(at("2026-11-23T06:59"), "hour", CHICAGO, 2)] == [
        "2026-11-23T04:00Z",
        "2026-11-23T05:00Z",
    ]


def test_a_skipped_day_is_no_window() -> None:
    assert [w.label for w in covered(at("2012-01-01T12:00"), "day", "Pacific/Apia", 3)] == [
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]


def test_a_backfill_covers_closed_windows_only() -> None:
    now = at("2026-11-23T06:20")
    days = between(now, "day", CHICAGO, date(2026, 11, 21), date(2026, 11, 30))
    hours = between(now, "hour", CHICAGO, date(2026, 11, 22), date(2026, 11, 22))
    assert [w.label for w in days] == ["2026-11-21", "2026-11-22"]
    assert (hours[0].label, hours[-1].label, len(hours)) == ("2026-11-22T06:00Z", "2026-11-23T05:00Z", 24)
    assert between(now, "day", CHICAGO, date(2026, 11, 23), date(2026, 11, 23)) == ()


def test_an_event_carries_the_last_second_of_its_window() -> None:
    assert day_window(date(2026, 11, 22), CHICAGO).event_time == at("2026-11-23T05:59:59")


def test_periods_end_on_the_anchors_day_or_the_months_last() -> None:
    assert [period_end(at("2026-01-31T06:00"), n).date().isoformat() for n in (0, 1, 2, 13)] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2027-02-28",
    ]


@pytest.mark.parametrize(
    ("now", "boundary"),
    [
        ("2026-10-01T00:00", "2026-09-01T06:00"),
        ("2026-11-01T06:59", "2026-10-01T06:00"),
        ("2026-11-01T07:00", "2026-11-01T06:00"),
        ("2026-12-01T06:59", "2026-11-01T06:00"),
        ("2027-01-01T07:00", "2027-01-01T06:00"),
    ],
)
def test_a_period_closes_when_its_grace_has_passed(now: str, boundary: str) -> None:
    assert closed_boundary(at("2026-11-01T06:00"), timedelta(hours=1), at(now)) == at(boundary)


def test_a_day_starts_where_the_zone_says() -> None:
    assert day_start(date(2026, 7, 1), "UTC") == at("2026-07-01T00:00")
