"""The changes that replay must catch by name, on both platforms; lint is not asked."""

from __future__ import annotations

import pytest

from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import load_cases
from generator.replay.cast import variant
from generator.replay.engine import Engine
from generator.replay.make_engine import MakeEngine
from generator.replay.n8n_engine import N8nEngine
from generator.replay.stage import play
from generator.stripe_mock import Switches
from tests.replay.turns import FIRST

from .named import NAMED, Named
from .platforms import plans

N8N = [named for named in NAMED if named.file.startswith("n8n/")]
MAKE = [named for named in NAMED if named.file.startswith("make/")]
_CASES = {case.key: case for case in load_cases()}


def failures(named: Named, plan: Plan, engine: Engine, *, broken: bool) -> tuple[str, ...]:
    case = _CASES[named.case]
    asked = variant(plan, case, engine.name)
    files = dict(build(asked))
    if broken:
        files[named.file] = named.apply(files[named.file])
    return play(case, asked, files, engine, Switches()).failures


def dimensions() -> Plan:
    return next(plan for plan in plans() if plan.billing == "dimensions")


def name_of(named: Named) -> str:
    return named.name


@pytest.mark.parametrize("named", MAKE, ids=name_of)
def test_make_replay_catches(named: Named) -> None:
    assert failures(named, dimensions(), MakeEngine(), broken=True)


@pytest.mark.parametrize("case", sorted({named.case for named in MAKE}))
def test_unbroken_blueprint_passes(case: str) -> None:
    named = next(n for n in MAKE if n.case == case)
    assert not failures(named, dimensions(), MakeEngine(), broken=False)


@pytest.mark.engine
@FIRST
@pytest.mark.parametrize("named", N8N, ids=name_of)
def test_n8n_replay_catches(named: Named, n8n_engine: N8nEngine) -> None:
    assert failures(named, dimensions(), n8n_engine, broken=True)


@pytest.mark.engine
@FIRST
@pytest.mark.parametrize("case", sorted({named.case for named in N8N}))
def test_unbroken_workflows_pass(case: str, n8n_engine: N8nEngine) -> None:
    named = next(n for n in N8N if n.case == case)
    assert not failures(named, dimensions(), n8n_engine, broken=False)
