"""Other people's mappings: what a month's usage is there, by the judge's own model alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.plan import Plan
from generator.replay.command import Ask, reacting


def plan_of(name: str, **windows: str) -> Plan:
    plan = read_plan(resources.mappings() / f"{name}.yaml")[1]
    assert plan
    clients = tuple(replace(client, expected_month=client.expected_month or Decimal(400)) for client in plan.clients)
    return replace(plan, clients=clients, windows=replace(plan.windows, **windows))


PLANS = {
    "own markup and currency, and days that cut the anchor's hour": plan_of("prices", zone="Asia/Kathmandu"),
    "hours": plan_of("example", size="hour"),
    "a provider's report": plan_of("openai"),
    "the platform's own table": plan_of("table"),
    "a Google Sheet": plan_of("google-sheets"),
    "a file": plan_of("file"),
}


@pytest.mark.parametrize("case", ["roll-over", "source-down"])
@pytest.mark.parametrize("name", PLANS)
def test_thresholds_hold_elsewhere(name: str, case: str) -> None:
    (job,) = reacting(Ask([PLANS[name]], names=[f"usage-thresholds/{case}"], quick=True), "make")
    assert not (row := job.play()).failures, "\n".join(row.failures)
