"""Every file that any example renders is sound: no rule of `build --check` finds an error in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator import resources
from generator.checking.rendered import check_rendered
from generator.commands.read import read_plan
from generator.mapping.findings import Level
from generator.rendering.build import build
from generator.rendering.plan import CapSource, Plan

MAPPINGS = sorted(path.stem for path in resources.mappings().glob("*.yaml"))


def plan_of(name: str) -> Plan:
    plan = read_plan(resources.mappings() / f"{name}.yaml")[1]
    assert plan is not None
    return plan


def errors(plan: Plan) -> list[str]:
    return [str(finding) for finding in check_rendered(build(plan)) if finding.level is Level.ERROR]


@pytest.mark.parametrize("name", MAPPINGS)
def test_no_rendered_file_has_an_error(name: str) -> None:
    assert errors(plan_of(name)) == []


@pytest.mark.parametrize("name", MAPPINGS)
def test_caps_that_are_looked_up_in_the_log_are_sound_too(name: str) -> None:
    plan = plan_of(name)
    assert errors(replace(plan, caps=replace(plan.caps, source=CapSource.LOG))) == []
