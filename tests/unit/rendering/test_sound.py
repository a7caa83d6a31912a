"""Every file that any example renders is sound: no rule of `build --check` finds anything in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from generator import resources
from generator.checking.rendered import check_rendered
from generator.commands.read import read_plan
from generator.rendering.build import build, serialise
from generator.rendering.make import render_make
from generator.rendering.plan import CapSource, Plan

MAPPINGS = sorted(path.stem for path in resources.mappings().glob("*.yaml"))


def plan_of(name: str) -> Plan:
    plan = read_plan(resources.mappings() / f"{name}.yaml")[1]
    assert plan is not None
    return plan


def found(files: Mapping[str, bytes]) -> list[str]:
    return [str(finding) for finding in check_rendered(files)]


@pytest.mark.parametrize("name", MAPPINGS)
def test_no_rendered_file_has_a_fault(name: str) -> None:
    assert found(build(plan_of(name))) == []


@pytest.mark.parametrize("name", MAPPINGS)
def test_caps_that_are_looked_up_in_the_log_are_sound_too(name: str) -> None:
    plan = plan_of(name)
    asking = replace(plan, caps=replace(plan.caps, source=CapSource.LOG))
    blueprints = render_make(asking, resources.templates(), ("usage-cap", "gateway-call"))
    assert found({f"make/{stem}.json": serialise(data) for stem, data in blueprints.items()}) == []
