"""Nights on which something fails: nothing is lost, nothing counts twice, and the report says what is missing."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from generator.replay.faults import NoAnswer
from generator.stripe_mock.exchange import Request, Response

from .night import FIRST_RUN, MODES, Night, plan_of, row

DAY = timedelta(days=1)
ONCE = [
    {"fault": "429"},
    {"fault": "429", "retry_after": "40"},
    {"fault": "429", "retry_after": "400"},
    {"fault": "409"},
    {"fault": "500"},
    {"fault": "503"},
    {"fault": "sticky_500"},
    {"fault": "reset_peer"},
    {"fault": "lost_response"},
    {"fault": "timeout"},
    {"fault": "stored_timeout"},
    {"fault": "html"},
    {"fault": "stored_html"},
    {"fault": "408", "should_retry": "true"},
]


def waits(night: Night, target: str) -> list[float]:
    """List the seconds between the requests to one service."""
    at = [e.at for e in night.world.exchanges if e.target == target]
    return [(two - one).total_seconds() for one, two in itertools.pairwise(at)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", ONCE, ids=lambda f: "-".join(f.values()))
def test_an_answer_that_fails_once_is_tried_again(mode: str, fault: dict[str, str]) -> None:
    night = Night(plan_of(mode, 1), row(input=1200))
    run = night.run({"on": "meter_event", "calls": [1], **fault})
    assert run.error is None
    assert (night.told.posted, night.told.events) == (night.counted, 1)
    assert len({post["identifier"] for post in night.posts}) == 1
    assert "Left" not in night.text


@pytest.mark.parametrize("target", ["usage", "meters"])
@pytest.mark.parametrize("fault", ["429", "500", "reset_peer", "timeout", "html"])
def test_what_is_pulled_is_pulled_again(target: str, fault: str) -> None:
    night = Night(plan_of("dimensions", 1), row(input=1200))
    night.run({"on": target, "calls": [1, 2], "fault": fault})
    assert night.counted == 1200


@pytest.mark.parametrize("seconds", ["40", "400"])
def test_retry_after_is_obeyed(seconds: str) -> None:
    night = Night(plan_of("dimensions", 1), row(input=1200))
    night.run({"on": "meter_event", "calls": [1], "fault": "429", "retry_after": seconds})
    (wait,) = waits(night, "meter_event")
    assert int(seconds) <= wait <= int(seconds) + 1


def test_retry_after_as_a_date_counts_from_now() -> None:
    night = Night(plan_of("dimensions", 1), row(input=1200))
    date = "Mon, 23 Nov 2026 06:20:45 GMT"
    night.run({"on": "meter_event", "calls": [1], "fault": "429", "retry_after": date})
    (wait,) = waits(night, "meter_event")
    assert 43 <= wait <= 46


def test_waits_grow_up_to_their_cap_and_end() -> None:
    night = Night(plan_of("dimensions", 1), row(input=1200))
    night.run({"on": "meter_event", "fault": "429"})
    found = waits(night, "meter_event")
    assert len(found) == night.plan.retry.attempts - 1
    for low, wait in zip((2, 4, 8, 16, 30), found, strict=True):
        assert low <= wait <= 2 * low + 0.5
    assert night.told.total("Left") == 1200
    assert "Left: 1,200 tokens (acme openai/gpt-4o input 2026-11-22: 1,200)" in night.text
    assert night.told.posted == 0


def test_the_budget_of_waits_is_one_for_the_run() -> None:
    night = Night(
        plan_of("dimensions", 1), *(row(c.key, "gpt-4o", input=10, output=1) for c in plan_of("dimensions").clients)
    )
    run = night.run({"on": "meter_event", "fault": "500"})
    slept = sum(float(step.what.split()[1]) for step in run.steps if step.what.startswith("slept"))
    assert slept <= night.plan.retry.budget_s
    assert night.told.total("Left") == 44


def test_a_run_that_hangs_all_the_time_still_tells() -> None:
    rows = [row(c.key, m, input=10, output=1) for c in plan_of("dimensions").clients for m in ("gpt-4o", "gpt-4o-mini")]
    night = Night(plan_of("dimensions", 3), *rows, *({**one, "time": "2026-11-21T15:00:00Z"} for one in rows))
    run = night.run({"on": "meter_event", "fault": "timeout"}, {"on": "summary", "fault": "timeout"})
    assert run.seconds < 40 * 60
    assert night.told.total("Left") == 2 * 8 * 11
    assert night.told.last_call == ""


def test_nothing_is_started_when_the_run_gets_late() -> None:
    rows = [row(c.key, "gpt-4o", t, input=10) for c in plan_of("dimensions").clients
            for t in ("2026-11-22T15:00Z", "2026-11-21T15:00Z")]  # fmt: skip
    night = Night(plan_of("dimensions", 3), *rows)
    started = night.world.clock.now()

    def slow(request: Request) -> Response | None:
        if request.path == "/v2/billing/meter_events":
            night.world.clock.advance(700)
        return None

    night.run(answer=slow)
    last = max(e.at for e in night.world.exchanges if e.target in {"meter_event", "summary"})
    assert last - started < timedelta(minutes=40)
    assert night.counted + night.told.total("Left") == 80
    assert night.told.total("Left") >= 40


@pytest.mark.parametrize("status", ["401", "403"])
@pytest.mark.parametrize("target", ["usage", "meters", "summary", "meter_event"])
def test_a_refused_key_ends_the_run_with_one_message(target: str, status: str) -> None:
    night = Night(plan_of("dimensions", 3), row(input=5), row(time="2026-11-21T15:00:00Z", input=7))
    run = night.run({"on": target, "fault": status})
    assert run.status == "error"
    assert len(night.world.slack.messages) == 1
    assert "refused the key" in night.told.stopped
    assert sum(e.target == target for e in night.world.exchanges) == 1
    assert night.told.posted == night.counted


def test_a_key_that_is_refused_half_way_tells_what_was_posted() -> None:
    plan = plan_of("meter_per_rate", 1)
    night = Night(plan, *(row(c.key, m, input=3, output=4) for c in plan.clients for m in ("gpt-4o", "gpt-4o-mini")))
    night.run({"on": "meter_event", "calls": [6], "fault": "401"})
    assert (night.told.posted, night.told.events) == (night.counted, 5)


def test_other_refusals_are_parked_with_stripes_words() -> None:
    night = Night(plan_of("dimensions", 1), row(input=1200))

    def refuse(request: Request) -> Response | None:
        error = {"code": "odd", "message": "No such <meter> & co.\nSorry"}
        return Response.json(422, {"error": error}) if request.method == "POST" and "stripe" in request.host else None

    night.run(answer=refuse)
    said = (
        "refused: 1,200 tokens (acme openai/gpt-4o input 2026-11-22: 1,200 [422 No such &lt;meter&gt; &amp; co. Sorry])"
    )
    assert f"Parked: 1,200 tokens\n• {said}" in night.text
    assert night.told.last_call == "2026-11-22"


def test_stripe_may_say_do_not_retry() -> None:
    night = Night(plan_of("dimensions", 1), row(input=1200))
    night.run({"on": "meter_event", "fault": "500", "should_retry": "false"})
    assert (len(night.posts), night.told.total("Left")) == (1, 1200)


def test_a_failing_page_stops_the_run() -> None:
    night = Night(plan_of("dimensions", 1, per_page=2), *(row(input=1) for _ in range(5)))
    run = night.run({"on": "usage", "calls": [2, 3, 4, 5, 6, 7], "fault": "500"})
    assert (run.status, night.posts) == ("error", [])
    assert "page 2 did not come whole" in night.told.stopped


def test_a_page_that_fails_once_is_pulled_again() -> None:
    night = Night(plan_of("dimensions", 1, per_page=2), *(row(input=1) for _ in range(5)))
    night.run({"on": "usage", "calls": [1, 3], "fault": "500"})
    assert night.counted == 5


WRONG: list[tuple[Any, str]] = [
    ({"complete": True, "total": 0, "page": 1}, "no rows"),
    ({"rows": None, "complete": True, "total": 0, "page": 1}, "no rows"),
    ({"rows": [], "complete": False, "total": 0, "page": 1}, "not complete"),
    ({"rows": [], "total": 0, "page": 1}, "not complete"),
    ({"rows": [], "complete": True, "total": 0, "page": 2}, "not the one asked for"),
    ({"rows": [], "complete": True, "total": 0}, "not the one asked for"),
    ({"rows": [], "complete": True, "total": 1, "page": 1}, "total"),
    ({"rows": [], "complete": True, "page": 1}, "total"),
    ({"rows": [{}], "complete": True, "total": 0, "page": 1}, "total"),
    ({"error": "x"}, "no rows"),
]


@pytest.mark.parametrize(("body", "why"), WRONG)
def test_an_answer_of_the_log_that_breaks_its_contract_stops_the_run(body: Any, why: str) -> None:
    night = Night(plan_of("dimensions", 1))
    run = night.run(answer=lambda r: Response.json(200, body) if r.host == "usage.example.com" else None)
    assert run.status == "error"
    assert why in night.told.stopped
    assert night.told.posted == 0


def test_silence_of_the_log_stops_the_run_after_its_tries() -> None:
    night = Night(plan_of("dimensions", 1), row())
    asked = 0

    def silent(request: Request) -> Response | None:
        nonlocal asked
        if request.host == "usage.example.com":
            asked += 1
            raise NoAnswer("reset")
        return None

    assert night.run(answer=silent).status == "error"
    assert (asked, night.told.stopped) == (6, "the usage log: no answer")


def test_an_unread_fact_is_left_and_the_others_are_posted() -> None:
    older = [row(model=m, time="2026-11-21T15:00:00Z", input=7) for m in ("gpt-4o", "gpt-4o-mini", "claude-3-haiku")]
    night = Night(plan_of("dimensions", 3), *older)
    night.run({"on": "summary", "calls": [3, 4, 5, 6, 7, 8], "fault": "500"})
    assert (night.counted, night.told.total("Left")) == (14, 7)
    night.run(at=FIRST_RUN + timedelta(hours=1))
    assert (night.counted, "Left" in night.text) == (21, False)


def test_the_sum_of_corrections_never_exceeds_what_the_range_lacks() -> None:
    night = Night(plan_of("dimensions", 4), row(time="2026-11-20T15:00:00Z", input=100, request_id="a"))
    night.run(at=FIRST_RUN - DAY)
    assert night.counted == 100
    night.world.log.rows[:] = [
        row(time="2026-11-21T15:00:00Z", input=100, request_id="a"),
        row(time="2026-11-20T15:00:00Z", input=30, request_id="b"),
    ]
    night.run(at=FIRST_RUN + DAY / 2)
    assert night.counted == 130


def test_more_than_a_hundred_meters_stop_the_run() -> None:
    night = Night(plan_of("dimensions", 1), row())
    for number in range(100):
        night.world.stripe.create_meter(f"other_{number}")
    assert night.run().status == "error"
    assert "more than 100 active meters" in night.told.stopped


@pytest.mark.parametrize(
    "change",
    [
        {"default_aggregation": {"formula": "count"}},
        {"event_time_window": "day"},
        {"livemode": True},
        {"value_settings": {"event_payload_key": "tokens"}},
        {"customer_mapping": {"event_payload_key": "customer", "type": "by_id"}},
        {"dimension_payload_keys": ["model"]},
        {"event_name": "ai_tokens2"},
        {"status": "inactive"},
    ],
    ids=str,
)
def test_an_unsuitable_meter_parks_its_facts(change: dict[str, Any]) -> None:
    night = Night(plan_of("dimensions", 1), row(input=5, output=6))

    def changed(request: Request) -> Response | None:
        if not request.path.endswith("/billing/meters"):
            return None
        body = {
            "object": "list",
            "has_more": False,
            "data": [{**night.world.stripe.meters[0].rendered(preview=True), **change}],
        }
        return Response.json(200, body)

    night.run(answer=changed)
    assert (night.posts, night.told.parked) == ([], {"meter_unsuitable": 11})
