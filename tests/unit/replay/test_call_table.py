"""The simulated table of calls is the one that `log-call` writes: same columns, same rows for the same calls."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.flows.engine import Incoming
from generator.replay.flows.make import MakeFlows
from generator.replay.flows.n8n import tables
from generator.replay.keys import keys_of
from generator.replay.setting import open_world
from generator.replay.usage.calls import COLUMNS, CallTable
from generator.replay.usage.source import Row
from generator.stripe_mock import Switches

NOON = datetime(2026, 11, 10, 18, tzinfo=UTC)
ITERATIONS = [
    {"input_tokens": 40, "output_tokens": 5, "cache_read_input_tokens": 4},
    {"model": "gpt-4o", "input_tokens": 6, "output_tokens": 1},
]
CALLS: list[Row] = [
    {"request_id": "r1", "time": "2026-11-10T11:59:30.5-06:00", "client": "acme", "model": "gpt-4o", "input": "12"},
    {"request_id": 7, "time": "2026-11-10T17:00Z", "client": "x", "model": "y", "usage": {"promptTokenCount": 5}},
    {
        "request_id": "r3",
        "time": "2026-11-09T17:00:00Z",
        "client": "globex",
        "model": "claude-3-haiku",
        "usage": {"input_tokens": 1, "output_tokens": 1, "iterations": ITERATIONS},
    },
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    found = read_plan(resources.mappings() / "table.yaml")[1]
    assert found
    return found


def asked(plan: Plan, call: Row) -> Incoming:
    headers = {"content-type": "application/json", "authorization": f"Bearer {keys_of(plan).log_call}"}
    return Incoming("POST", headers=headers, body=json.dumps(call).encode())


def test_its_columns_are_those_that_log_call_writes(plan: Plan) -> None:
    assert tables(json.loads(build(plan)["n8n/log-call.json"])) == {"tokentill_calls": COLUMNS}


def test_its_rows_are_those_that_log_call_writes(plan: Plan) -> None:
    world, scenario = open_world(plan, NOON, Switches(), ticking=False), MakeFlows()
    scenario.load(build(plan), "log-call", plan)
    assert {scenario.request(world, asked(plan, call)).status for call in CALLS} == {200}
    stored = {str(row["request_id"]): dict(row) for row in scenario.stored()}
    assert stored == {row["request_id"]: row for row in CallTable(CALLS).records()}


def test_a_data_store_that_fails_is_told_and_the_caller_is_asked_to_come_again(plan: Plan) -> None:
    world, scenario = open_world(plan, NOON, Switches(), ticking=False), MakeFlows()
    scenario.load(build(plan), "log-call", plan)
    scenario.store.state = "down"
    reply = scenario.request(world, asked(plan, CALLS[0]))
    assert (reply.status, reply.ended.status) == (503, "done")
    assert ["A call of acme was not stored" in message.text for message in world.slack.messages] == [True]


def test_a_mapping_that_cannot_be_read_is_told_and_the_scenario_stays_on(plan: Plan) -> None:
    world, scenario = open_world(plan, NOON, Switches(), ticking=False), MakeFlows()
    files = build(plan)
    broken = files["make/log-call.json"].replace(b'\\"format\\":1', b'\\"format\\":')
    scenario.load({**files, "make/log-call.json": broken}, "log-call", plan)
    reply = scenario.request(world, asked(plan, CALLS[0]))
    assert (reply.status, reply.ended.status) == (503, "done")
    assert ["at Mapping" in message.text for message in world.slack.messages] == [True]
