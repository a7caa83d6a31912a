"""Backfills, windows and billing periods: which days a run covers, and what it may still post."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from .night import FIRST_RUN, MODES, Night, plan_of, row

DAY = timedelta(days=1)
TODAY = "2026-11-23"


@pytest.mark.parametrize("mode", MODES)
def test_a_backfill_posts_what_is_missing_and_nothing_else(mode: str) -> None:
    days = [row(time=f"2026-11-{day}T15:00:00Z", input=10) for day in (11, 12, 14, 15, 22)]
    night = Night(plan_of(mode, 1), *days)
    night.run(clock={"from": "2026-11-12", "to": "2026-11-14", "on": TODAY})
    assert (night.told.posted, night.told.events) == (night.counted, 2)
    assert "· backfill 2026-11-12 … 2026-11-14 (America/Chicago) ·" in night.text
    night.run(clock={"from": "2026-11-12", "to": "2026-11-14", "on": TODAY})
    assert night.told.posted == 0


def test_again_is_part_of_the_identifier_and_of_the_key() -> None:
    night = Night(plan_of("dimensions", 1), row(time="2026-11-12T15:00:00Z", input=10))
    night.run(clock={"from": "2026-11-12", "to": "2026-11-12", "on": TODAY, "again": "r1"})
    assert night.posts[0]["identifier"].endswith(":0:r1")
    sent = next(e.request for e in night.world.exchanges if e.target == "meter_event")
    assert sent.headers["idempotency-key"] == night.posts[0]["identifier"]


def test_a_forgotten_backfill_does_not_replace_the_night() -> None:
    night = Night(plan_of("dimensions", 1), row(input=5), row(time="2026-11-12T15:00:00Z", input=10))
    night.run(clock={"from": "2026-11-12", "to": "2026-11-12", "on": "2026-11-22"})
    assert night.counted == 5
    assert "The backfill was ignored: on must be 2026-11-23" in night.text


@pytest.mark.parametrize(
    ("clock", "why"),
    [
        ({"from": "12.11.2026", "to": "2026-11-12"}, "ignored"),
        ({"from": "2026-11-12", "to": ""}, "ignored"),
        ({"from": "", "to": "2026-11-12"}, "ignored"),
        ({"from": "2026-11-12", "to": "2026-11-12", "again": "R1"}, "ignored"),
        ({"from": "2026-11-12", "to": "2026-11-12", "again": "toolongtext"}, "ignored"),
        ({"from": "2026-11-14", "to": "2026-11-12"}, "no window of these days has ended yet"),
        ({"from": "2026-11-23", "to": "2026-11-25"}, "no window of these days has ended yet"),
    ],
)
def test_a_backfill_that_makes_no_sense_says_so(clock: dict[str, str], why: str) -> None:
    night = Night(plan_of("dimensions", 1), row(time="2026-11-12T15:00:00Z", input=10))
    night.run(clock={**clock, "on": TODAY})
    assert night.counted == 0
    assert why in night.text


def test_a_backfill_up_to_today_takes_the_days_that_ended() -> None:
    night = Night(plan_of("dimensions", 1), row(input=5), row(time="2026-11-23T06:10:00Z", input=10))
    night.run(clock={"from": "2026-11-22", "to": "2026-11-30", "on": TODAY})
    assert night.counted == 5


def test_a_run_a_day_late_reads_before_it_posts() -> None:
    night = Night(plan_of("dimensions", 1), row(input=5))
    night.run(at=FIRST_RUN + timedelta(hours=23))
    night.run(at=FIRST_RUN + timedelta(hours=23, minutes=30))
    assert [e.target for e in night.world.exchanges].count("summary") == 0
    assert night.counted == 5


@pytest.mark.parametrize(
    ("now", "time", "start", "end"),
    [
        (datetime(2026, 11, 2, 6, 20, tzinfo=UTC), "2026-11-01T20:00Z", "2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z"),
        (datetime(2027, 3, 15, 5, 20, tzinfo=UTC), "2027-03-14T20:00Z", "2027-03-14T06:00:00Z", "2027-03-15T05:00:00Z"),
    ],
)
def test_days_of_25_and_of_23_hours_are_whole(now: datetime, time: str, start: str, end: str) -> None:
    night = Night(plan_of("dimensions", 1), row(time=time, input=5), at=now)
    night.run()
    asked = dict(next(e.request for e in night.world.exchanges if e.target == "usage").params)
    assert (asked["from"], asked["to"], night.counted) == (start, end, 5)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "UTC"])
def test_any_zone_cuts_its_own_days(zone: str) -> None:
    plan = plan_of("dimensions", 3)
    plan = replace(plan, windows=replace(plan.windows, zone=zone))
    night = Night(plan, row(time="2026-11-21T12:00:00Z", input=5), at=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    run = night.run()
    assert run.error is None
    assert night.counted + night.told.parked.get("before_since", 0) == 5


@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Kolkata"])
def test_hours_are_hours_of_utc(zone: str) -> None:
    plan = plan_of("meter_per_rate", 4)
    plan = replace(plan, windows=replace(plan.windows, size="hour", zone=zone))
    rows = [row(time=t, input=1) for t in ("2026-11-22T13:59:59Z", "2026-11-22T14:00:00Z", "2026-11-22T17:59:59Z")]
    night = Night(plan, *rows, at=datetime(2026, 11, 22, 18, 20, tzinfo=UTC))
    night.run()
    assert night.counted == 2
    assert "2026-11-22T14:00Z … 2026-11-22T17:00Z" in night.text
    assert {p["timestamp"] for p in night.posts} == {"2026-11-22T14:59:59Z", "2026-11-22T17:59:59Z"}


def test_a_backfill_of_hours_takes_those_of_its_local_days() -> None:
    plan = plan_of("meter_per_rate", 2)
    plan = replace(plan, windows=replace(plan.windows, size="hour", zone="Asia/Kolkata"))
    times = ("2026-11-11T18:59:00Z", "2026-11-11T19:00:00Z", "2026-11-12T18:59:00Z", "2026-11-12T19:00:00Z")
    night = Night(plan, *(row(time=t, input=1) for t in times), at=datetime(2026, 11, 22, 18, 20, tzinfo=UTC))
    night.run(clock={"from": "2026-11-12", "to": "2026-11-12", "on": "2026-11-22"})
    assert night.counted == 2


def test_usage_of_an_invoiced_period_is_parked_with_its_worth() -> None:
    plan = plan_of("meter_per_rate", 1)
    night = Night(plan, row(time="2026-11-30T15:00:00Z", input=1_000_000), at=datetime(2026, 12, 3, 6, 20, tzinfo=UTC))
    night.run(clock={"from": "2026-11-30", "to": "2026-11-30", "on": "2026-12-03"})
    assert night.counted == 0
    assert (
        "• period_closed: 1,000,000 tokens (worth 5.00 usd; acme openai/gpt-4o input 2026-11-30: 1,000,000)"
        in night.text
    )


@pytest.mark.parametrize(
    ("anchor", "now", "closed"),
    [
        (datetime(2026, 8, 31, 6, 0, tzinfo=UTC), datetime(2026, 11, 30, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 8, 31, 6, 0, tzinfo=UTC), datetime(2026, 11, 30, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 6, 0, tzinfo=UTC), datetime(2026, 11, 30, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 29, 6, 0, tzinfo=UTC), datetime(2026, 11, 30, 7, 0, tzinfo=UTC), False),
        (datetime(2027, 1, 30, 6, 0, tzinfo=UTC), datetime(2026, 11, 30, 7, 0, tzinfo=UTC), True),
    ],
)
def test_a_period_ends_on_its_anchors_day_or_the_months_last(anchor: datetime, now: datetime, closed: bool) -> None:
    plan = plan_of("meter_per_rate", 1)
    plan = replace(plan, clients=tuple(replace(client, anchor=anchor) for client in plan.clients))
    night = Night(plan_of("meter_per_rate", 1), row(time="2026-11-29T15:00:00Z", input=5), at=now)
    night.plan = plan
    night.run()
    assert ("period_closed" in night.told.parked) is closed


def test_a_client_is_metered_from_its_since_to_its_until() -> None:
    plan = plan_of("meter_per_rate", 5)
    first, *others = plan.clients
    since, until = datetime(2026, 11, 20, 6, tzinfo=UTC), datetime(2026, 11, 22, 6, tzinfo=UTC)
    plan = replace(plan, clients=(replace(first, since=since, until=until), *others))
    night = Night(plan, *(row(time=f"2026-11-{day}T15:00:00Z", input=day) for day in (18, 19, 20, 21, 22)))
    night.run()
    assert night.counted == 20 + 21
    assert night.told.parked == {"before_since": 18 + 19, "after_until": 22}
    assert night.told.last_call == ""
    read = dict(next(e.request for e in night.world.exchanges if e.target == "summary").params)
    assert (int(read["start_time"]), int(read["end_time"])) == (int(since.timestamp()), int(until.timestamp()))
