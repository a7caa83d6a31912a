"""Every case of a workflow that reacts, on both platforms."""

import pytest

from generator.replay.command import reacting
from generator.replay.flows.n8n import N8nFlows
from generator.replay.flows.player import FlowJob
from tests.replay.test_cases import ASK
from tests.replay.turns import in_turns


def name(job: FlowJob) -> str:
    return f"{job.case.key}-{job.plan.billing.value}"


@pytest.mark.parametrize("job", reacting(ASK, "make"), ids=name)
def test_make(job: FlowJob) -> None:
    assert not (row := job.play()).failures, "\n".join(row.failures)


@pytest.mark.engine
@pytest.mark.parametrize("job", in_turns(reacting(ASK, "n8n")), ids=name)
def test_n8n(job: FlowJob, n8n_flows: N8nFlows) -> None:
    assert not (row := job.play(n8n_flows)).failures, "\n".join(row.failures)
