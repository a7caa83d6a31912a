"""`log-call` on the real engine, where cases cannot go: many at once, from another workflow, a table that fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests
from tiny_workflows import chain, child, code, manual

from generator import resources
from generator.commands.read import read_plan
from generator.errors import EngineFailure
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.flows.engine import Incoming
from generator.replay.flows.n8n import N8nFlows
from generator.replay.keys import keys_of
from generator.replay.setting import open_world
from generator.replay.usage.calls import COLUMNS, CallTable
from generator.replay.world import World
from generator.stripe_mock import Switches

pytestmark = pytest.mark.engine
NOON = datetime(2026, 11, 10, 18, tzinfo=UTC)
ROW = {"request_id": "r1", "client": "acme", "model": "openai/gpt-4o-mini", "input": 5, "output": 2}


@pytest.fixture
def plan() -> Plan:
    found = read_plan(resources.mappings() / "example.yaml")[1]
    assert found
    return found


@pytest.fixture
def world(plan: Plan, n8n_flows: N8nFlows) -> World:
    n8n_flows.load(build(plan), "log-call", plan)
    return open_world(plan, NOON, Switches(), ticking=True)


def incoming(plan: Plan, row: Mapping[str, object]) -> Incoming:
    headers = {"content-type": "application/json", "authorization": f"Bearer {keys_of(plan).log_call}"}
    return Incoming("POST", headers=headers, body=json.dumps(row).encode())


def test_a_call_that_is_sent_ten_times_at_once_is_stored_once(plan: Plan, world: World, n8n_flows: N8nFlows) -> None:
    assert n8n_flows.request(world, incoming(plan, {**ROW, "request_id": "r0"})).status == 200
    ask, server = incoming(plan, ROW), n8n_flows.server

    def send(_: int) -> int:
        url = f"{server.url}/webhook/tokentill-log-call"
        return requests.post(url, data=ask.body, headers=ask.headers, timeout=60).status_code

    with server.attached(world.handle, sorted(world.hosts), world.clock), ThreadPoolExecutor(10) as pool:
        assert list(pool.map(send, range(10))) == [200] * 10
    assert [row["request_id"] for row in n8n_flows.stored()] == ["r0", "r1"]


def test_another_workflow_gets_status_and_answer(world: World, n8n_flows: N8nFlows) -> None:
    server = n8n_flows.server
    calls = [[ROW], [{"client": "acme"}], [ROW, ROW]]
    for row, (status, words) in zip(calls, [(200, "stored"), (400, "model has"), (400, "one JSON")], strict=True):
        script = f"return {json.dumps(row)}.map((json) => ({{ json }}));"
        parent = server.library.put_workflow(
            chain("parentOfLogCall1", manual(), code(script), child("tokentillLogCall01"))
        )
        with server.attached(world.handle, sorted(world.hosts), world.clock):
            given = server.runs.run(parent, "Start").node_output("Child")
        assert [item["status"] for item in given] == [status]
        assert words in json.dumps(given[0]["answer"])


def test_a_table_that_fails_is_no_stored_call(plan: Plan, world: World, n8n_flows: N8nFlows) -> None:
    n8n_flows.server.library.put_table("tokentill_calls", {"something_else": "string"})
    reply = n8n_flows.request(world, incoming(plan, ROW))
    assert (reply.status, reply.ended.status) == (500, "failed")
    with pytest.raises(EngineFailure, match="is not stored"):  # the caller's key would stand in it
        n8n_flows.server.runs.execution(n8n_flows.server.runs.begun[-1].execution)
    n8n_flows.server.library.put_table("tokentill_calls", COLUMNS)
    assert n8n_flows.request(world, incoming(plan, ROW)).status == 200
    assert [row["request_id"] for row in n8n_flows.stored()] == ["r1"]


def test_the_rows_are_those_of_the_simulated_table(plan: Plan, world: World, n8n_flows: N8nFlows) -> None:
    calls = [{**ROW, "time": "2026-11-10T11:59:30.5-06:00"}, {**ROW, "request_id": 7, "time": "2026-11-10T17:00Z"}]
    assert {n8n_flows.request(world, incoming(plan, call)).status for call in calls} == {200}
    rows = [{name: row[name] for name in COLUMNS} for row in n8n_flows.stored()]
    assert rows == CallTable(calls).records()
