"""Where days and billing periods begin and end, at their edges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

Js = Callable[..., Any]

ANCHOR = "2026-01-31T06:00:00Z"
HOUR_S = 3600


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        ("2026-11-22", "America/Chicago", "2026-11-22T06:00Z"),
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00Z"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00Z"),
    ],
    ids=["plain", "midnight is skipped", "midnight comes twice"],
)
def test_a_day_begins_where_its_clocks_first_show_it(js: Js, day: str, zone: str, start: str) -> None:
    assert js("dayStart", day, zone) == ms(start)


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        ("2026-02-28T06:59:59Z", "2026-01-31T06:00Z"),
        ("2026-02-28T07:00:00Z", "2026-02-28T06:00Z"),
        ("2026-03-31T06:59:59.999Z", "2026-02-28T06:00Z"),
        ("2026-03-31T07:00:00Z", "2026-03-31T06:00Z"),
    ],
)
def test_a_period_closes_as_its_grace_ends(js: Js, now: str, closed: str) -> None:
    assert js("closedBoundary", ANCHOR, HOUR_S, ms(now)) == ms(closed)
