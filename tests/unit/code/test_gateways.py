"""Sources of gateways and tracers: what is asked, what stops a run, and how their counts become disjoint."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from generator.usage_files.langfuse import read_observation
from generator.usage_files.record import Used
from tests.conftest import js_of

Js = Callable[..., Any]
NIGHT = {"now": "2026-11-23T03:15:00.000Z"}
RETRY = {"attempts": 2, "base_s": 2, "cap_s": 30, "budget_s": 600}
WINDOW = {"size": "day", "zone": "UTC", "lookback": 2}
OPENROUTER = {"window": WINDOW, "source": {"kind": "openrouter", "client": "external_user"}, "retry": RETRY}
LANGFUSE = {
    "window": WINDOW,
    "source": {"kind": "langfuse", "url": "https://lf.example.com/", "per_page": 2},
    "retry": RETRY,
}


@pytest.fixture(scope="module")
def openrouter() -> Iterator[Js]:
    yield from js_of("openrouter")


@pytest.fixture(scope="module")
def langfuse() -> Iterator[Js]:
    yield from js_of("langfuse")


def said(data: object, status: int = 200) -> dict[str, Any]:
    return {"statusCode": status, "headers": {}, "data": json.dumps(data)}


def pull(js: Js, mapping: Mapping[str, Any], *answers: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    left, asked = list(answers), []
    items: list[Any] = [js("openRun", NIGHT, mapping)]
    while (state := js("nextPage", items, mapping, 0.5))["do"] == "pull":
        asked.append(state.get("url") or json.loads(state["body"]))
        items = [left.pop(0), state]
    return state, asked


# --------------------------------------------------------------------------------------------------- OpenRouter


def analytics(*rows: Mapping[str, Any], **metadata: Any) -> dict[str, Any]:
    return said({"data": {"data": list(rows), "metadata": {"truncated": False, **metadata}}})


def test_one_question_asks_for_all_days_of_a_run(openrouter: Js) -> None:
    state, (asked,) = pull(openrouter, OPENROUTER, analytics())
    assert state["do"] == "done"
    assert asked == {
        "metrics": ["tokens_prompt", "tokens_completion", "cached_tokens"], "dimensions": ["external_user", "model"],
        "granularity": "day", "time_range": {"start": "2026-11-21T00:00:00Z", "end": "2026-11-23T00:00:00Z"},
        "limit": 10000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (analytics(truncated=True), "the answer is cut: ask for fewer days"),
        (said({"data": {"data": [], "metadata": {}}}), "the answer is cut: ask for fewer days"),
        (said({"data": []}), "the answer has no rows"),
        (said({"error": {"message": "no key"}}, 403), "answered 403 no key"),
    ],
)
def test_an_answer_that_is_not_whole_stops_the_run(openrouter: Js, answer: Mapping[str, Any], why: str) -> None:
    state, _ = pull(openrouter, OPENROUTER, answer)
    assert state["stopped"] == f"OpenRouter's analytics: {why}"


@pytest.mark.parametrize(
    ("counts", "read"),
    [
        ({"tokens_prompt": "5296", "cached_tokens": "4096", "tokens_completion": "350"}, ["1200", "4096", "350"]),
        ({"tokens_prompt": "10", "cached_tokens": "12", "tokens_completion": "0"}, ["0", "10", "0"]),
        ({"tokens_prompt": 7}, ["7", "0", "0"]),
        ({"tokens_prompt": "1,200", "tokens_completion": "3"}, ["-1", None, None]),
        ({}, ["-1", None, None]),
    ],
)
def test_counts_of_openrouter(openrouter: Js, counts: Mapping[str, Any], read: list[str | None]) -> None:
    row = openrouter(
        "openrouterRow", {"date__day": "2026-11-22", "external_user": "acme", "model": "openai/x", **counts}
    )
    assert [row.get(kind) for kind in ("input", "cached_input", "output")] == read
    assert (row["time"], row["client"]) == ("2026-11-22T00:00:00Z", "acme")


# ----------------------------------------------------------------------------------------------------- Langfuse


def page(cursor: str | None, *ids: str) -> dict[str, Any]:
    return said({"data": [{"id": one} for one in ids], "meta": {"cursor": cursor} if cursor else {}})


def test_pages_are_followed_by_cursor(langfuse: Js) -> None:
    state, asked = pull(langfuse, LANGFUSE, page("c 1", "a", "b"), page(None, "c"))
    assert (state["do"], state["pages"], state["received"]) == ("done", [0, 1], 3)
    first = (
        "https://lf.example.com/api/public/v2/observations?fields=core%2Cbasic%2Cmodel%2Cusage&type=GENERATION"
        "&fromStartTime=2026-11-21T00%3A00%3A00Z&toStartTime=2026-11-23T00%3A00%3A00Z&limit=2"
    )
    assert asked == [first, f"{first}&cursor=c%201"]


def test_a_cursor_that_comes_again_stops_the_run(langfuse: Js) -> None:
    state, _ = pull(langfuse, LANGFUSE, page("x", "a"), page("y", "b"), page("x", "c"))
    assert state["stopped"] == "Langfuse: its pages do not end"


@pytest.mark.parametrize(
    ("details", "read"),
    [
        ({"input": 100, "output": 20, "total": 120}, [100, 0, 0, 20]),
        (
            {"input": 100, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 5, "output": 20},
            [100, 40, 5, 20],
        ),
        ({"input": 60, "input_cached_tokens": 40, "output": 20, "total": 120}, [60, 40, 0, 20]),
        ({"input": 100, "input_cached_tokens": 40, "output": 20, "total": 120}, [60, 40, 0, 20]),
        ({"input": 100, "output": 20, "output_reasoning": 15, "total": 120}, [100, 0, 0, 20]),
        ({"input": 100, "output": 5, "output_reasoning_tokens": 15, "total": 120}, [100, 0, 0, 20]),
        ({"prompt_tokens": 100, "completion_tokens": 20}, [100, 0, 0, 20]),
        ({"input": 100}, [100, 0, 0, 0]),
    ],
)
def test_buckets_of_langfuse_become_disjoint(langfuse: Js, details: Mapping[str, int], read: list[int]) -> None:
    row = langfuse("langfuseRow", {"id": "o1", "startTime": "2026-11-22T09:00:00Z", "usageDetails": details})
    assert [int(row[kind]) for kind in ("input", "cached_input", "cached_write", "output")] == read
    used = read_observation({"startTime": "2026-11-22T09:00:00Z", "usageDetails": details})
    assert isinstance(used, Used)
    assert [used.input, used.cached_input, used.cached_write, used.output] == read


@pytest.mark.parametrize(
    "details",
    [None, {}, {"total": 9}, {"input": -1}, {"input": 1.5}, {"video": 3}, {"input": 9, "output": 9, "total": 5}, [1]],
)
def test_usage_that_nobody_can_read_is_no_count(langfuse: Js, details: object) -> None:
    row = langfuse("langfuseRow", {"id": "o1", "startTime": "2026-11-22T09:00:00Z", "usageDetails": details})
    assert row["input"] == "-1"
