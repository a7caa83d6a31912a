"""The judge's own model of `ops-errors`: a failed run is heard of once, by itself or by this, and so is a silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from generator.replay.flows.record import Deed

_SILENCE = timedelta(hours=26)
METERING = "meter-usage"


def judge(deeds: Sequence[Deed]) -> Iterator[str]:
    """Hold the owner's channel against the runs that failed, and against those that did not come."""
    last: datetime | None = None
    told: datetime | str | None = "nothing yet"
    for deed in deeds:
        step = deed.step
        if strange := {message.channel for message in deed.messages} - {deed.plan.ops_channel}:
            yield f"step {deed.index}: {sorted(strange)} heard of it"
        if step.of:
            yield from _one_run(deed)
            last = step.at if step.of == METERING else last
        elif not step.faults:
            due = told != last and (last is None or step.at - last >= _SILENCE)
            if len(deed.messages) != due:
                yield f"step {deed.index}: {len(deed.messages)} messages, last run {last}"
            told = last if due else told


def _one_run(deed: Deed) -> Iterator[str]:
    """Whoever pressed a button sees how it ends; a Slack that takes nothing at all is nobody's fault."""
    if deed.ended.status == "failed" and deed.step.start != "By hand" and len(deed.messages) != 1:
        yield f"step {deed.index}: a failed run was told {len(deed.messages)} times"
