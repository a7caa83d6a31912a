"""How a row finds its window: what counts as a time, and where an instant lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Js = Callable[..., Any]

WINDOWS = [{"start": 100, "end": 200}, {"start": 200, "end": 300}]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-00-10T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-00T00:00:00Z"),
        *("2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z"),
        *("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "0000-01-01T00:00:00Z", 5, None),
    ],
)
def test_what_no_calendar_has_is_no_time(js: Js, text: object) -> None:
    assert js("rowTime", text) is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00", 0),
        ("1970-01-01T00:00:01.9Z", 1000),
        ("1970-12-31T23:59:59Z", 31_535_999_000),
        ("1970-01-01T01:30:00+01:30", 0),
        ("1969-12-31T22:00:00-02", 0),
    ],
)
def test_a_time_is_taken_to_the_second(js: Js, text: str, instant: int) -> None:
    assert js("rowTime", text) == instant


@pytest.mark.parametrize(("instant", "place"), [(99, -1), (100, 0), (199, 0), (200, 1), (299, 1), (300, -1)])
def test_a_window_holds_its_start_and_not_its_end(js: Js, instant: int, place: int) -> None:
    assert js("windowAt", WINDOWS, instant) == place
