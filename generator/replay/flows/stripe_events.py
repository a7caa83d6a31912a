"""The judge's own model of `stripe-events`: who must hear of an event, and that each is heard of once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.replay.flows.record import Deed

SOUND = {"good", "previous", "both"}
"""Ways of signing that are Stripe's."""
_PLAIN = {"billing.alert.triggered", "invoice.finalized", "invoice.upcoming", "customer.subscription.deleted"}
"""Types that are told whatever came before."""


def judge(deeds: Sequence[Deed]) -> Iterator[str]:
    """Hold answers and channels against the events as they came."""
    seen: set[str] = set()
    for deed in deeds:
        event = deed.step.event
        if event is None:
            continue
        sound = event.signature in SOUND
        if (deed.status == 200) != sound:
            yield f"step {deed.index}: a {event.signature} signature was answered {deed.status}"
        heard = {message.channel for message in deed.messages}
        if heard and (not sound or event.id in seen):
            yield f"step {deed.index}: {sorted(heard)} heard of {'a repeat' if sound else 'a request nobody signed'}"
        if sound and not deed.step.faults:
            owner = next((c for c in deed.plan.contacts if c.key == event.client), None)
            allowed = {c.id for c in owner.channels} if owner else set()
            inside = {c.id for c in owner.channels if c.audience == "internal"} if owner else set()
            if heard - allowed - (set() if inside else {deed.plan.ops_channel}):
                yield f"step {deed.index}: {sorted(heard)} heard of {event.type} of {event.client or 'nobody'}"
            if not heard and event.type in _PLAIN and event.id not in seen:
                yield f"step {deed.index}: nobody heard of {event.type}"
        seen |= {event.id} if sound and event.id else set()
