"""A Google Sheet on Make: columns in any order, what stops a run, how cells are understood, what a night costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from generator.rendering.credits import estimate
from generator.replay.make import Run, Switches
from generator.stripe_mock.exchange import Request, Response

from .night import Night, plan_of

PLAN = plan_of(
    "weighted", 1, source="google_sheets", source_url="https://docs.google.com/spreadsheets/d/1abc-DEF_9/edit"
)
HEAD = ["time", "client", "model", "input"]
AT = 46348.625
"""2026-11-22, 15:00."""


def gives(*lines: list[Any]) -> Callable[[Request], Response | None]:
    """Answer the request for the sheet with these lines."""
    values = {"range": "Usage!A1:Z1000", "majorDimension": "ROWS", "values": list(lines)}
    return lambda request: Response.json(200, values) if request.host == "sheets.googleapis.com" else None


def night(*lines: list[Any], switches: Switches | None = None) -> tuple[Night, Run]:
    found = Night(PLAN)
    return found, found.run(answer=gives(*lines), switches=switches)


def weight(tokens: int) -> int:
    (pair,) = (p for p in PLAN.pairs if (p.model, p.token_type) == ("openai/gpt-4o", "input"))
    assert pair.weight
    return tokens * pair.weight


def test_columns_stand_in_any_order() -> None:
    head = ["Notes", "Input", "MODEL", "a|b", "request id", "Client ", "Time"]
    line = ["x", 1200, "gpt-4o", True, "r1", "acme", AT]
    found, _ = night(head, line, [], line, ["", "", "", False])
    assert found.counted == weight(1200)


def test_the_last_of_26_columns_is_read() -> None:
    found, _ = night(["time", "client", "model", *[""] * 22, "input"], [AT, "acme", "gpt-4o", *[""] * 22, 7])
    assert found.counted == weight(7)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "its first row lacks time, client, model"),
        ([[], HEAD], "its first row lacks time, client, model"),
        ([["time", "model", 7]], "its first row lacks client"),
        ([[*HEAD, "Input"]], "its first row names input twice"),
        ([["time", "time", "client", "model"]], "its first row names time twice"),
        ([HEAD, *[[AT, "acme", "gpt-4o", 1]] * 3200], "it has more rows than one search gives"),
    ],
)
@pytest.mark.parametrize("switches", [Switches(), Switches(zero_bundles="empty"), Switches(split_nothing="one")])
def test_what_is_no_sheet_of_usage_stops_the_run(lines: list[list[Any]], why: str, switches: Switches) -> None:
    found, _ = night(*lines, switches=switches)
    assert (found.counted, f"the Google Sheet: {why}" in found.text) == (0, True)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_sheet_that_cannot_be_read_is_no_night_without_usage(status: int) -> None:
    found = Night(PLAN)
    found.run(answer=lambda r: Response.json(status, {}) if r.host == "sheets.googleapis.com" else None)
    assert "the Google Sheet: it could not be read (" in found.text


@pytest.mark.parametrize("empty_rows", ["given", "left_out"])
@pytest.mark.parametrize("lines", [[HEAD], [HEAD, [], ["", "", "", ""]]])
def test_a_sheet_without_calls_is_a_night_without_usage(empty_rows: Any, lines: list[list[Any]]) -> None:
    found, run = night(*lines, switches=Switches(sheet_empty_rows=empty_rows))
    assert (run.status, found.counted, "the Google Sheet" in found.text) == ("success", 0, False)


@pytest.mark.parametrize("cell", ["12,345", "1.234", "1 234", 1.5, -3, True, "12k"])
def test_a_text_that_may_mean_two_numbers_parks_its_row(cell: object) -> None:
    found, _ = night(HEAD, [], [AT, "acme", "gpt-4o", 5], [AT, "acme", "gpt-4o", cell])
    assert found.counted == weight(5)
    assert "bad_count: 0 tokens (rows 2)" in found.text


@pytest.mark.parametrize("cell", [46348, "11/22/2026", "2026-11-22", "", 20261122.5, True, "x"])
def test_a_cell_that_names_no_instant_parks_its_row(cell: object) -> None:
    found, _ = night(HEAD, [AT, "acme", "gpt-4o", 5], [cell, "acme", "gpt-4o", 5])
    assert found.counted == weight(5)
    assert "bad_time: 0 tokens (rows 2)" in found.text


@pytest.mark.parametrize("cell", [46348.25, 46349.24998842592, "2026-11-22T15:00Z", "2026-11-22T09:00:01-06:00"])
def test_a_cell_with_a_time_of_day_counts_in_its_window(cell: object) -> None:
    assert night(HEAD, [cell, "acme", "gpt-4o", 5])[0].counted == weight(5)


@pytest.mark.parametrize("cell", [46348.24998842592, 46349.25, "2026-11-23T06:00:00Z"])
def test_a_cell_outside_the_window_is_left_alone(cell: object) -> None:
    found, _ = night(HEAD, [cell, "acme", "gpt-4o", 5])
    assert (found.counted, "bad_time" in found.text) == (0, False)


def test_a_night_costs_what_setup_says() -> None:
    calls = [[AT, c.key, "gpt-4o", 7] for c in PLAN.clients]
    assert night(HEAD, *calls)[1].credits == estimate(PLAN).run
