"""What `make/SETUP.md` says that a run of a reacting scenario costs is what the interpreter counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.credits import CALL, EVENT, REPORT, WATCHING, cap_credits, gateway_credits, watching_run
from generator.rendering.plan import CapSource, Plan
from generator.replay.flows.case import FlowCase
from generator.replay.flows.make import MakeFlows
from generator.replay.flows.play import FlowPlay, variant
from generator.replay.setting import open_world
from generator.stripe_mock import Switches

AT = "2026-11-10T18:00:{:02}Z"
ASK = {"method": "GET", "query": {"client": "acme"}}
MODEL = {"method": "POST", "query": {"client": "globex"}, "body": {"model": "openai/gpt-4o", "messages": []}}
ROW = {"client": "acme", "model": "openai/gpt-4o-mini", "input": 10, "output": 1}
USED = {"at": "2026-11-10T12:00:00Z", "client": "acme", "model": "openai/gpt-4o", "input": 1_000, "output": 100}
PAYMENT = {"type": "invoice.payment_failed", "client": "acme"}


def plan_of(name: str = "example") -> Plan:
    plan = read_plan(resources.mappings() / f"{name}.yaml")[1]
    assert plan
    return plan


def costs(workflow: str, *steps: dict[str, Any], plan: Plan | None = None, **case: Any) -> list[int | None]:
    """Give the credits of each step, in order."""
    timed = [{"at": AT.format(second), "expect": None, **step} for second, step in enumerate(steps)]
    written = FlowCase.model_validate({"name": "credits", "workflow": workflow, "steps": timed, **case})
    meant = variant(plan or plan_of(), written)
    world, engine = open_world(meant, written.steps[0].at, Switches(), ticking=False), MakeFlows()
    engine.load(build(meant), workflow, meant)
    stage = FlowPlay(written, meant, world)
    for index, step in enumerate(written.steps, 1):
        stage.step(engine, index, step)
    return [deed.ended.credits for deed in stage.deeds]


def test_a_call_that_an_app_logs() -> None:
    first = {"method": "POST", "body": {"request_id": "r1", **ROW}}
    wrong = {"method": "POST", "body": {"request_id": "r2", **ROW, "input": -1}}
    assert costs("log-call", {"call": first}, {"call": first}, {"call": wrong}) == [
        CALL.stored, CALL.repeated, CALL.refused,
    ]  # fmt: skip


def test_an_event_of_stripe() -> None:
    plan = plan_of()
    channels = next(len(contact.channels) for contact in plan.contacts if contact.key == "acme")
    told, quiet, forged = costs(
        "stripe-events",
        {"event": PAYMENT},
        {"event": {"type": "charge.succeeded", "client": "acme"}},
        {"event": {**PAYMENT, "signature": "forged"}},
    )
    assert (told, quiet, forged) == (EVENT.told + EVENT.channel * (channels - 1), EVENT.quiet, EVENT.refused)


@pytest.mark.parametrize("name", ["example", "meter-per-rate", "weighted"])
@pytest.mark.parametrize("source", [CapSource.STRIPE, CapSource.LOG])
def test_a_question_about_a_cap(name: str, source: CapSource) -> None:
    plan = plan_of(name)
    plan = replace(plan, caps=replace(plan.caps, source=source))
    said = cap_credits(plan)
    steps: list[dict[str, Any]] = [{"call": ASK, "usage": [USED]}, {"call": ASK}, {"call": {**ASK, "key": "wrong"}}]
    assert costs("usage-cap", *steps, plan=plan, counted=True) == [said.looked_up, said.remembered, said.refused]
    plain = {"clients": {"acme": {"capped": False}}}
    assert costs("usage-cap", {"call": ASK}, plan=plan, **plain) == [said.plain]


def test_a_call_through_the_gateway() -> None:
    said = gateway_credits(plan_of())
    metered = {**MODEL, "query": {"client": "acme"}}
    looked_up, kept = costs("gateway-call", {"call": MODEL}, {"call": MODEL})
    assert kept == said.kept
    assert looked_up == said.kept + said.looked_up
    assert costs("gateway-call", {"call": metered}, {"call": metered}, gateway=["acme"])[1] == said.metered


def test_a_look_at_how_much_of_a_month_is_used() -> None:
    plan = plan_of()
    channels = next(len(contact.channels) for contact in plan.contacts if contact.key == "acme")
    tick = {"start": "Every hour"}
    few = {**USED, "at": "2026-11-09T12:00:00Z"}
    many = {**few, "input": 40_000_000}
    quiet, told, again = costs(
        "usage-thresholds", {**tick, "usage": [few]}, {**tick, "usage": [many]}, tick,
        clients={"acme": {"tokens": 50_000_000, "at": [50, 90]}},
    )  # fmt: skip
    assert quiet == watching_run(plan)
    assert told == watching_run(plan) + WATCHING.above + WATCHING.told + WATCHING.channel * channels
    assert again == watching_run(plan) + WATCHING.above


@pytest.mark.parametrize("codes", [1, 2])
def test_a_report_of_usage_that_stripe_could_not_count(codes: int) -> None:
    problems = [
        {"code": code, "client": "acme"} for code in ("meter_event_no_customer_defined", "meter_event_invalid_value")
    ]
    event = {"type": "v1.billing.meter.error_report_triggered", "problems": problems[:codes]}
    assert costs("meter-errors", {"event": event}) == [REPORT]
