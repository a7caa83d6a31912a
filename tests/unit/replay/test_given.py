"""A plan read back from a rendered file: enough to judge workflows that tell somebody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.replay.given import plan_of


@pytest.mark.parametrize("name", ["example", "prices"])
def test_clients_come_back_with_their_month_and_their_channels(name: str) -> None:
    plan = read_plan(Path(resources.mappings() / f"{name}.yaml"))[1]
    assert plan
    held = plan_of({"n8n/usage-thresholds.json": build(plan)["n8n/usage-thresholds.json"]})
    assert held
    assert [replace(client, cap=None) for client in plan.clients] == list(held.clients)
    assert [(one.key, one.name, one.channels) for one in plan.contacts] == [
        (one.key, one.name, one.channels) for one in held.contacts
    ]
