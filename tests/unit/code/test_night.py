"""The parent workflow between its nodes: totals, chunks, what one chunk hands to the next, the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Js = Callable[..., Any]

SINCE = "2026-11-01T05:00:00Z"
WINDOWS = [
    {"start": 1_795_154_400_000, "end": 1_795_240_800_000, "label": "2026-11-20"},
    {"start": 1_795_240_800_000, "end": 1_795_327_200_000, "label": "2026-11-21"},
    {"start": 1_795_327_200_000, "end": 1_795_413_600_000, "label": "2026-11-22"},
]
RUN = {"now": 1_795_414_800_000, "backfill": False, "again": "", "windows": WINDOWS, "newest": "2026-11-22"}
STATE = {"run": RUN, "waited": 3.5}


def mapping(clients: int = 1, models: int = 1, billing: str = "dimensions", **client: Any) -> dict[str, Any]:
    own = {"since": SINCE, "until": None, "anchor": "2026-11-01T06:00:00Z", "grace_s": 3600, "retainer": None}
    keys = [f"c{n}" for n in range(clients)]
    pair = {"token_type": "input", "event_name": "ai", "digest": "d", "rate": "0.5", "cost": "0.25", "weight": 7}
    return {
        "name": "n", "billing": billing, "livemode": False, "currency": "usd", "minor": 100, "since": SINCE,
        "window": {"size": "day", "zone": "America/Chicago", "lookback": 3}, "slack": {"ops": "C0"},
        "stripe": {"version": "ga", "preview_version": "preview"}, "retry": {"budget_s": 600},
        "clients": [{"key": key, "customer": f"cus_{key[1:]}", "names": [key], **own, **client} for key in keys],
        "models": [{"name": f"m{n}", "model": f"m{n}", "since": SINCE} for n in range(models)],
        "pairs": [{"model": f"m{n}", "since": SINCE, **pair} for n in range(models)],
        "weighted": {"event_name": "credits", "digest": "w"},
    }  # fmt: skip


def row(client: int, model: int, tokens: int, day: int = 22) -> dict[str, Any]:
    return {"time": f"2026-11-{day}T12:00-06:00", "client": f"c{client}", "model": f"m{model}", "input": tokens}


def night(js: Js, rows: list[dict[str, Any]], terms: dict[str, Any], run: dict[str, Any] = RUN) -> dict[str, Any]:
    pages = [[{"data": json.dumps({"rows": part})}] for part in (rows[:2], rows[2:])]
    result: dict[str, Any] = js("totalNight", STATE | {"run": run}, pages, terms)
    return result


def test_a_client_and_meter_stay_together(js: Js) -> None:
    rows = [row(client, model, 1 + client) for client in range(30) for model in range(40)]
    chunks = night(js, rows, mapping(30, 40))["chunks"]
    assert [sum(len(group["facts"]) for group in chunk["groups"]) for chunk in chunks] == [480, 480, 240]
    clients = [group["client"] for chunk in chunks for group in chunk["groups"]]
    assert clients == [f"c{n}" for n in range(30)]


def test_credits_are_exact_beyond_what_a_double_holds(js: Js) -> None:
    rows = [row(0, 0, 999_999_999_999_999), row(0, 1, 999_999_999_999_999), row(0, 1, 2)]
    group = night(js, rows, mapping(models=2, billing="weighted"))["chunks"][0]["groups"][0]
    assert (group["event_name"], [fact["total"] for fact in group["facts"]]) == ("credits", ["14000000000000000"])


def test_reads_reach_no_further_back_than_the_client(js: Js) -> None:
    rows = [row(0, 0, 5, day) for day in (20, 21, 22)]
    found = night(js, rows, mapping(since="2026-11-21T06:00:00Z", until="2026-11-22T06:00:00Z"))
    group = found["chunks"][0]["groups"][0]
    assert (group["from"], group["to"]) == (WINDOWS[1]["start"], WINDOWS[1]["end"])
    assert [(one["reason"], one["tokens"], one["oldest"]) for one in found["parked"] + found["rows"]] == [
        ("before_since", "5", True),
        ("after_until", "5", False),
    ]


def test_what_stripe_takes_no_more_is_parked_before_it_is_read(js: Js) -> None:
    late = RUN | {"now": WINDOWS[0]["end"] - 1000 + 35 * 86_400_000 + 1, "newest": None, "backfill": True}
    found = night(js, [row(0, 0, 5, 20), row(0, 0, 7, 21)], mapping(), late)
    assert [(note["reason"], note["n"], note["label"]) for note in found["parked"]] == [("too_old", "5", "2026-11-20")]
    assert found["chunks"][0]["groups"][0]["from"] == WINDOWS[1]["start"]


def test_watching_deals_out_nothing(js: Js) -> None:
    found = night(js, [row(0, 0, 1000)], mapping(billing="watch"))
    assert (found["posting"], found["chunks"]) == (False, [])
    assert found["watched"][0] == "Watched: 1,000 tokens, cost 2.50, at metered rates 5.00"


def test_a_chunk_goes_on_where_the_one_before_it_ended(js: Js) -> None:
    found = night(js, [row(0, 0, 5)], mapping())
    first = js("handOver", found["chunks"][0], None, found, mapping())
    assert (first["waited"], first["meters"], first["stopped"], first["size"]) == (3.5, None, "", "d")
    before = {"waited": 60, "meters": {"ai": "mtr_1"}, "stopped": "Stripe refused the key: 401"}
    second = js("handOver", found["chunks"][0], before, found, mapping())
    assert {key: second[key] for key in before} == before


@pytest.mark.parametrize("error", ["not active", {"message": "not active"}])
def test_a_child_that_cannot_run_stops_the_run_and_is_told(js: Js, error: object) -> None:
    found = night(js, [row(0, 0, 5)], mapping())
    told = js("reportNight", [{"error": error}], found, mapping())
    assert told["text"].endswith("Stopped: meter-usage-chunk could not run: not active")
    assert told["failed"]


def test_a_day_without_usage_posts_nothing_and_is_fine(js: Js) -> None:
    found = night(js, [], mapping())
    told = js("reportNight", [found], found, mapping())
    assert (found["posting"], told["failed"], told["text"].split("\n")[1:]) == (
        False,
        False,
        ["Posted: 0 tokens in 0 events"],
    )


def test_n8ns_own_node_gets_the_newest_window_alone(js: Js) -> None:
    one = RUN | {"windows": WINDOWS[2:]}
    found = js("nativeEvents", night(js, [row(0, 0, 5)], mapping(), one), mapping())
    event = found["events"][0]
    assert (event["identifier"], event["timestamp"], event["n"]) == (
        "d2026-11-22T06:00Z:cus_0:d:0",
        "2026-11-23T05:59:59Z",
        "5",
    )
    assert event["deadline"] == RUN["now"] + 3_600_000
    old = js("nativeEvents", night(js, [row(0, 0, 5)], mapping(), one | {"newest": None}), mapping())
    assert (old["events"], old["stopped"]) == ([], "2026-11-22 ended a day ago or more: use meter-usage")


def test_what_n8ns_own_node_could_not_post_is_left(js: Js) -> None:
    one = RUN | {"windows": WINDOWS[2:]}
    found = js("nativeEvents", night(js, [row(0, 0, 5), row(0, 1, 7)], mapping(models=2), one), mapping(models=2))
    named = {"identifier": found["events"][0]["identifier"]}
    told = js("nativeReport", [named, {"error": "Bad request"}], found, mapping(models=2))
    assert told["text"].split("\n")[1:3] == [
        "Posted: 5 tokens in 1 events",
        "Left: 7 tokens (c0 m1 input 2026-11-22: 7 [Bad request])",
    ]


@pytest.mark.parametrize("answer", [{}, {"data": "<html>"}, {"identifier": "another"}, None])
def test_what_does_not_name_the_event_is_no_answer_of_stripe(js: Js, answer: dict[str, str] | None) -> None:
    found = js("nativeEvents", night(js, [row(0, 0, 5)], mapping(), RUN | {"windows": WINDOWS[2:]}), mapping())
    told = js("nativeReport", [answer], found, mapping())
    assert told["text"].split("\n")[1:3] == [
        "Posted: 0 tokens in 0 events",
        "Left: 5 tokens (c0 m0 input 2026-11-22: 5 [the answer was not Stripe's])",
    ]


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_shards_share_the_clients_and_the_first_tells_of_rows_without_one(js: Js, of: int) -> None:
    rows = [*(row(client, 0, 1 + client) for client in range(5)), row(9, 0, 4), {**row(0, 0, 1), "input": "?"}]
    nights = [night(js, rows, mapping(5), RUN | {"shard": {"number": n, "of": of}}) for n in range(1, of + 1)]
    shared = [[group["client"] for chunk in one["chunks"] for group in chunk["groups"]] for one in nights]
    assert sorted(client for clients in shared for client in clients) == [f"c{n}" for n in range(5)]
    assert [len(one["rows"]) for one in nights] == [2] + [0] * (of - 1)
