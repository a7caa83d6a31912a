"""The pull of the usage log: whole and in order, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

Js = Callable[..., Any]

MAPPING = {
    "window": {"size": "day", "zone": "America/Chicago", "lookback": 2},
    "source": {"per_page": 2},
    "retry": {"attempts": 6, "base_s": 2, "cap_s": 30, "budget_s": 600},
}
NIGHT = {"now": "2026-11-23T06:20:00.000Z"}


def page(rows: int, cursor: str, following: str | None, total: object, **more: Any) -> dict[str, Any]:
    body = {"rows": [{}] * rows, "complete": True, "total": total, "cursor": cursor, "next_cursor": following} | more
    return {"statusCode": 200, "headers": {}, "data": json.dumps(body)}


def pull(js: Js, *answers: Mapping[str, Any], clock: Mapping[str, str] = NIGHT) -> tuple[dict[str, Any], list[Any]]:
    """Drive the loop as the workflow does; gives the last state, and what was asked or waited for."""
    left, said = list(answers), []
    items: list[Any] = [js("openRun", clock, MAPPING)]
    while (state := js("nextPage", items, MAPPING, 0.5))["do"] in {"pull", "wait"}:
        said.append(state["cursor"] if state["do"] == "pull" else state["nap"])
        items = [left.pop(0), state] if state["do"] == "pull" else [state]
    assert not left
    return state, said


def test_pages_are_asked_for_by_cursor(js: Js) -> None:
    state, said = pull(js, page(2, "", "b", 3), page(1, "b", None, 3))
    assert (state["do"], state["pages"], said) == ("done", [0, 1], ["", "b"])
    assert (state["from"], state["to"], state["per_page"]) == ("2026-11-21T06:00:00Z", "2026-11-23T06:00:00Z", 2)


def test_an_empty_log_is_whole(js: Js) -> None:
    assert pull(js, page(0, "", None, 0))[0]["do"] == "done"


def test_a_failed_page_is_asked_for_again(js: Js) -> None:
    down = {"statusCode": 503, "headers": {"retry-after": "100"}, "data": "{}"}
    state, said = pull(js, page(2, "", "b", 3), down, {"error": {"code": "ECONNRESET"}}, page(1, "b", None, 3))
    assert (state["do"], state["pages"], said) == ("done", [0, 3], ["", "b", 60, 40, "b", 6, "b"])
    assert state["waited"] == 106


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(1, "", None, 1, complete=False), "it is not complete for this range yet"),
        (page(1, "", None, 1, complete="true"), "it is not complete for this range yet"),
        (page(1, "b", None, 1), "page 1 is not the one asked for"),
        (page(1, "", None, 2), "1 rows came, the total is 2"),
        (page(2, "", None, 1), "2 rows came, the total is 1"),
        (page(2, "", None, "2"), "2 rows came, the total is 2"),
        (page(0, "", "b", 2), "a page without rows is not the last one"),
        ({"statusCode": 200, "headers": {}, "data": "{}"}, "the answer has no rows"),
        ({"statusCode": 404, "headers": {}, "data": '{"error": {"message": "gone"}}'}, "answered 404 gone"),
        ({"statusCode": 401, "headers": {}, "data": '{"error": "wrong key"}'}, "answered 401"),
        ({"statusCode": 204, "headers": {}, "data": "{}"}, "answered 204"),
        ({"error": {"message": "Credentials not found"}}, "no answer (Credentials not found)"),
    ],
)
def test_a_log_that_is_not_whole_stops_the_run_at_once(js: Js, answer: Mapping[str, Any], why: str) -> None:
    state, said = pull(js, answer)
    assert (state["do"], state["stopped"], said) == ("stopped", f"the usage log: {why}", [""])


def test_a_wait_is_slept_out_to_its_last_part_of_a_second(js: Js) -> None:
    state = js("openRun", NIGHT, MAPPING)
    slept = js("nextPage", [state | {"do": "wait", "rest": 0.5}], MAPPING, 0.5)
    assert (slept["do"], slept["nap"], slept["rest"]) == ("wait", 0.5, 0)
    assert js("nextPage", [slept], MAPPING, 0.5)["do"] == "pull"


def test_a_log_that_stays_down_stops_the_run(js: Js) -> None:
    state, said = pull(js, *[{"statusCode": 200, "headers": {}, "data": "<html>"}] * 6)
    assert state["stopped"] == "the usage log: answered 200, after 6 tries"
    assert said == ["", 3, "", 6, "", 12, "", 24, "", 45, ""]


@pytest.mark.parametrize(
    ("asked", "stopped"),
    [
        ({"from": "2026-11-12", "to": ""}, "a backfill needs two days, from and to, written 2026-11-30"),
        ({"from": "12.11.2026", "to": "2026-11-14"}, "a backfill needs two days, from and to, written 2026-11-30"),
        (
            {"from": "2026-11-14", "to": "2026-11-12"},
            "the backfill's first day 2026-11-14 lies after its last 2026-11-12",
        ),
        ({"from": "2026-11-12", "to": "2026-11-12", "again": "R 1"}, "again takes 1 to 8 small letters and digits"),
        ({"from": "2026-11-23", "to": "2026-11-30"}, "no window from 2026-11-23 to 2026-11-30 has ended yet"),
    ],
)
def test_a_backfill_that_cannot_be_meant_asks_for_nothing(js: Js, asked: dict[str, str], stopped: str) -> None:
    state, said = pull(js, clock=NIGHT | asked)
    assert (state["stopped"], said) == (stopped, [])


def test_all_windows_of_a_backfill_are_older(js: Js) -> None:
    run = js("openRun", NIGHT | {"from": "2026-11-20", "to": "2026-11-22", "again": "r1"}, MAPPING)["run"]
    assert ([w["label"] for w in run["windows"]], run["newest"]) == (["2026-11-20", "2026-11-21", "2026-11-22"], None)


@pytest.mark.parametrize(
    ("now", "newest"), [("2026-11-24T05:59:59Z", "2026-11-22"), ("2026-11-02T06:00:00Z", "2026-11-01")]
)
def test_the_newest_window_is_at_most_a_day_old(js: Js, now: str, newest: str) -> None:
    assert js("openRun", {"now": now}, MAPPING)["run"]["newest"] == newest


def test_after_a_day_of_25_hours_the_window_before_it_is_read(js: Js) -> None:
    assert js("openRun", {"now": "2026-11-02T05:30:00Z"}, MAPPING)["run"]["newest"] is None


def test_a_shard_travels_with_its_run(js: Js) -> None:
    assert js("openRun", NIGHT | {"shard": "2", "of": "3"}, MAPPING)["run"]["shard"] == {"number": 2, "of": 3}
    assert "shard" not in js("openRun", NIGHT, MAPPING)["run"]


@pytest.mark.parametrize(
    ("shard", "of"),
    [(None, None), ("1", None), ("3", "2"), ("0", "2"), ("1", "21"), ("one", "2"), ("1.5", "2"), ("", "")],
)
def test_a_shard_that_is_none_stops_the_run(js: Js, shard: object, of: object) -> None:
    state = js("openRun", NIGHT | {"shard": shard, "of": of}, MAPPING)
    assert state["do"] == "stopped"
    assert state["stopped"].startswith("a shard is called with its number")
