"""The rule of quiet nights: a run that nothing disturbs makes Stripe equal to the logs, wherever it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.rendering.plan import Billing
from generator.replay.expected import OLDEST, Fact, closed_before
from generator.replay.judge.record import RunRecord


def converged(runs: Sequence[RunRecord]) -> Iterator[str]:
    """Judge runs without faults, late rows or lag, whatever went before them."""
    for run in runs:
        yield from (f"run {run.index}, converged: {words}" for words in _quiet(run))


def _quiet(run: RunRecord) -> Iterator[str]:
    if run.told.stopped or run.killed:
        yield f"a quiet run did not end: {run.told.stopped or 'killed'}"
        return
    if run.book.plan.billing is Billing.WATCH:
        return
    for line in ("Stuck", "Left"):
        if run.told.total(line):
            yield f"a quiet run tells {run.told.total(line):,} as {line}"
    surplus = {_meter(run, fact) for fact in run.facts if _gap(run, fact) < 0}
    for fact in sorted(run.facts):
        gap = _gap(run, fact)
        if gap > 0 and _meter(run, fact) not in surplus and not _is_late(run, fact):
            yield f"Stripe counts {run.after.get(fact, 0):,} of {run.reading.facts[fact]:,}: {_words(fact)}"


def _gap(run: RunRecord, fact: Fact) -> int:
    return run.reading.facts.get(fact, 0) - run.after.get(fact, 0)


def _meter(run: RunRecord, fact: Fact) -> tuple[str, str]:
    """Name what is capped as one: where one window is ahead, the others of its client and meter may stay behind."""
    return fact.client, run.book.event_name(fact)


def _is_late(run: RunRecord, fact: Fact) -> bool:
    """Whether Stripe would no longer bill it: the period is invoiced, or it is older than 35 days."""
    client = next(c for c in run.book.plan.clients if c.key == fact.client)
    closed = fact.window.last_second < closed_before(client, run.step.at)
    return closed or run.step.at - fact.window.last_second > OLDEST


def _words(fact: Fact) -> str:
    return " ".join(filter(None, (fact.client, fact.model, fact.token_type, fact.window.label)))
