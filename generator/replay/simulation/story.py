"""Tell a case in a few lines: one for each run, and one for each row and fault that is left in it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.replay.case import Act, Case, Fault, Step, UsageRow
from generator.replay.rows import stamp

MOST = 40
"""Lines; a longer story is cut."""


def story(case: Case) -> tuple[str, ...]:
    """Tell a case from its first run to its last."""
    lines = [line for n, step in enumerate(case.runs, 1) for line in _step(n, step)]
    cut = [f"… and {len(lines) - MOST} lines more"] if len(lines) > MOST else []
    return (*lines[:MOST], *cut)


def _step(n: int, step: Step) -> Iterator[str]:
    ways = [words for words, given in ((" twice", step.twice), (" by hand", step.by_hand)) if given]
    if step.retry_of:
        ways.append(f" as a retry of run {step.retry_of}")
    if step.backfill:
        ways.append(f" as a backfill from {step.backfill.first} to {step.backfill.last}")
    yield from (f"{_act(act)}" for act in step.acts)
    yield from (f"rows {rid} go" for rid in step.drop)
    yield from map(_row, step.usage)
    yield from map(_fault, step.faults)
    yield f"run {n} at {step.at.isoformat(timespec='minutes')}{''.join(ways)}"


def _act(act: Act) -> str:
    return f"summaries lag {act.seconds} s" if act.do == "lag" else f"by hand: {act.do} {act.client} {act.value}"


def _row(row: UsageRow) -> str:
    words = row.model_dump(exclude={"at"}, exclude_unset=True, exclude_none=True)
    when = f" {stamp(row.at)}" if row.at else ""
    return f"row{when} " + " ".join(f"{name}={value!r}" for name, value in (row.raw or words).items())


def _fault(fault: Fault) -> str:
    calls = f"call {', '.join(map(str, fault.calls))}" if fault.calls else f"calls up to {fault.until or 'the last'}"
    more = {"Retry-After": fault.retry_after, "Stripe-Should-Retry": fault.should_retry, "seconds": fault.seconds}
    return f"fault {fault.fault} on {fault.on}, {calls}" + "".join(f", {n} {v}" for n, v in more.items() if v)
