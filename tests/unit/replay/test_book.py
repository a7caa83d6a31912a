"""The judge's book: from Stripe's words back to facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.replay.expected import cut
from generator.replay.judge.record import Book


@pytest.mark.parametrize("zone", ["UTC", "Europe/Prague", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_every_hour_is_found_by_its_last_second(zone: str) -> None:
    _, plan, _ = read_plan(resources.mappings() / "weighted.yaml")
    assert plan
    hourly = replace(plan, windows=replace(plan.windows, size="hour", zone=zone))
    book = Book(hourly, {})
    first = datetime(2026, 11, 20, tzinfo=UTC)
    for hour in (first + timedelta(hours=n) for n in range(72)):
        window = book.window(hour + timedelta(minutes=59, seconds=59))
        assert window
        assert (window.start, window.end) == (hour, hour + timedelta(hours=1))
        assert sum(window in cut(hourly, date(2026, 11, day)) for day in range(19, 25)) == 1
