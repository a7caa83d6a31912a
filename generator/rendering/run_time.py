"""How long a converging run takes that finds its older windows in order and waits as long as it may.

It has to end before Stripe closes a period, and before Make stops it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from generator.mapping.model import Mapping
from generator.mapping.words import Billing

POSTS_PER_SECOND = 20
"""Posts that a run on n8n makes in a second: Stripe's sandbox takes 25."""
READS_PER_SECOND = 16
"""In small batches, so that late ones of one and early ones of the next stay below 25 in any second."""
MAKE_SECONDS_PER_CALL = 1
"""One module after the other: a call to Stripe and what surrounds it."""
MAKE_LIMIT = timedelta(minutes=40)
"""Make stops a run after this time (Make help: scenario run limits)."""
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


def run_time_of(mapping: Mapping, pairs: int) -> RunTime:
    """Estimate a run over all clients and `pairs`, with all its waits used up."""
    posts, reads = (len(mapping.clients) * calls for calls in _calls(mapping, pairs))
    start = START + mapping.retry.budget
    return RunTime(
        n8n=start + timedelta(seconds=n8n_seconds(posts, reads)),
        make=start + timedelta(seconds=(posts + reads) * MAKE_SECONDS_PER_CALL),
    )


def n8n_seconds(posts: int, reads: int) -> int:
    """Say how long n8n takes for so many calls to Stripe."""
    return ceil(posts / POSTS_PER_SECOND) + ceil(reads / READS_PER_SECOND)


def _calls(mapping: Mapping, pairs: int) -> tuple[int, int]:
    """Count posts of one window and range reads of one client."""
    reads = 1 if mapping.windows.lookback > 1 else 0
    match mapping.billing.mode:
        case Billing.WATCH:
            return 0, 0
        case Billing.WEIGHTED:
            return 1, reads
        case Billing.DIMENSIONS:
            return pairs, reads
        case Billing.METER_PER_RATE:
            return pairs, pairs * reads
