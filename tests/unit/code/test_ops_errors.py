"""What a failed run says to the owner, and when a silence is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Js = Callable[..., Any]

MAPPING = {"slack": {"ops": "C0OPS"}, "window": {"size": "day", "zone": "America/Chicago", "lookback": 3}}
NOON = "2026-11-24T18:00:00.000Z"


def failed(message: str = "boom", **execution: Any) -> dict[str, Any]:
    own = {"id": "7", "url": "https://n8n.example.com/workflow/a/executions/7", "mode": "trigger"}
    run = {**own, "lastNodeExecuted": "Totals", "error": {"message": message}, **execution}
    return {"execution": run, "workflow": {"id": "a1", "name": "meter-usage"}}


def told(js: Js, failure: dict[str, Any]) -> str:
    (message,) = js("tellFailure", failure, MAPPING)
    assert message["channel"] == "C0OPS"
    return str(message["text"])


def test_a_failed_run_says_which_where_why_and_what_to_do(js: Js) -> None:
    assert told(js, failed("<!channel> & more\nhere", mode="webhook")) == (
        "Failed: workflow meter-usage at Totals.\n"
        "It said: &lt;!channel&gt; &amp; more here\n"
        "The run, started by a request: https://n8n.example.com/workflow/a/executions/7\n"
        "What to do: Nothing is lost: mend it and start a run by hand, or leave it to the next one, which catches up."
    )


@pytest.mark.parametrize(
    ("workflow", "step"),
    [
        ("usage-cap", "Mend it: whoever got no answer does meanwhile what it does without one."),
        ("gateway-call", "Mend it: whoever got no answer does meanwhile what it does without one."),
        ("meter-usage-native", "Mend it and start a run of meter-usage: it posts what is missing."),
        ("usage-thresholds", "Nothing is lost: mend it; its next run tells what is due by then."),
        ("mine", "Open the run in n8n, mend what it names, and start it again."),
        *(
            (name, "Mend it, then press *Retry* on the run: an event that was answered is not sent again by Stripe.")
            for name in ("stripe-events", "meter-errors")
        ),
    ],
)
def test_each_workflow_has_a_next_step(js: Js, workflow: str, step: str) -> None:
    failure = failed() | {"workflow": {"id": "a1", "name": workflow}}
    assert told(js, failure).splitlines()[-1] == f"What to do: {step}"


SECRETS = (
    "rk_" + "live_not_a_key", "whsec_" + "not_a_secret", "xoxb-" + "not-a-token", "Bearer not.a.token",
    "Basic " + "bm90OmEta2V5", "sk-proj-notakeyatall", "eyJ" + "notatoken.notatoken.notatoken", "0123456789abcdef" * 2,
)  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_no_key_that_an_error_holds_is_told(js: Js, secret: str) -> None:
    error = {"message": f"refused ({secret})", "description": f"GET https://u:pass@log.example.com/v1?key={secret}#x"}
    said = told(js, failed(error=error))
    assert secret.split(" ")[-1] not in said
    assert "pass" not in said
    assert "refused" in said
    assert "log.example.com/v1" in said


def test_a_call_that_was_not_kept_is_told_whole(js: Js) -> None:
    call = (
        '{"request_id":"chatcmpl-0123456789abcdef0123456789","client":"acme","usage":{"prompt_tokens":5'
        + "0" * 400
        + "}}"
    )
    failure = failed(f"log-call did not keep a call; mend it, then send it this: {call}")
    assert call in told(js, failure | {"workflow": {"id": "a1", "name": "gateway-call"}})


def test_a_call_that_was_not_kept_holds_no_key_and_only_one_workflow_may_say_so(js: Js) -> None:
    words = "log-call did not keep a call; mend it, then send it this: xoxb-" + "not-a-token " + "long " * 200
    failure = failed(error={"message": words, "description": "0123456789abcdef" * 2})
    said = told(js, failure | {"workflow": {"id": "a1", "name": "gateway-call"}})
    assert "not-a-token" not in said
    assert "0123456789abcdef" not in said
    assert len(told(js, failure)) < 700


@pytest.mark.parametrize("workflow", ["gateway-call", "log-call", "meter-usage-shard", "usage-cap"])
def test_a_run_that_is_not_kept_is_not_pointed_at(js: Js, workflow: str) -> None:
    said = told(js, failed(mode="webhook") | {"workflow": {"id": "a1", "name": workflow}})
    assert "The run, started by a request: not kept, since a caller's key would stand in it" in said
    assert "https://" not in said


def test_a_long_error_is_cut(js: Js) -> None:
    assert len(told(js, failed("far too long " * 400))) < 700


def test_a_run_that_told_itself_is_not_told_twice(js: Js) -> None:
    report: dict[str, Any] = js("report", {**MAPPING, "name": "N", "billing": "dimensions"}, RUN, [], [], [], "x", [])
    assert report["failed"]
    assert js("tellFailure", failed(report["why"], lastNodeExecuted="Fail the run"), MAPPING) == []
    assert js("tellFailure", failed(mode="integrated"), MAPPING) == []


RUN = {"now": 0, "backfill": False, "again": "", "windows": [{"label": "2026-11-23"}], "newest": "2026-11-23"}


def test_a_trigger_that_could_not_be_set_up_is_told(js: Js) -> None:
    failure = {"trigger": {"error": {"message": "bad cron"}, "mode": "trigger"}, "workflow": {"name": "mine"}}
    assert told(js, failure).splitlines()[:2] == [
        "Failed: workflow mine, which could not be set off.",
        "It said: bad cron",
    ]


@pytest.mark.parametrize(
    ("rows", "tells"),
    [
        ([], "no run of meter-usage has ever come to its end"),
        ([{}], "no run of meter-usage has ever come to its end"),
        ([{"what": "silence", "at": "never"}], ""),
        ([{"what": "meter-usage", "at": "2026-11-23T16:00:00.001Z"}], ""),
        ([{"what": "meter-usage", "at": "2026-11-23T16:00:00.000Z"}], "since 2026-11-23 10:00 (America/Chicago)"),
        (
            [
                {"what": "meter-usage", "at": "2026-11-22T16:00:00.000Z"},
                {"what": "silence", "at": "2026-11-22T16:00:00.000Z"},
            ],
            "",
        ),
        (
            [
                {"what": "meter-usage", "at": "2026-11-22T16:00:00.000Z"},
                {"what": "silence", "at": "2026-11-20T16:00:00.000Z"},
            ],
            "since 2026-11-22 10:00",
        ),
    ],
)
def test_26_hours_without_a_run_are_told_once(js: Js, rows: list[dict[str, str]], tells: str) -> None:
    messages = js("tellSilence", rows, NOON, MAPPING)["messages"]
    assert [tells in message["text"] for message in messages] == ([True] if tells else [])
