"""Every case on both platforms, in every billing mode in which it matters, under the switches that it meets."""

from collections.abc import Mapping

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.commands.replay import MODES
from generator.rendering.plan import Plan
from generator.replay.command import Ask, Job, jobs, together
from generator.replay.engine import Engine
from generator.replay.matrix import Row
from generator.replay.usage.folder import missing
from tests.lacking import lacking
from tests.replay.shelf import Shelf
from tests.replay.turns import in_turns


def plans() -> list[Plan]:
    found = [read_plan(resources.mappings() / f"{name}.yaml")[1] for name in MODES]
    return [plan for plan in found if plan is not None]


ASK = Ask(plans())


def name(job: Job) -> str:
    return f"{job.case.key}-{job.plan.billing.value}"


def passes(row: Row, shelf: Shelf) -> None:
    failures = [*row.failures, *shelf.compare(row)]
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("job", list(jobs(ASK, "make")), ids=name)
def test_make(job: Job, shelf: Shelf) -> None:
    passes(job.play(), shelf)


@pytest.mark.engine
@pytest.mark.parametrize("job", in_turns(together(jobs(ASK, "n8n"))), ids=name)
def test_n8n(job: Job, n8n_engines: Mapping[str, Engine], shelf: Shelf) -> None:
    if words := missing(job.case.source):
        lacking(words)
    passes(job.play(n8n_engines["n8n"]), shelf)


@pytest.mark.engine
@pytest.mark.parametrize("job", in_turns(together(jobs(ASK, "n8n-native"))), ids=name)
def test_n8n_with_its_own_stripe_node(job: Job, n8n_engines: Mapping[str, Engine], shelf: Shelf) -> None:
    passes(job.play(n8n_engines["n8n-native"]), shelf)
