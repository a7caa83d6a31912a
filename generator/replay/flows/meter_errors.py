"""The judge's own model of `meter-errors`: the owner hears of every report once, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.replay.flows.record import Deed
from generator.replay.flows.stripe_events import SOUND


def judge(deeds: Sequence[Deed]) -> Iterator[str]:
    """Hold channels, answers and what was fetched against the notices as they came."""
    seen: set[str] = set()
    for deed in deeds:
        event = deed.step.event
        if event is None:
            continue
        sound = event.signature in SOUND
        if (deed.status == 200) != sound:
            yield f"step {deed.index}: a {event.signature} signature was answered {deed.status}"
        heard = [message.channel for message in deed.messages]
        fresh = sound and event.id not in seen and bool(event.problems)
        if not deed.step.faults and heard != [deed.plan.ops_channel] * fresh:
            yield f"step {deed.index}: {heard} heard of {event.type}"
        if not fresh and any(e.target == "event" for e in deed.exchanges):
            yield f"step {deed.index}: an event was fetched that is no news"
        seen |= {event.id} if sound else set()
