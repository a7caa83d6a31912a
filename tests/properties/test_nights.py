"""Whatever fails on the way, nights in a row bill every token once; each rule that is left out is found missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from generator.metering.differences import Differences, Read, differences
from generator.metering.windows import DAY, covered

from .nights import CALM, FIRST_NIGHT, ZONE, Rules, Trouble, World, noon_of

LOOKBACK = 3
DAYS = covered(FIRST_NIGHT + 12 * DAY, "day", ZONE, 16)
"""Every day of which a log speaks."""
PLACES = st.frozensets(st.integers(0, 4), max_size=3)
TROUBLES = st.builds(Trouble, PLACES, PLACES, st.one_of(st.none(), st.integers(0, 4)))


@dataclass(frozen=True)
class Step:
    """What happens before a night and in it."""

    fresh: tuple[int, ...]
    """Tokens that reach the log, of the day that ended, of the one before it, and so on."""
    trouble: Trouble
    hidden: int
    """Events that the summaries do not show yet."""
    runs: int
    """How often the schedule fires; 0 is a night without any."""


STEPS = st.lists(
    st.builds(
        Step,
        st.lists(st.integers(0, 9), max_size=LOOKBACK).map(tuple),
        TROUBLES,
        st.integers(0, 3),
        st.sampled_from([1, 1, 1, 2, 0]),
    ),
    min_size=1,
    max_size=6,
)
QUIET = Step((), CALM, 0, 1)


def lived(steps: Sequence[Step], rules: Rules) -> tuple[World, datetime]:
    """Live through nights, then as many calm ones as a run looks back; give the world and its last instant."""
    world = World(rules)
    for n, step in enumerate([*steps, *[QUIET] * LOOKBACK]):
        night = FIRST_NIGHT + n * DAY
        world.log += [(noon_of(night, ago), tokens) for ago, tokens in enumerate(step.fresh)]
        world.stripe.catch_up(step.hidden)
        for again in range(step.runs):
            world.night(night + again * timedelta(minutes=10), LOOKBACK, step.trouble)
    world.stripe.catch_up(0)
    return world, FIRST_NIGHT + (len(steps) + LOOKBACK) * DAY


def doubled(world: World) -> bool:
    """Whether Stripe counts more of a day than its log ever held."""
    return any(world.stripe.counted(day.start, day.end) > world.logged(day) for day in DAYS)


def lost(world: World, steps: Sequence[Step]) -> bool:
    """Whether Stripe counts less of a day that the first calm night still covers."""
    first_calm = FIRST_NIGHT + len(steps) * DAY
    kept = [day for day in DAYS if first_calm - day.end < LOOKBACK * DAY]
    return any(world.stripe.counted(day.start, day.end) < world.logged(day) for day in kept)


@given(steps=STEPS)
def test_no_token_is_billed_twice(steps: list[Step]) -> None:
    world, _ = lived(steps, Rules())
    assert not doubled(world)


@given(steps=STEPS)
def test_after_calm_nights_every_token_inside_the_lookback_is_billed(steps: list[Step]) -> None:
    world, _ = lived(steps, Rules())
    assert not lost(world, steps)


def wrong_in_another_zone(steps: Sequence[Step], zone: str, rules: Rules) -> bool:
    """Whether days that are cut anew and backfilled bill more than the log holds."""
    world, now = lived(steps, rules)
    first = FIRST_NIGHT.date() - 2 * DAY
    world.backfill(now + 2 * DAY, zone, first, now.date(), CALM)
    held = sum(tokens for _, tokens in world.log)
    return world.stripe.counted(FIRST_NIGHT - 9 * DAY, now + 9 * DAY) > held


@given(steps=STEPS, zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "UTC", "Pacific/Kiritimati"]))
def test_days_cut_anew_are_not_billed_twice(steps: list[Step], zone: str) -> None:
    assert not wrong_in_another_zone(steps, zone, Rules())


def doubled_in_a_late_backfill(steps: Sequence[Step], late: tuple[int, ...], trouble: Trouble, rules: Rules) -> bool:
    """Whether a backfill bills twice that comes when Stripe knows neither identifiers nor keys any more."""
    world, now = lived(steps, rules)
    world.log += [(noon_of(FIRST_NIGHT, -n), tokens) for n, tokens in enumerate(late)]
    world.backfill(now + 31 * DAY, ZONE, FIRST_NIGHT.date() - 2 * DAY, now.date(), trouble)
    return doubled(world)


LATE = st.lists(st.integers(0, 9), max_size=4).map(tuple)


@given(steps=STEPS, late=LATE, trouble=TROUBLES)
def test_a_backfill_after_all_memory_is_gone_bills_nothing_twice(
    steps: list[Step], late: tuple[int, ...], trouble: Trouble
) -> None:
    assert not doubled_in_a_late_backfill(steps, late, trouble, Rules())


def uncapped(reads: Sequence[Read], counted: int) -> Differences:
    if sum(read.logs for read in reads) <= counted:
        return differences(reads, counted)
    post = tuple(0 if read.counted is None else max(0, read.logs - read.counted) for read in reads)
    return Differences(post, (0,) * len(reads))


def blind(reads: Sequence[Read], counted: int) -> Differences:
    """Take equal sums for nothing to do, and post all of a day that is short."""
    shared = differences(reads, counted)
    return replace(shared, post=tuple(read.logs if n else 0 for n, read in zip(shared.post, reads, strict=True)))


def forgetful(reads: Sequence[Read], counted: int) -> Differences:
    """Never look at older windows."""
    return Differences((0,) * len(reads), (0,) * len(reads))


RIGHT = Rules()
PLANTED = {
    "the run's date is part of the identifier": replace(RIGHT, name=lambda w, b, now: f"{RIGHT.name(w, b, now)}:{now}"),
    "the base is no part of the identifier": replace(RIGHT, name=lambda w, b, now: RIGHT.name(w, 0, now)),
    "the window is no part of the identifier": replace(RIGHT, name=lambda w, b, now: f"cus_1:d:{b}"),
    "all of a short day is posted": replace(RIGHT, share=blind),
    "older windows are not looked at": replace(RIGHT, share=forgetful),
    "an event carries the time of the run": replace(RIGHT, stamp=lambda w, now: now),
    "an event carries the end of its window": replace(RIGHT, stamp=lambda w, now: w.end),
}


def is_wrong(steps: Sequence[Step], rules: Rules) -> bool:
    world, _ = lived(steps, rules)
    return doubled(world) or lost(world, steps)


QUICKLY = settings(
    max_examples=1000, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    try:
        find(STEPS, lambda steps: is_wrong(steps, PLANTED[bug]), settings=QUICKLY)
    except NoSuchExample:
        pytest.fail(f"no nights show that {bug}")


def test_a_missing_cap_is_found() -> None:
    rules = replace(RIGHT, share=uncapped)
    find(STEPS, lambda steps: wrong_in_another_zone(steps, "Asia/Kolkata", rules), settings=QUICKLY)


def test_a_failed_read_taken_for_a_base_of_0_is_found() -> None:
    rules = replace(RIGHT, unread=lambda _logs: 0)
    find(st.tuples(STEPS, LATE, TROUBLES), lambda drawn: doubled_in_a_late_backfill(*drawn, rules), settings=QUICKLY)
