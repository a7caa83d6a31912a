"""Caps: the billing month, what it cost, and the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Js = Callable[..., Any]

COSTS = [
    {"event_name": "ai_tokens", "model": "openai/gpt-4o", "token_type": "input", "per_million": "2.5"},
    {"event_name": "ai_tokens", "model": "openai/gpt-4o", "token_type": "output", "per_million": "10"},
]
ACME = {
    "key": "acme",
    "customer": "cus_1",
    "anchor": "2026-01-31T06:00:00Z",
    "cap": "100",
    "source": "stripe",
    "names": [],
}
MAPPING = {
    "billing": "dimensions",
    "currency": "usd",
    "window": {"size": "day", "zone": "America/Chicago", "lookback": 3},
    "stripe": {"version": "v", "preview_version": "p"},
    "retry": {"attempts": 6},
    "caps": {"source": "stripe", "cache_s": 60, "fail": "open", "clients": [], "costs": COSTS},
}


def at(js: Js, text: str) -> int:
    return int(js("Date.parse", text))


def opened(js: Js, now: str, anchor: str = ACME["anchor"], size: str = "day") -> Any:
    mapping = {**MAPPING, "window": {**MAPPING["window"], "size": size}}
    return js("openCap", at(js, now), {**ACME, "anchor": anchor}, mapping)


@pytest.mark.parametrize(
    ("now", "anchor", "start", "resets"),
    [
        ("2026-02-10T00:00:00Z", "2026-01-31T06:00:00Z", "2026-01-31T06:00:00Z", "2026-02-28T06:00:00Z"),
        ("2026-02-28T05:59:59Z", "2026-01-31T06:00:00Z", "2026-01-31T06:00:00Z", "2026-02-28T06:00:00Z"),
        ("2026-02-28T06:00:00Z", "2026-01-31T06:00:00Z", "2026-02-28T06:00:00Z", "2026-03-31T06:00:00Z"),
        ("2028-02-29T07:00:00Z", "2026-01-30T06:00:00Z", "2028-02-29T06:00:00Z", "2028-03-30T06:00:00Z"),
        ("2026-12-31T23:00:00Z", "2027-06-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_a_month_begins_on_the_anchors_day_or_the_last(js: Js, now: str, anchor: str, start: str, resets: str) -> None:
    state = opened(js, now, anchor)
    assert (state["start"], state["resets"]) == (at(js, start), at(js, resets))


@pytest.mark.parametrize("size", ["day", "hour"])
def test_windows_of_a_month_reach_until_now(js: Js, size: str) -> None:
    windows = opened(js, "2026-03-10T12:30:00Z", "2026-03-01T06:00:00Z", size)["run"]["windows"]
    assert windows[0]["start"] == at(js, "2026-03-01T06:00:00Z")
    assert windows[-1]["start"] <= at(js, "2026-03-10T12:30:00Z") < windows[-1]["end"]
    assert [one["end"] for one in windows[:-1]] == [one["start"] for one in windows[1:]]


METERS = {"body": {"data": [{"id": "mtr_2", "event_name": "other"}, {"id": "mtr_1", "event_name": "ai_tokens"}]}}


def test_one_read_tells_a_month_on_a_meter_with_dimensions(js: Js) -> None:
    state = opened(js, "2026-02-10T00:00:30Z")
    (read,) = js("capReads", [METERS], state, ACME, MAPPING)
    start, end = at(js, "2026-01-31T06:00:00Z") // 1000, at(js, "2026-02-10T00:01:00Z") // 1000
    assert read == {
        "do": "read",
        "version": "p",
        "path": f"mtr_1/event_summaries?customer=cus_1&start_time={start}&end_time={end}&limit=100"
        "&dimension_group_by_keys%5B0%5D=model&dimension_group_by_keys%5B1%5D=token_type",
    }


@pytest.mark.parametrize("items", [[], [{"error": "x"}], [{"body": "<html>"}], [{"body": {"data": [None]}}]])
def test_without_its_meters_nothing_is_read(js: Js, items: list[Any]) -> None:
    state = opened(js, "2026-02-10T00:00:30Z")
    assert [read["do"] for read in js("capReads", items, state, ACME, MAPPING)] == ["count"]


def row(model: str, token_type: str, value: object) -> dict[str, Any]:
    return {"aggregated_value": value, "dimensions": {"model": model, "token_type": token_type}}


def answered(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"statusCode": 200, "body": {"object": "list", "has_more": False, "data": list(rows), **more}}


def test_cost_is_exact_and_a_provider_in_front_of_a_model_changes_nothing(js: Js) -> None:
    rows = (
        row("openai/gpt-4o", "input", 9007199254740991),
        row("azure/openai/gpt-4o", "output", 3),
        row("x/y", "input", 9),
    )
    cost = js("costAtStripe", [answered(*rows)], MAPPING)
    assert int(cost) == (9007199254740991 * 25 + 300) * 10**23


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "ECONNRESET"},
        {"statusCode": 500, "body": {"error": {}}},
        {"statusCode": 200, "body": "<html>"},
        answered(has_more=True),
        answered(row("openai/gpt-4o", "input", "7")),
        answered(row("openai/gpt-4o", "input", 0.5)),
        {"statusCode": 200, "body": {"object": "list", "data": []}},
    ],
)
def test_an_answer_that_proves_nothing_is_no_cost(js: Js, answer: dict[str, Any]) -> None:
    assert js("costAtStripe", [answer], MAPPING) is None
    assert js("costAtStripe", [], MAPPING) is None


def closed(js: Js, cost: str | None, before: object, fail: str = "open", cap: str = "100") -> dict[str, Any]:
    state = opened(js, "2026-02-10T00:00:00Z")
    mapping = {**MAPPING, "caps": {**MAPPING["caps"], "fail": fail}}
    said = js(
        "((cost, ...rest) => closeCap(cost === null ? null : BigInt(cost), ...rest))",
        cost,
        state,
        before,
        {**ACME, "cap": cap},
        mapping,
    )
    return {**said, "answer": json.loads(said["answer"])}


@pytest.mark.parametrize(
    ("cost", "allowed", "used", "remaining", "reason"),
    [("0", True, 0, 100, None), (f"99_999_999{'9' * 24}".replace("_", ""), False, 100, 0, "cap"),
     (f"99999999{'0' * 24}", True, 99.999999, 0.000001, None), (f"150000000{'0' * 24}", False, 150, 0, "cap")],
)  # fmt: skip
def test_what_reaches_the_cap_is_refused(
    js: Js, cost: str, allowed: bool, used: float, remaining: float, reason: object
) -> None:
    answer = closed(js, cost, {})["answer"]
    assert answer == {
        "allowed": allowed, "used": used, "cap": 100, "remaining": remaining, "resets_at": "2026-02-28T06:00:00Z",
        "currency": "usd", "reason": reason, "as_of": "2026-02-10T00:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize(("fail", "goes_on"), [("open", True), ("closed", False)])
def test_in_the_dark_the_mapping_decides(js: Js, fail: str, goes_on: bool) -> None:
    resets, counted = at(js, "2026-02-28T06:00:00Z"), at(js, "2026-02-09T00:00:00Z")
    unknown = closed(js, None, {}, fail)["answer"]
    assert (unknown["allowed"], unknown["used"], unknown["reason"], unknown["as_of"]) == (
        goes_on,
        None,
        "unknown",
        None,
    )
    stale = closed(js, None, {"used": 7, "counted": counted, "resets": resets}, fail)
    assert (stale["answer"]["allowed"], stale["answer"]["used"], stale["answer"]["reason"]) == (goes_on, 7, "stale")
    assert (stale["counted"], stale["answer"]["as_of"]) == (counted, "2026-02-09T00:00:00Z")
    spent = closed(js, None, {"used": 100, "counted": counted, "resets": resets}, fail)["answer"]
    assert (spent["allowed"], spent["reason"]) == (False, "stale")
    other = closed(js, None, {"used": 100, "counted": counted, "resets": resets - 1}, fail)["answer"]
    assert (other["allowed"], other["reason"]) == (goes_on, "unknown")
