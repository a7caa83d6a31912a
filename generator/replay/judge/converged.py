"""The rule of quiet nights: a run that nothing disturbs makes Stripe equal to the logs, wherever it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.rendering.plan import Billing
from generator.replay.expected import Fact
from generator.replay.judge.reasons import is_closed, is_too_old
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
    surplus = {run.book.meter_of(fact) for fact in run.facts if _gap(run, fact) < 0}
    for fact in sorted(run.facts):
        gap = _gap(run, fact)
        if gap > 0 and run.book.meter_of(fact) not in surplus and not (is_closed(run, fact) or is_too_old(run, fact)):
            yield f"Stripe counts {run.after.get(fact, 0):,} of {run.reading.facts[fact]:,}: {_words(fact)}"


def _gap(run: RunRecord, fact: Fact) -> int:
    return run.reading.facts.get(fact, 0) - run.after.get(fact, 0)


def _words(fact: Fact) -> str:
    return " ".join(filter(None, (fact.client, fact.model, fact.token_type, fact.window.label)))
