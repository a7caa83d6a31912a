"""The virtual clock stands still, moves forward once for parallel waits, and tells its listeners."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from generator.replay.clock import VirtualClock

MIDNIGHT = datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_it_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock(MIDNIGHT)
    time.sleep(0.002)
    assert clock.now() == MIDNIGHT


def test_a_ticking_clock_runs_along_with_real_time() -> None:
    clock = VirtualClock(MIDNIGHT, ticking=True)
    time.sleep(0.005)
    assert timedelta(milliseconds=4) < clock.now() - MIDNIGHT < timedelta(seconds=2)


def test_parallel_waits_do_not_add_up() -> None:
    clock = VirtualClock(MIDNIGHT)
    for due in (5, 3, 5):
        clock.advance_to(MIDNIGHT + timedelta(seconds=due))
    assert clock.now() == MIDNIGHT + timedelta(seconds=5)


def test_consecutive_waits_add_up() -> None:
    clock = VirtualClock(MIDNIGHT)
    clock.advance(5)
    clock.advance(0.5)
    assert clock.now() == MIDNIGHT + timedelta(seconds=5.5)


def test_it_never_advances_backwards_but_can_be_set_back() -> None:
    clock = VirtualClock(MIDNIGHT)
    with pytest.raises(ValueError, match="cannot advance by -1"):
        clock.advance(-1)
    clock.set(MIDNIGHT - timedelta(days=1))
    assert clock.now() == MIDNIGHT - timedelta(days=1)


def test_listeners_hear_every_jump_until_they_unsubscribe() -> None:
    clock, heard = VirtualClock(MIDNIGHT), list[datetime]()
    unsubscribe = clock.subscribe(heard.append)
    clock.advance(1)
    clock.advance_to(MIDNIGHT)
    unsubscribe()
    clock.advance(1)
    assert heard == [MIDNIGHT + timedelta(seconds=1)]


def test_instants_are_aware_and_told_in_utc() -> None:
    chicago = datetime(2026, 11, 23, 0, tzinfo=timezone(timedelta(hours=-6)))
    assert VirtualClock(chicago).now().tzinfo is UTC
    with pytest.raises(ValueError, match="no time zone"):
        VirtualClock(datetime(2026, 11, 23))
