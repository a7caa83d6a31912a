"""Metering on n8n 1.123, which many still use: an optional lane, `python -m pytest -m older` (2 GB, installed once)."""

from collections.abc import Iterator

import pytest

from generator.replay.command import Ask, Job, jobs, together
from generator.replay.n8n.install import OLDER
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine
from generator.replay.usage.folder import missing
from tests.lacking import lacking
from tests.replay.test_cases import name, plans

pytestmark = pytest.mark.older

NIGHTS = ("ordinary-day", "ordinary-night-converging", "hours", "late-rows", "rate-limited", "failed-read", "backfill")


@pytest.fixture(scope="module")
def older() -> Iterator[N8nEngine]:
    with N8nServer(release=OLDER) as server:
        yield N8nEngine(server)


@pytest.mark.parametrize("job", together(jobs(Ask(plans(), names=NIGHTS, quick=True), "n8n-1")), ids=name)
def test_a_night_on_n8n_1(job: Job, older: N8nEngine) -> None:
    if words := missing(job.case.source):
        lacking(words)
    row = job.play(older)
    assert row.passed, "\n".join(row.failures)
