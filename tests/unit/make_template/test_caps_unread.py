"""After a paste that went wrong whoever asks is told, and Make leaves the scenario on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.replay.flows.engine import Incoming
from generator.replay.flows.make import MakeFlows
from generator.replay.keys import keys_of
from generator.replay.setting import open_world
from generator.stripe_mock import Switches


@pytest.mark.parametrize(("workflow", "method"), [("usage-cap", "GET"), ("gateway-call", "POST")])
def test_a_mapping_that_cannot_be_read_is_answered(workflow: str, method: str) -> None:
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    files, path = dict(build(plan)), f"make/{workflow}.json"
    files[path] = files[path].replace(b'\\"caps\\":', b'\\"caps\\"', 1)
    flows = MakeFlows()
    flows.load(files, workflow, plan)
    world = open_world(plan, datetime(2026, 11, 10, 18, tzinfo=UTC), Switches(), ticking=False)
    headers = {"authorization": f"Bearer {keys_of(plan).calling(workflow)}"}
    body = b'{"model": "openai/gpt-4o", "messages": []}' if method == "POST" else b""
    reply = flows.request(world, Incoming(method, {"client": plan.contacts[0].key}, headers, body))
    assert (reply.status, reply.ended.status) == (500, "done")
    assert b"paste the whole of mapping.txt again" in reply.body
    assert not world.exchanges
