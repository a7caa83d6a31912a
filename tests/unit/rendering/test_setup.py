"""The pages beside the rendered files: what they say of a mapping's own dates is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build

ZONE = "Asia/Kolkata"


@pytest.mark.parametrize("size", ["day", "hour"])
@pytest.mark.parametrize("platform", ["n8n", "make"])
def test_a_client_that_leaves_stands_with_its_last_day(platform: str, size: str) -> None:
    _, plan, _ = read_plan(resources.mappings() / "weighted.yaml")
    assert plan
    leaving = replace(plan.clients[0], until=datetime(2027, 1, 1, tzinfo=ZoneInfo(ZONE)))
    own = replace(plan, clients=(leaving,), windows=replace(plan.windows, size=size, zone=ZONE))
    page = build(own)[f"{platform}/SETUP.md"].decode()
    (row,) = [line for line in page.splitlines() if line.startswith(f"| {leaving.key} |")]
    assert row.endswith("| 2026-12-31 |")
    assert "`since` on the first day that is to be billed" in page
