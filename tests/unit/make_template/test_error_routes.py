"""A blueprint whose *Mapping* somebody pasted badly: the owner hears of the failed run once, and what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.rendering.registry import SCENARIOS
from generator.replay.flows.case import Arrival, Trouble
from generator.replay.flows.engine import Incoming, Reply
from generator.replay.flows.make import MakeFlows
from generator.replay.flows.post import letter, report, snapshot
from generator.replay.keys import keys_of
from generator.replay.setting import open_world
from generator.replay.world import World
from generator.stripe_mock import Switches

from .night import plan_of

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
INSTANT = {"stripe-events": "billing.alert.triggered", "meter-errors": "v1.billing.meter.no_meter_found"}
ROUTED = ("meter-usage", "stripe-events", "meter-errors", "ops-errors")
SECRET = "rk_" + "live_not_a_key"


def badly_pasted(files: dict[str, bytes], stem: str) -> dict[str, bytes]:
    """Cut the end of the data in *Mapping*, as a hasty paste does."""
    blueprint = json.loads(files[f"make/{stem}.json"])

    def spoil(flow: list[dict[str, Any]]) -> None:
        for module in flow:
            if module["metadata"]["designer"]["name"] == "Mapping":
                module["mapper"]["json"] = module["mapper"]["json"][:-2] + f' "{SECRET}'
            for route in module.get("routes", []):
                spoil(route["flow"])

    spoil(blueprint["flow"])
    return {**files, f"make/{stem}.json": json.dumps(blueprint).encode()}


def run(plan: Plan, stem: str) -> tuple[World, Reply]:
    world = open_world(plan, AT, Switches(), ticking=False)
    engine = MakeFlows()
    engine.load(badly_pasted(build(plan), stem), stem, plan)
    if stem not in INSTANT:
        return world, engine.start(world, "")
    trouble = Trouble(code="no_meter")
    event = Arrival(type=INSTANT[stem], id="evt_fake0001", client="acme", problems=(trouble,))
    thin = json.dumps(report(event, plan, AT).thin()).encode()
    body = thin if stem == "meter-errors" else snapshot(event, plan, AT)
    sent = letter(event, body, AT, *keys_of(plan).signing(stem))
    return world, engine.request(world, Incoming("POST", headers=sent.headers, body=sent.body))


@pytest.mark.parametrize("stem", ROUTED)
def test_a_mapping_that_cannot_be_read_is_told_once(stem: str) -> None:
    plan = plan_of("dimensions")
    assert stem in {scenario.stem for scenario in SCENARIOS}
    world, reply = run(plan, stem)
    (message,) = world.slack.messages
    assert message.channel == plan.ops_channel
    assert message.text.startswith(f"Failed: scenario {stem} at Mapping.\nIt said: ")
    assert "What to do: paste the whole of mapping.txt again" in message.text
    assert SECRET not in message.text
    # An instant scenario is switched off by its first failed run, so there the run ends well.
    assert reply.ended.status == ("done" if stem in INSTANT else "failed")
    assert reply.status == (200 if stem in INSTANT else 0)
