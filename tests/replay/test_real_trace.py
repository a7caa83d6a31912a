"""All 8,819 requests of a real hour, spread over a day, the clients and the models; the trace itself is not shipped."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.plan import Plan
from generator.replay.case import Case, Expect, Step, UsageRow
from generator.replay.command import Job
from generator.replay.engine import Engine

TRACE = Path(__file__).parents[3] / "shared" / "usage-samples" / "azure-llm-2023-code.csv"
PROMPT, GENERATED = 18_059_974, 245_896
"""What the trace adds up to: its README."""

pytestmark = pytest.mark.skipif(not TRACE.is_file(), reason=f"the real trace is not here: {TRACE}")


@cache
def night() -> Case:
    """One night over the whole trace: its hour is stretched over the local day of 22 November 2026."""
    with TRACE.open(newline="") as file:
        requests = list(csv.DictReader(file))
    first, last = (datetime.fromisoformat(requests[n]["TIMESTAMP"][:26]) for n in (0, -1))
    start, stretch = datetime(2026, 11, 22, 6, tzinfo=UTC), timedelta(hours=23, minutes=59) / (last - first)
    clients = ("acme", "globex", "initech", "umbrella")
    models = ("gpt-4o", "gpt-4o-mini-2024-07-18", "anthropic/claude-3-haiku")
    rows = [
        UsageRow(
            at=start + (datetime.fromisoformat(request["TIMESTAMP"][:26]) - first) * stretch,
            client=clients[number % 4],
            model=models[number % 3],
            input=int(request["ContextTokens"]),
            output=int(request["GeneratedTokens"]),
            request_id=f"trace-{number}",
        )
        for number, request in enumerate(requests)
    ]
    step = Step(at=datetime(2026, 11, 23, 6, 20, tzinfo=UTC), usage=tuple(rows))
    expect = Expect(counted={"": PROMPT + GENERATED})
    return Case(name="A real hour", file="real-trace.yaml", runs=(step,), expect=expect, switches="default")


def plan() -> Plan:
    found = read_plan(resources.mappings() / "meter-per-rate.yaml")[1]
    assert found is not None
    return found


def test_make_counts_every_token_of_a_real_hour() -> None:
    row = Job(night(), plan(), "make", 1, None).play()
    assert row.passed, "\n".join(row.failures)


@pytest.mark.engine
def test_n8n_counts_every_token_of_a_real_hour(n8n_engines: Mapping[str, Engine]) -> None:
    row = Job(night(), plan(), "n8n", 1, None).play(n8n_engines["n8n"])
    assert row.passed, "\n".join(row.failures)
