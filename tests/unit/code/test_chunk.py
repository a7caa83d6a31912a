"""One chunk of a run: what it asks Stripe, in which order, and what it does with the answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

Js = Callable[..., Any]
Http = dict[str, Any]

DAY = 86_400_000
NOW = 1_795_414_800_000  # 2026-11-23T06:20:00Z
EMPTY = {"object": "list", "has_more": False, "data": []}


def ok(data: Any, status: int = 200, **headers: str) -> Http:
    return {"statusCode": status, "headers": headers, "data": json.dumps(data)}


def refusal(status: int, code: str = "", message: str = "", **headers: str) -> Http:
    return ok({"error": {"code": code, "message": message}}, status, **headers)


def counted(value: int) -> Http:
    return ok({**EMPTY, "data": [{"aggregated_value": value}]})


def order(groups: int = 1, facts: int = 1, **more: Any) -> dict[str, Any]:
    """Write an order of three days, the last one the newest; each group has its facts in that one."""
    windows = [{"start": NOW - n * DAY - 1_200_000, "end": NOW - (n - 1) * DAY - 1_200_000} for n in (3, 2, 1)]
    named = [{**window, "label": f"day {place}"} for place, window in enumerate(windows)]
    return {
        "run": {"now": NOW, "backfill": False, "again": "", "windows": named, "newest": "day 2"},
        "groups": [group(number, [(2, 100 + n) for n in range(facts)]) for number in range(groups)],
        "billing": "dimensions",
        "livemode": True,
        "size": "d",
        "stripe": {"version": "ga", "preview_version": "preview"},
        "retry": {"attempts": 6, "base_s": 2, "cap_s": 30, "budget_s": 600},
        "waited": 0,
        "meters": None,
        "stopped": "",
    } | more


def group(number: int, totals: list[tuple[int, int]]) -> dict[str, Any]:
    facts = [
        {"model": f"m{place}", "token_type": "input", "digest": f"{place:010}", "window": window, "total": str(total)}
        for place, (window, total) in enumerate(totals)
    ]
    windows = {"from": NOW - 3 * DAY - 1_200_000, "to": NOW - DAY - 1_200_000}
    return {
        "client": f"c{number}",
        "customer": f"cus_{number}",
        "event_name": "ai",
        "closed": 0,
        "facts": facts,
    } | windows


def meters(*names: str, more: bool = False, **changes: Any) -> Http:
    fit = {
        "status": "active", "livemode": True, "event_time_window": None, "default_aggregation": {"formula": "sum"},
        "value_settings": {"event_payload_key": "value"}, "dimension_payload_keys": ["model", "token_type"],
        "customer_mapping": {"event_payload_key": "stripe_customer_id"},
    }  # fmt: skip
    rows = [{"id": f"mtr_{name}", "event_name": name, **fit, **changes} for name in names]
    return ok({"object": "list", "has_more": more, "data": rows})


class Chunk:
    """Drives the loop as the child workflow does, with `answer` in the place of Stripe."""

    def __init__(self, js: Js, answer: Callable[[str, dict[str, Any]], Http]) -> None:
        self.js, self.answer = js, answer
        self.waves: list[list[dict[str, Any]]] = []
        self.naps: list[float] = []

    def run(self, what: dict[str, Any], clock: str = "2026-11-23T06:20:01Z", random: float = 0.5) -> dict[str, Any]:
        items: list[dict[str, Any]] = [{"state": self.js("openChunk", what, clock)}]
        for _ in range(5000):
            items = self.js("turn", items, random)
            kinds = {item["do"] for item in items}
            assert len(kinds) == 1
            if kinds == {"done"}:
                return items[0]
            if kinds == {"wait"}:
                self.naps.append(items[0]["nap"])
                continue
            requests = [item["request"] for item in items]
            self.waves.append(requests)
            items = [self.answer(items[0]["do"], request) for request in requests] + items
        raise AssertionError("the chunk never ends")

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [request["event"] for wave in self.waves for request in wave if "event" in request]


def healthy(_kind: str, request: dict[str, Any]) -> Http:
    if request.get("path", "").startswith("meters?"):
        return meters("ai")
    return ok(EMPTY if "path" in request else {"object": "v2.billing.meter_event"})


def test_the_newest_window_is_posted_without_a_read(js: Js) -> None:
    chunk = Chunk(js, healthy)
    result = chunk.run(order(groups=2, facts=2))
    assert [len(wave) for wave in chunk.waves] == [1, 2, 2]
    assert chunk.posts[0] == {
        "event_name": "ai",
        "identifier": "d2026-11-22T06:00Z:cus_0:0000000000:0",
        "timestamp": "2026-11-23T05:59:59Z",
        "payload": {"stripe_customer_id": "cus_0", "value": "100", "model": "m0", "token_type": "input"},
    }
    assert (result["posted"], result["events"], result["left"], result["meters"]) == ("402", 4, [], {"ai": "mtr_ai"})


def test_no_wave_has_two_events_of_one_client_and_meter_or_more_than_twenty(js: Js) -> None:
    chunk = Chunk(js, healthy)
    chunk.run(order(groups=45, facts=3))
    waves = [[request["event"]["payload"]["stripe_customer_id"] for request in wave] for wave in chunk.waves[1:]]
    assert sum(map(len, waves)) == 135
    assert all(len(wave) == len(set(wave)) <= 20 for wave in waves)
    assert len(waves) <= 9


@pytest.mark.parametrize(
    "failure",
    [
        refusal(409), refusal(429), refusal(500), refusal(503), ok("<html>") | {"data": "<html>"},
        {"error": {"code": "ECONNRESET", "message": "socket hang up"}}, {"error": {"code": "ECONNABORTED"}},
        refusal(404) | {"data": "<html>"}, refusal(400, **{"stripe-should-retry": "true"}), {"statusCode": 302}, ok({}),
    ],
)  # fmt: skip
def test_what_may_pass_is_tried_six_times_with_growing_waits(js: Js, failure: Http) -> None:
    chunk = Chunk(js, lambda kind, request: failure if kind == "post" else healthy(kind, request))
    result = chunk.run(order())
    assert chunk.naps == [3, 6, 12, 24, 45]
    assert len({json.dumps(wave) for wave in chunk.waves[1:]}) == 1
    assert [note["n"] for note in result["left"]] == ["100"]
    assert (result["waited"], result["posted"]) == (90, "0")


def test_only_what_failed_is_tried_again(js: Js) -> None:
    tries: Counter[str] = Counter()

    def answer(kind: str, request: dict[str, Any]) -> Http:
        tries[request.get("identifier", "")] += 1
        failing = kind == "post" and "cus_3" in request["identifier"] and tries[request["identifier"]] < 3
        return refusal(503) if failing else healthy(kind, request)

    result = Chunk(js, answer).run(order(groups=5, facts=2))
    assert (result["events"], result["left"]) == (10, [])
    assert sorted(tries.values()) == [1] * 9 + [3, 3]


@pytest.mark.parametrize(
    ("headers", "nap"),
    [
        ({"retry-after": "40"}, [40]),
        ({"retry-after": "1"}, [3]),
        ({"retry-after": "130"}, [60, 60, 10]),
        ({"retry-after": "Mon, 23 Nov 2026 06:20:50 GMT"}, [50]),
        ({"retry-after": "Mon, 23 Nov 2026 08:00:30 GMT", "date": "Mon, 23 Nov 2026 08:00:00 GMT"}, [30]),
        ({"retry-after": "soon"}, [3]),
    ],
)
def test_retry_after_is_obeyed_and_no_nap_is_longer_than_a_minute(js: Js, headers: Http, nap: list[int]) -> None:
    answers = iter([refusal(429, **headers), ok({"object": "v2.billing.meter_event"})])
    chunk = Chunk(js, lambda kind, request: next(answers) if kind == "post" else healthy(kind, request))
    assert chunk.run(order())["events"] == 1
    assert chunk.naps == nap


def test_a_wait_that_does_not_fit_is_left_to_the_next_run_and_holds_up_nobody(js: Js) -> None:
    def answer(kind: str, request: dict[str, Any]) -> Http:
        first = kind == "post" and "cus_0" in request["identifier"]
        return refusal(429, **{"retry-after": "7200"}) if first else healthy(kind, request)

    chunk = Chunk(js, answer)
    result = chunk.run(order(groups=3))
    assert (chunk.naps, result["events"], [note["client"] for note in result["left"]]) == ([], 2, ["c0"])


def test_the_budget_is_shared_with_the_chunks_before(js: Js) -> None:
    chunk = Chunk(js, lambda kind, request: refusal(500) if kind == "post" else healthy(kind, request))
    assert chunk.run(order(waited=590))["waited"] == 599
    assert chunk.naps == [3, 6]


@pytest.mark.parametrize(
    ("answer", "line", "newest"),
    [
        (refusal(400, "duplicate_meter_event"), "stuck", True),
        (refusal(400, "", "An event already exists with identifier x."), "stuck", True),
        (refusal(400, "idempotency_error"), "stuck", True),
        (refusal(400, "", "duplicate identifier", **{"stripe-should-retry": "false"}), "stuck", True),
        (ok({"object": "v2.billing.meter_event", "created": "2026-11-22T07:00:00.000Z"}), "stuck", True),
        (ok({"object": "v2.billing.meter_event", "created": "2026-11-23T06:20:02.000Z"}), "", True),
        (refusal(503, **{"stripe-should-retry": "false"}), "left", False),
        (refusal(400, "no_meter", "no"), "parked", False),
        (refusal(404, "", "no"), "parked", False),
    ],
)
def test_an_answer_means_the_same_for_newest_and_older_windows_but_for_duplicates(
    js: Js, answer: Http, line: str, newest: bool
) -> None:
    chunk = Chunk(js, lambda kind, request: answer if kind == "post" else healthy(kind, request))
    result = chunk.run(order() | {"groups": [group(0, [(1, 50), (2, 7)])]})
    told = {name: [note["n"] for note in result[name]] for name in ("stuck", "left", "parked")}
    older = {line: ["50"]} if line == "stuck" else {line: ["50", "7"]} if line else {}
    assert {name: notes for name, notes in told.items() if notes} == older
    assert result["posted"] == ("57" if not line else "7" if newest else "0")
    assert chunk.naps == []


def test_a_refused_key_is_refused_in_any_form(js: Js) -> None:
    page = {"statusCode": 403, "headers": {}, "data": "<html>", "statusMessage": "Forbidden"}
    chunk = Chunk(js, lambda _kind, _request: page)
    assert chunk.run(order())["stopped"] == "Stripe refused the key: 403 Forbidden"
    assert chunk.naps == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_ends_the_run_with_one_message(js: Js, status: int) -> None:
    refused = refusal(status, "", "no such key")
    chunk = Chunk(js, lambda kind, request: refused if kind == "post" else healthy(kind, request))
    result = chunk.run(order(groups=50))
    assert result["stopped"] == f"Stripe refused the key: {status} no such key"
    assert len(chunk.posts) == 20


def test_a_refused_key_is_not_repeated_to_slack(js: Js) -> None:
    quoted = refusal(403, "", "The provided key 'rk_test_fake51Ab*****cd' lacks a permission.")
    result = Chunk(js, lambda _kind, _request: quoted).run(order())
    assert result["stopped"] == "Stripe refused the key: 403 The provided key 'rk_test_…' lacks a permission."


def test_a_missing_credential_is_no_reason_to_try_again(js: Js) -> None:
    chunk = Chunk(js, lambda _kind, _request: {"error": {"message": "Credentials not found"}})
    assert chunk.run(order())["stopped"] == "the workflow is not set up: Credentials not found"
    assert chunk.naps == []


def test_a_run_that_was_stored_and_started_days_later_posts_nothing(js: Js) -> None:
    chunk = Chunk(js, healthy)
    result = chunk.run(order(), clock="2026-11-25T09:00:00Z")
    assert result["stopped"].startswith("this run was planned at 2026-11-23T06:20:00Z")
    assert chunk.waves == []


def test_older_windows_cost_one_read_while_they_agree(js: Js) -> None:
    def answer(kind: str, request: dict[str, Any]) -> Http:
        return counted(60) if "event_summaries" in request.get("path", "") else healthy(kind, request)

    chunk = Chunk(js, answer)
    result = chunk.run(order() | {"groups": [group(0, [(0, 10), (1, 50)])]})
    paths = [request["path"] for wave in chunk.waves for request in wave]
    assert paths == [
        "meters?status=active&limit=100",
        "meters/mtr_ai/event_summaries?customer=cus_0&start_time=1795154400&end_time=1795327200&limit=100",
    ]
    assert (result["events"], result["ahead"], result["left"]) == (0, [], [])


def test_a_missing_difference_is_read_posted_and_capped(js: Js) -> None:
    bases = {"m0": 4, "m1": 0, "m2": 30}

    def answer(kind: str, request: dict[str, Any]) -> Http:
        if "dimension_filters" in request.get("path", ""):
            return counted(bases[request["path"].split("%5Bmodel%5D=")[1][:2]])
        return counted(44) if "event_summaries" in request.get("path", "") else healthy(kind, request)

    chunk = Chunk(js, answer)
    chunk.run(order() | {"groups": [group(0, [(0, 10), (1, 50), (1, 20)])]})
    sent = {":".join(event["identifier"].split(":")[-2:]): event["payload"]["value"] for event in chunk.posts}
    assert sent == {"0000000000:4": "6", "0000000001:0": "30"}


@pytest.mark.parametrize(
    "answer",
    [
        ok({**EMPTY, "has_more": True}), ok({}), ok({"object": "list", "has_more": False}), refusal(400), refusal(404),
        ok({**EMPTY, "data": [{"aggregated_value": 1}, {"aggregated_value": 2}]}),
        ok({**EMPTY, "data": [{"aggregated_value": 1.5}]}), ok({**EMPTY, "data": [{"aggregated_value": "7"}]}),
        ok({**EMPTY, "data": [{}]}), ok(EMPTY, 206), refusal(500),
    ],
)  # fmt: skip
def test_an_unproven_read_is_never_a_base_of_zero(js: Js, answer: Http) -> None:
    def stripe(kind: str, request: dict[str, Any]) -> Http:
        return answer if "event_summaries" in request.get("path", "") else healthy(kind, request)

    chunk = Chunk(js, stripe)
    result = chunk.run(order() | {"groups": [group(0, [(0, 10), (1, 50), (2, 5)])]})
    assert [event["payload"]["value"] for event in chunk.posts] == ["5"]
    assert [note["n"] for note in result["left"]] == ["10", "50"]


def test_a_closed_period_is_read_but_not_posted(js: Js) -> None:
    closed = group(0, [(0, 10), (1, 50), (2, 5)]) | {"closed": NOW - DAY - 1_200_000}
    chunk = Chunk(js, healthy)
    result = chunk.run(order() | {"groups": [closed]})
    assert [(note["reason"], note["n"]) for note in result["parked"]] == [
        ("period_closed", "10"),
        ("period_closed", "50"),
    ]
    assert [event["payload"]["value"] for event in chunk.posts] == ["5"]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "inactive"}, {"livemode": False}, {"event_time_window": "day"}, {"event_name": "x"},
        {"default_aggregation": {"formula": "count"}}, {"value_settings": {"event_payload_key": "tokens"}},
        {"customer_mapping": {"event_payload_key": "customer"}}, {"dimension_payload_keys": None},
        {"dimension_payload_keys": ["model"]},
    ],
)  # fmt: skip
def test_a_meter_that_does_not_fit_parks_its_facts(js: Js, change: dict[str, Any]) -> None:
    chunk = Chunk(js, lambda kind, request: meters("ai", **change) if "path" in request else healthy(kind, request))
    result = chunk.run(order())
    assert [(note["reason"], note["n"]) for note in result["parked"]] == [("meter_unsuitable", "100")]
    assert chunk.posts == []


def test_more_meters_than_a_page_are_all_seen(js: Js) -> None:
    def answer(kind: str, request: dict[str, Any]) -> Http:
        if request.get("path") == "meters?status=active&limit=100":
            return meters("other", more=True)
        return healthy(kind, request)

    chunk = Chunk(js, answer)
    assert chunk.run(order())["events"] == 1
    assert chunk.waves[1][0]["path"] == "meters?status=active&limit=100&starting_after=mtr_other"


@pytest.mark.parametrize("answer", [refusal(500), refusal(404), ok({}), {"error": {"code": "ETIMEDOUT"}}])
def test_without_the_list_of_meters_nothing_is_posted(js: Js, answer: Http) -> None:
    chunk = Chunk(js, lambda _kind, _request: answer)
    result = chunk.run(order())
    assert result["stopped"].startswith("Stripe's list of meters:")
    assert (chunk.posts, result["parked"]) == ([], [])


def sandbox(kind: str, request: dict[str, Any]) -> Http:
    return meters("ai", livemode=False) if request.get("path", "").startswith("meters?") else healthy(kind, request)


def test_a_sandbox_is_asked_no_faster_than_it_answers(js: Js) -> None:
    first, further = Chunk(js, sandbox), Chunk(js, sandbox)
    first.run(order(groups=50, livemode=False))
    assert [len(wave) for wave in first.waves] == [1, 20, 20, 10]
    assert first.naps == [1, 1]
    further.run(order(groups=50, livemode=False) | {"meters": {"ai": "mtr_ai"}})
    assert [len(wave) for wave in further.waves] == [20, 20, 10]
    assert further.naps == [1, 1, 1]  # the chunk before has just been at it


def test_a_sandbox_is_waited_for_only_as_long_as_waves_are_full(js: Js) -> None:
    chunk = Chunk(js, sandbox)
    chunk.run(order(groups=1, facts=30, livemode=False))
    assert [len(wave) for wave in chunk.waves] == [1] * 31
    assert chunk.naps == [1]


@pytest.mark.parametrize(("shard", "share"), [(None, 24), ({"number": 1, "of": 1}, 24), ({"number": 2, "of": 20}, 1)])
def test_shards_share_what_an_account_takes(js: Js, shard: dict[str, int] | None, share: int) -> None:
    assert js("ofLimit", {"run": {"shard": shard} if shard else {}}, 24) == share


def test_credits_have_no_model(js: Js) -> None:
    plain = group(0, [(2, 7)])
    plain["facts"][0] |= {"model": "", "token_type": ""}
    chunk = Chunk(js, lambda kind, r: meters("ai", dimension_payload_keys=[]) if "path" in r else healthy(kind, r))
    chunk.run(order(billing="weighted") | {"groups": [plain]})
    assert chunk.posts[0]["payload"] == {"stripe_customer_id": "cus_0", "value": "7"}
    assert {request["version"] for wave in chunk.waves for request in wave} == {"ga"}


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "Mon, 23 Nov 2026 06:20:00 GMT"}])
def test_who_asks_for_no_wait_gets_none(js: Js, headers: dict[str, str]) -> None:
    assert js("retryAfter", headers, NOW) == 0


@pytest.mark.parametrize("clock", ["2026-11-25T06:20:01Z", "", "soon"])
def test_a_chunk_that_is_old_or_of_no_known_time_posts_nothing(js: Js, clock: str) -> None:
    state = js("openChunk", order(), clock)
    assert "too old to post" in state["stopped"]
