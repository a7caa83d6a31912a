"""The pull of a provider's report: what came whole is metered, the rest is told; rows are disjoint counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from generator.usage_files.reading import read_usage
from generator.usage_files.record import Ask, Used
from tests.conftest import js_of

Js = Callable[..., Any]
DAY = 86400
FIRST = 1795132800
"""2026-11-20, the first of the three days of a run on the 23rd."""
NIGHT = {"now": "2026-11-23T03:15:00.000Z"}
RETRY = {"attempts": 2, "base_s": 2, "cap_s": 30, "budget_s": 600}
WINDOW = {"size": "day", "zone": "UTC", "lookback": 3}
MAPPING = {"window": WINDOW, "source": {"kind": "openai", "client": "project", "ready_s": 10800}, "retry": RETRY}
ROW = {
    "project_id": "proj_a", "api_key_id": None, "model": "gpt-4o", "batch": None, "service_tier": "default",
    "input_tokens": 5296, "input_cached_tokens": 4096, "output_tokens": 350, "num_model_requests": 12,
}  # fmt: skip


@pytest.fixture(scope="module")
def openai() -> Iterator[Js]:
    yield from js_of("openai")


@pytest.fixture(scope="module")
def anthropic() -> Iterator[Js]:
    yield from js_of("anthropic")


def page(*days: int, after: str | None = None) -> dict[str, Any]:
    buckets = [{"start_time": FIRST + DAY * n, "end_time": FIRST + DAY * (n + 1), "results": [ROW]} for n in days]
    return {"statusCode": 200, "headers": {}, "data": json.dumps({"data": buckets, **ends(after)})}


def ends(after: str | None) -> dict[str, Any]:
    return {"has_more": after is not None, "next_page": after}


def pull(js: Js, *answers: Mapping[str, Any], clock: Mapping[str, str] = NIGHT) -> tuple[dict[str, Any], list[Any]]:
    left, said = list(answers), []
    items: list[Any] = [js("openRun", clock, MAPPING)]
    while (state := js("nextPage", items, MAPPING, 0.5))["do"] in {"pull", "wait"}:
        said.append(state["query"] if state["do"] == "pull" else state["nap"])
        items = [left.pop(0), state] if state["do"] == "pull" else [state]
    assert not left
    return state, said


def labels(windows: list[Any]) -> list[str]:
    return [window["label"] for window in windows]


def test_whole_days_are_asked_for_and_pages_followed(openai: Js) -> None:
    state, said = pull(openai, page(0, 1, after="p 2"), page(1, 2))
    assert (state["do"], state["pages"], labels(state["run"]["windows"])) == (
        "done", [0, 1], ["2026-11-20", "2026-11-21", "2026-11-22"],
    )  # fmt: skip
    asked = (
        f"start_time={FIRST}&end_time={FIRST + 3 * DAY}&bucket_width=1d&limit=31"
        "&group_by%5B%5D=project_id&group_by%5B%5D=model&group_by%5B%5D=batch&group_by%5B%5D=service_tier"
    )
    assert said == [asked, f"{asked}&page=p%202"]


def test_a_day_is_left_out_until_three_hours_after_its_end(openai: Js) -> None:
    run = openai("openRun", {"now": "2026-11-23T02:59:59Z"}, MAPPING)["run"]
    assert (labels(run["windows"])[-1], run["newest"]) == ("2026-11-21", None)


@pytest.mark.parametrize(
    ("answers", "kept", "missing"),
    [
        ([page(0, 1)], ["2026-11-20", "2026-11-21"], ["2026-11-22"]),
        ([page(1, 2)], ["2026-11-21", "2026-11-22"], ["2026-11-20"]),
        ([page(0, 2)], ["2026-11-22"], ["2026-11-20", "2026-11-21"]),
        ([page(0, 1, after="b"), {"statusCode": 403, "headers": {}, "data": "{}"}], ["2026-11-20"],
         ["2026-11-21", "2026-11-22"]),
        ([page(0, 1, after="b"), page(0, 1, after="b")], ["2026-11-20"], ["2026-11-21", "2026-11-22"]),
        ([page(0, 1, after="")], ["2026-11-20"], ["2026-11-21", "2026-11-22"]),
    ],
)  # fmt: skip
def test_a_window_that_did_not_come_whole_stops_alone(
    openai: Js, answers: list[Any], kept: list[str], missing: list[str]
) -> None:
    run = pull(openai, *answers)[0]["run"]
    assert (labels(run["windows"]), labels(run["missing"])) == (kept, missing)
    assert run["newest"] == ("2026-11-22" if "2026-11-22" in kept else None)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(), "it has no numbers for these windows yet"),
        ({"statusCode": 200, "headers": {}, "data": '{"data": []}'}, "the answer has no buckets"),
        ({"statusCode": 401, "headers": {}, "data": '{"error": {"message": "no admin"}}'}, "answered 401 no admin"),
    ],
)
def test_without_any_window_the_run_stops(openai: Js, answer: Mapping[str, Any], why: str) -> None:
    state = pull(openai, answer)[0]
    assert (state["do"], state["stopped"]) == ("stopped", f"OpenAI's usage report: {why}")


OPENAI_ROWS = [
    ROW,
    ROW | {"model": "gpt-5", "input_uncached_tokens": 1200, "input_cache_write_tokens": 0},
    ROW | {"model": "gpt-6-luna", "input_cached_tokens": 96, "input_cache_write_tokens": 200, "output_tokens": None},
]
ANTHROPIC_ROWS = [
    {
        "workspace_id": "wrkspc_a", "api_key_id": None, "model": "claude-haiku-4-5", "service_tier": "standard",
        "uncached_input_tokens": 900, "cache_read_input_tokens": 40000, "output_tokens": 1500,
        "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 30},
    },
]  # fmt: skip


def rows(js: Js, answer: Mapping[str, Any], by: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = js("sourceRows", [[{"data": json.dumps(answer)}]], {"source": {"client": by}})
    return found


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_rows_are_what_the_readers_of_files_make_of_them(kind: str, tmp_path: Any, request: Any) -> None:
    if kind == "openai":
        answer = {"data": [{"start_time": FIRST, "end_time": FIRST + DAY, "results": OPENAI_ROWS}], **ends(None)}
    else:
        times = {"starting_at": "2026-11-20T00:00:00Z", "ending_at": "2026-11-21T00:00:00Z"}
        answer = {"data": [{**times, "results": ANTHROPIC_ROWS}], **ends(None)}
    found = rows(request.getfixturevalue(kind), answer, "project" if kind == "openai" else "workspace")
    path = tmp_path / "report.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    read = [event for event in read_usage(path, Ask()) if isinstance(event, Used)]
    types = ("input", "cached_input", "cached_write", "output")
    assert [[row["client"], row["model"], *(int(row[kind]) for kind in types)] for row in found] == [
        [used.client, used.model, used.input, used.cached_input, used.cached_write, used.output] for used in read
    ]


def test_what_cannot_be_told_is_no_count(openai: Js) -> None:
    odd = [ROW | {"input_cached_tokens": 6000}, ROW | {"input_tokens": None}, ROW | {"input_audio_tokens": 4}]
    answer = {"data": [{"start_time": FIRST, "end_time": FIRST + DAY, "results": odd}]}
    first, second, third = rows(openai, answer, "project")
    assert (int(first["input"]) < 0, second["input"], third["model"]) == (True, "-1", "gpt-4o (audio or image)")


def test_a_client_that_is_null_has_a_name_only_as_the_default_workspace(anthropic: Js) -> None:
    nobody = ANTHROPIC_ROWS[0] | {"workspace_id": None}
    answer = {"data": [{"starting_at": "2026-11-20T00:00:00Z", "results": [nobody]}]}
    assert [rows(anthropic, answer, by)[0]["client"] for by in ("workspace", "api_key")] == ["default", ""]
