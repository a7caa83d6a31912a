"""Rules over all runs: nothing counts twice, under whatever mapping."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from generator.replay.expected import Fact
from generator.replay.judge.record import RunRecord


def no_double(runs: Sequence[RunRecord]) -> Iterator[str]:
    """Stripe never counts more for a fact than the logs ever held, other than by somebody else's hand."""
    held: dict[Fact, int] = defaultdict(int)
    for run in runs:
        for fact, tokens in run.reading.facts.items():
            held[fact] = max(held[fact], tokens)
        for fact in run.after:
            grew = run.after[fact] - run.before.get(fact, 0)
            if grew > 0 and run.after[fact] > held[fact]:
                yield f"run {run.index}, no double: {fact} counts {run.after[fact]:,}, the logs held {held[fact]:,}"


def one_meaning(runs: Sequence[RunRecord]) -> Iterator[str]:
    """A client's time is billed once: for one customer, in one mode, cut in one way, however the mapping changes."""
    for key in sorted({client.key for run in runs for client in run.book.plan.clients}):
        told = sorted({(post.fact.window, meaning) for run in runs for post in run.posts
                       if post.fact and post.fact.client == key and post.taken
                       for meaning in [_meaning(run, key)]})  # fmt: skip
        for (one, first), (two, second) in pairwise(told):
            if first != second and two.start < one.end:
                yield f"one meaning: {key} is billed for {one.label} as {first}, and for {two.label} as {second}"


def _meaning(run: RunRecord, key: str) -> str:
    plan = run.book.plan
    customer = next(client.customer for client in plan.clients if client.key == key)
    return f"{customer} {plan.billing.value} by {plan.windows.size} of {plan.windows.zone}"
