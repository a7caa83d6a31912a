"""How long a converging run takes at worst, so that it ends before Stripe closes a period and before Make stops it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from generator.mapping.model import Mapping
from generator.mapping.words import Billing

N8N_CALLS_PER_SECOND = 20
"""Waves of 20 posts and batches of 20 reads, about one per second; Stripe's sandbox allows 25 per second."""
MAKE_SECONDS_PER_CALL = 1
"""One module after the other: a call to Stripe and what surrounds it."""
MAKE_LIMIT = timedelta(minutes=40)
"""Make stops a run after this time (Make help: scenario execution)."""
START = timedelta(seconds=60)
"""Starting up, pulling the usage rows, listing meters, reporting."""


@dataclass(frozen=True, slots=True)
class RunTime:
    """Estimated time of a run that posts every fact and reads for every client and meter."""

    n8n: timedelta
    make: timedelta

    @property
    def make_fits(self) -> bool:
        """Say whether Make would let the run end."""
        return self.make <= MAKE_LIMIT

    @property
    def slowest(self) -> timedelta:
        """The longer of the runs that can end at all."""
        return max(self.n8n, self.make) if self.make_fits else self.n8n


def estimate(mapping: Mapping, pairs: int) -> RunTime:
    """Estimate a run over all clients and `pairs`, with all its waits used up."""
    calls = len(mapping.clients) * _calls(mapping, pairs)
    start = START + mapping.retry.budget
    return RunTime(
        n8n=start + timedelta(seconds=-(-calls // N8N_CALLS_PER_SECOND)),
        make=start + timedelta(seconds=calls * MAKE_SECONDS_PER_CALL),
    )


def _calls(mapping: Mapping, pairs: int) -> int:
    """Count posts and range reads of one client."""
    reads = 1 if mapping.windows.lookback > 1 else 0
    match mapping.billing.mode:
        case Billing.WATCH:
            return 0
        case Billing.WEIGHTED:
            return 1 + reads
        case Billing.DIMENSIONS:
            return pairs + reads
        case Billing.METER_PER_RATE:
            return pairs + pairs * reads
