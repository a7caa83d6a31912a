"""What a question about a cap costs on Make is what SETUP.md says, and costs per unit are the plan's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.caps import source_of, unit_costs
from generator.rendering.credits import CAP_REMEMBERED, cap_credits, gateway_credits
from generator.rendering.plan import Billing, CapSource, Plan
from generator.replay.case import CASES
from generator.replay.flows.case import load_flow_case
from generator.replay.flows.player import FlowJob


def plan_of(name: str) -> Plan:
    plan = read_plan(resources.mappings() / f"{name}.yaml")[1]
    assert plan
    return plan


@pytest.mark.parametrize("name", ["example", "meter-per-rate", "weighted", "watch"])
def test_a_look_up_costs_what_setup_says(name: str) -> None:
    plan = plan_of(name)
    case = load_flow_case(CASES / "usage-cap" / "through-a-month.yaml").model_copy(update={"switches": "default"})
    row = FlowJob(case, plan, "make", 1, build).play()
    assert (row.failures, row.credits) == ((), cap_credits(plan).looked_up)


def test_a_credits_cost_is_the_same_for_every_pair() -> None:
    plan = plan_of("weighted")
    (cost,) = unit_costs(plan)
    for pair in plan.pairs:
        assert Decimal(cost["per_million"]) * (pair.weight or 0) == pair.cost * 10_000


def test_what_a_gateway_posts_is_in_no_log() -> None:
    plan = plan_of("example")
    gateway = replace(plan.contacts[0], gateway=True)
    pairs = tuple(replace(pair, event_name="token-billing-tokens") for pair in plan.pairs)
    in_log = replace(plan, caps=replace(plan.caps, source=CapSource.LOG), pairs=pairs)
    assert (source_of(gateway, in_log), source_of(plan.contacts[1], in_log)) == ("stripe", "log")
    assert source_of(gateway, plan) == source_of(gateway, replace(plan, billing=Billing.METER_PER_RATE)) == "none"


@pytest.mark.parametrize("path", ["gateway-meters", "log-keeps"])
def test_a_call_through_the_gateway_costs_what_setup_says(path: str) -> None:
    case = load_flow_case(CASES / "gateway-call" / f"{path}.yaml").model_copy(update={"switches": "default"})
    plan = plan_of("example")
    row, costs = FlowJob(case, plan, "make", 1, build).play(), gateway_credits(plan)
    looked_up = costs.metered if path == "gateway-meters" else costs.kept
    assert (row.failures, row.credits) == ((), looked_up + cap_credits(plan).looked_up - CAP_REMEMBERED - 1)
