"""A Google Sheet: which answers are a sheet of usage, and what its cells say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.conftest import js_of

Js = Callable[..., Any]
NIGHT = {"now": "2026-11-23T03:15:00.000Z"}
MAPPING = {
    "window": {"size": "day", "zone": "UTC", "lookback": 2},
    "source": {"kind": "google_sheets", "url": "https://docs.google.com/spreadsheets/d/1abc-DEF_9/edit"},
    "retry": {"attempts": 2, "base_s": 2, "cap_s": 30, "budget_s": 600},
}
HEAD = ["time", "client", "model", "input"]


@pytest.fixture(scope="module")
def sheet() -> Iterator[Js]:
    yield from js_of("google_sheets")


def said(data: object, status: int = 200) -> dict[str, Any]:
    return {"statusCode": status, "headers": {}, "data": json.dumps(data)}


def values(*lines: list[Any]) -> dict[str, Any]:
    return {"range": "Usage!A1:Z1000", "majorDimension": "ROWS", "values": list(lines)}


def after(js: Js, answer: Mapping[str, Any]) -> dict[str, Any]:
    asked = js("nextPage", [js("openRun", NIGHT, MAPPING)], MAPPING, 0.5)
    state: dict[str, Any] = js("nextPage", [answer, asked], MAPPING, 0.5)
    return state


def rows(js: Js, *lines: list[Any]) -> list[dict[str, Any]]:
    return [js("sheetRow", js("columnNames", lines[0]), line) for line in lines[1:]]


def test_one_request_asks_for_the_whole_tab_as_it_is_kept(sheet: Js) -> None:
    state = sheet("nextPage", [sheet("openRun", NIGHT, MAPPING)], MAPPING, 0.5)
    assert state["url"] == (
        "https://sheets.googleapis.com/v4/spreadsheets/1abc-DEF_9/values/Usage"
        "?majorDimension=ROWS&valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER"
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (said({"range": "Usage!A1:Z1000", "majorDimension": "ROWS"}), "its first row lacks time, client, model"),
        (said(values([], HEAD)), "its first row lacks time, client, model"),
        (said(values(["Time", "Model", 7])), "its first row lacks client"),
        (said(values([*HEAD, " Input "])), "its first row names input twice"),
        (said({"values": [HEAD]}), "the answer is no range of a sheet"),
        (said({}), "the answer is no range of a sheet"),
        (said({"error": {"message": "no such tab"}}, 400), "answered 400 no such tab"),
        (said({"error": {"message": "not yours"}}, 403), "answered 403 not yours"),
    ],
)
def test_what_is_no_sheet_of_usage_stops_the_run(sheet: Js, answer: Mapping[str, Any], why: str) -> None:
    assert after(sheet, answer)["stopped"] == f"the Google Sheet: {why}"


def test_a_sheet_without_calls_is_a_night_without_usage(sheet: Js) -> None:
    assert after(sheet, said(values(HEAD)))["do"] == "done"


def test_an_answer_that_is_cut_is_asked_for_again(sheet: Js) -> None:
    whole = said(values(HEAD))
    assert after(sheet, {**whole, "data": whole["data"][:-9]})["do"] == "wait"


def test_columns_stand_in_any_order_and_the_last_cells_may_be_missing(sheet: Js) -> None:
    head = ["Request ID", "", "model", "Cached-input", "client", "Paid?", "time", "output"]
    assert rows(
        sheet, head, ["r1", "x", "gpt-4o", 12, 4711, True, "2026-11-22T09:00Z"], ["", "x", "", "", "", False]
    ) == [
        {"request_id": "r1", "model": "gpt-4o", "cached_input": 12, "client": 4711, "time": "2026-11-22T09:00Z"},
        {},
    ]


def test_rows_that_say_nothing_are_no_rows(sheet: Js) -> None:
    lines = [[*HEAD, "Paid?"], ["", "", "", "", False], [], ["", "acme"]]
    assert sheet("sourceRows", [[said(values(*lines))]]) == [{"client": "acme"}]


@pytest.mark.parametrize(
    ("serial", "time"),
    [
        (46348.375, "2026-11-22T09:00:00.000Z"),
        (46348.37499999999, "2026-11-22T09:00:00.000Z"),
        (46348.99998842592, "2026-11-22T23:59:59.000Z"),
        (46348, ""),
        (0.5, ""),
        (-1.5, ""),
        (20261122.5, ""),
    ],
)
def test_a_date_cell_is_an_instant_of_utc_unless_it_is_a_day_alone(sheet: Js, serial: float, time: str) -> None:
    assert sheet("serialTime", serial) == time


@pytest.mark.parametrize(
    ("cell", "usage"),
    [('{"prompt_tokens": 5}', {"prompt_tokens": 5}), ("{prompt}", "{prompt}"), ("[1]", [1]), (7, 7)],
)
def test_a_provider_s_object_is_json_in_a_cell(sheet: Js, cell: object, usage: object) -> None:
    assert rows(sheet, ["usage"], [cell]) == [{"usage": usage}]


@pytest.mark.parametrize("cell", ["12,345", "1.234", "1 234", 1.5, -3, True, "12k"])
def test_a_text_that_may_mean_two_numbers_is_no_count(sheet: Js, cell: object) -> None:
    assert sheet("rowCounts", rows(sheet, HEAD, [46348.375, "acme", "gpt-4o", cell])[0]) is None
