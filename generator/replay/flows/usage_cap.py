"""The judge's own model of `usage-cap`: who asks with the key learns what the month cost, and nobody is disturbed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from generator.rendering.plan import Billing, Contact, Plan
from generator.replay.expected import add_months
from generator.replay.flows.record import Deed
from generator.replay.money import minor_units


def judge(deeds: Sequence[Deed]) -> Iterator[str]:
    """Hold every answer against the usage that had come by then."""
    for place, deed in enumerate(deeds):
        yield from judge_reads(deed)
        call = deed.step.call
        if call is None:
            continue
        knows = call.key == "good"
        if (deed.status == 403) == knows:
            yield f"step {deed.index}: a caller {'with' if knows else 'without'} the key was answered {deed.status}"
        if not knows:
            if deed.exchanges:
                yield f"step {deed.index}: something was asked for a caller without the key"
            continue
        contact = find(deed.plan, call.query.get("client", ""))
        if (deed.status == 404) == (contact is not None):
            yield f"step {deed.index}: {call.query} was answered {deed.status}"
        if contact:
            yield from (
                f"step {deed.index}: {words}" for words in wrong_answer(contact, read(deed), deeds[: place + 1])
            )


def judge_reads(deed: Deed) -> Iterator[str]:
    """Whoever asks about a cap changes nothing and tells nobody."""
    for exchange in deed.exchanges:
        if exchange.request.method != "GET":
            yield f"step {deed.index}: {exchange.request.method} {exchange.request.path} where nothing is to be changed"
    if deed.messages:
        yield f"step {deed.index}: a question about a cap was told in Slack"


def find(plan: Plan, name: str) -> Contact | None:
    """Find a client by a name that the logs use."""
    return next((contact for contact in plan.contacts if name in contact.names), None)


def read(deed: Deed) -> dict[str, Any]:
    """Read an answer; empty where it is none."""
    try:
        found = json.loads(deed.answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def wrong_answer(contact: Contact, answer: dict[str, Any], deeds: Sequence[Deed]) -> Iterator[str]:
    """Say what is wrong with an answer about a client, given all steps up to it."""
    deed = deeds[-1]
    plan, cap = deed.plan, contact.cap
    if cap is None:
        if (answer.get("allowed"), answer.get("cap"), answer.get("reason")) != (True, None, "no_cap"):
            yield f"{contact.key} has no cap and was answered {answer}"
        return
    start, end = month(contact.anchor, deed.step.at)
    if answer.get("cap") != float(cap) or answer.get("resets_at") != f"{end:%Y-%m-%dT%H:%M:%SZ}":
        yield f"{contact.key}'s cap is {cap} until {end}, the answer {answer}"
    used, reason = answer.get("used"), answer.get("reason")
    memory = timedelta(seconds=plan.caps.seconds + 2)
    if reason in {"stale", "unknown"}:
        if _is_told(contact, plan) and not any(
            e.status != 200 or e.fault for d in deeds if d.step.at >= deed.step.at - memory for e in d.exchanges
        ):
            yield f"{contact.key} was answered {reason}, and nothing had failed"
    else:
        held = [d for d in deeds if d.step.at > deed.step.at - memory and d.step.at >= start] or [deed]
        known = {spent(contact, deeds[: deeds.index(d) + 1], start) for d in held}
        if used not in {float(round(value, 6)) for value in known}:
            yield f"{contact.key} used one of {sorted(known)}, the answer says {used}"
    yield from _verdict(contact, answer, plan)


def _is_told(contact: Contact, plan: Plan) -> bool:
    """Say whether anybody counts a client's usage where a run can ask: a gateway's own posts only by dimension."""
    return not contact.gateway or plan.billing is Billing.DIMENSIONS


def _verdict(contact: Contact, answer: dict[str, Any], plan: Plan) -> Iterator[str]:
    used, reason, cap = answer.get("used"), answer.get("reason"), float(contact.cap or 0)
    over = used is not None and used >= cap
    dark = reason in {"stale", "unknown"}
    if answer.get("allowed") != (not over and (not dark or plan.caps.fail == "open")):
        yield f"{contact.key}: {used} of {cap}, {reason}, fail {plan.caps.fail.value}: allowed {answer.get('allowed')}"
    if (used is None) != (reason == "unknown") or (over and not dark) != (reason == "cap"):
        yield f"{contact.key}: {used} of {cap} with the reason {reason}"
    if used is not None and abs(answer.get("remaining", -1) - max(0.0, cap - used)) > 1e-6:
        yield f"{contact.key}: {answer.get('remaining')} of {cap} remain after {used}"


def month(anchor: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Give the billing month that holds an instant: on the anchor's day, or the last of a shorter month."""
    months = (now.year - anchor.year) * 12 + now.month - anchor.month
    ends = [add_months(anchor, months + n) for n in range(-2, 3)]
    return max(end for end in ends if end <= now), min(end for end in ends if end > now)


def spent(contact: Contact, deeds: Sequence[Deed], start: datetime) -> Decimal:
    """Add up what a client's month cost by the end of these steps, in whole units of the currency."""
    cents, seen = Decimal(0), set[int]()
    for deed in deeds:
        if deed.index in seen:
            continue
        seen.add(deed.index)
        for row in deed.step.usage:
            if row.client in contact.names and row.at and row.at >= start:
                cents += sum(
                    int(getattr(row, p.token_type.value) or 0) * p.cost for p in deed.plan.pairs if p.model == row.model
                )
    return cents / minor_units(deeds[-1].plan.currency)
