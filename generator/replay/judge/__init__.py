"""Judge a case by the world's ledgers: what Stripe counted and billed, what Slack received, what was asked.

The judge knows the mapping's numbers, the source rows and the ledgers, through a small model of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from generator.replay.case import Expect
from generator.replay.judge import once, parked, posting, reasons, report, talk, totals
from generator.replay.judge.converged import converged
from generator.replay.judge.record import Book, Counted, Post, RunRecord

__all__ = ["Book", "Counted", "Post", "RunRecord", "judge"]

_PER_RUN: tuple[Callable[[RunRecord], Iterator[str]], ...] = (
    posting.identity,
    posting.headers,
    posting.time,
    posting.retries,
    posting.waves,
    posting.refused_key,
    posting.asked_for,
    posting.proven_reads,
    totals.conservation,
    totals.posted,
    totals.ending,
    reasons.causes,
    reasons.shares,
    reasons.words,
    report.report,
    parked.parked,
    talk.secrecy,
    talk.audience,
)


def judge(runs: Sequence[RunRecord], expect: Expect | None, quiet: int = 0) -> list[str]:
    """Say everything that is wrong with a case; an empty list is a pass. Billing is judged by `billed`, afterwards.

    `quiet` is how many of the last runs nothing disturbs.
    """
    verdicts = [f"run {run.index}, {words}" for run in runs for rule in _PER_RUN for words in rule(run)]
    verdicts += once.no_double(runs)
    verdicts += once.one_meaning(runs)
    verdicts += converged(runs[len(runs) - quiet :])
    verdicts += totals.expected(runs[-1], expect) if expect else ()
    return verdicts
