"""A file of usage on Make: what stops a run, how lines are understood, what a night costs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from generator.rendering.credits import estimate
from generator.replay.make import Run, Switches
from generator.stripe_mock.exchange import Request, Response

from .night import Night, plan_of, row

PLAN = plan_of("weighted", 1, source="file", source_url="https://usage.example.com/usage")
HEAD = "time,client,model,input\n"
LINE = "2026-11-22T15:00:00Z,acme,gpt-4o,5\n"
OBJECT = json.dumps(row(input=5)) + "\n"


def gives(text: str, kind: str = "text/plain") -> Callable[[Request], Response | None]:
    """Answer the request for the file with this text."""
    answer = Response(200, {"content-type": kind}, text.encode())
    return lambda request: answer if request.host == "usage.example.com" else None


def night(text: str, switches: Switches | None = None, kind: str = "text/plain") -> tuple[Night, Run]:
    found = Night(PLAN)
    return found, found.run(answer=gives(text, kind), switches=switches)


def weight(tokens: int) -> int:
    (pair,) = (p for p in PLAN.pairs if (p.model, p.token_type) == ("openai/gpt-4o", "input"))
    assert pair.weight
    return tokens * pair.weight


@pytest.mark.parametrize(
    "text",
    [
        HEAD + LINE,
        f"\ufeff{HEAD}\r\n \r\n,,,\r\n{LINE}".replace("\n", "\r\n"),
        f"{HEAD}{LINE}".replace(",", " ; "),
        "model;input;x;client;time\ngpt-4o;5;,;acme;2026-11-22T15:00:00Z\n",
        f"{HEAD}{LINE}{HEAD}",
        OBJECT,
        f"\ufeff\r\n{OBJECT}\r\n  \r\n",
        json.dumps(row(usage={"prompt_tokens": 5, "completion_tokens": 0})) + "\n",
        json.dumps(row(input=5, note='a "b" \\ \t,{"row":1}')) + "\n",
    ],
)
@pytest.mark.parametrize("kind", ["text/csv", "application/json", "application/x-ndjson", "application/octet-stream"])
def test_lines_are_understood_in_both_forms(text: str, kind: str) -> None:
    found, run = night(text, kind=kind)
    assert (run.status, found.counted) == ("success", weight(5))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<html>\nlog in\n", "its header lacks time, client, model"),
        ("time,model\n", "its header lacks client"),
        ('time,client,model\n"a,b",c,d\n', "Make reads CSV without quotes"),
        ("time\tclient\tmodel\n", "Make reads CSV without quotes"),
        ("time,client,model\na\\n,c,d\n", "Make reads CSV without quotes"),
        (OBJECT + "no json\n", "a line is no JSON"),
        (OBJECT + '{"time": \n', "a line is no JSON"),
    ],
)
@pytest.mark.parametrize("switches", [Switches(), Switches(zero_bundles="empty"), Switches(split_nothing="one")])
def test_what_is_no_file_of_usage_stops_the_run(text: str, why: str, switches: Switches) -> None:
    found, _ = night(text, switches)
    assert (found.counted, f"the usage file: {why}" in found.text) == (0, True)


@pytest.mark.parametrize("text", ["", " \n", (HEAD + LINE).strip(), OBJECT.strip()])
def test_a_file_without_a_last_newline_is_asked_for_again_and_never_taken(text: str) -> None:
    found, run = night(text)
    assert (found.counted, "the usage file: it is empty, or its last line does not end" in found.text) == (0, True)
    assert sum(one.module.id == 14 for one in run.operations) > 1


@pytest.mark.parametrize("status", [201, 204, 301, 404, 429, 500])
def test_what_comes_with_another_status_is_no_file(status: int) -> None:
    found = Night(PLAN)
    body = Response(status, {"content-type": "application/json"}, OBJECT.encode())
    found.run(answer=lambda request: body if request.host == "usage.example.com" else None)
    assert (found.counted, f"the usage file: answered {status}" in found.text) == (0, True)


@pytest.mark.parametrize("text", [HEAD, HEAD + "\n,,,\n"])
def test_a_file_without_calls_is_a_night_without_usage(text: str) -> None:
    found, run = night(text)
    assert (run.status, found.counted, "the usage file" in found.text) == ("success", 0, False)


@pytest.mark.parametrize("line", ['{"input": null, "output": 5}', '{"input": "1,234"}', '{"input": true}', "{}"])
def test_a_count_that_is_none_parks_its_row(line: str) -> None:
    text = OBJECT + json.dumps({**row(), "input": None} | json.loads(line)) + "\n"
    found, _ = night(text)
    assert found.counted == weight(5)
    assert "bad_count: 0 tokens (rows 2)" in found.text


def test_a_line_that_is_no_object_is_parked_as_on_n8n() -> None:
    found, _ = night(OBJECT + "[1]\n7\n")
    assert found.counted == weight(5)
    assert "bad_time: 0 tokens (rows 2, 3)" in found.text


def test_a_night_costs_what_setup_says() -> None:
    lines = [f"2026-11-22T15:00:00Z,{c.key},gpt-4o,7\n" for c in PLAN.clients]
    assert night(HEAD + "".join(lines))[1].credits == estimate(PLAN).run
