"""The judge's own model of `gateway-call`: the cap comes first, a question is one call, a call is metered once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from generator.rendering.plan import Billing, Contact
from generator.replay.flows.record import Deed
from generator.replay.flows.usage_cap import find, month, spent
from generator.replay.gateway import CUSTOMER, KEY, TYPES
from generator.replay.world import Exchange

METERED = "x-tokentill-metered"


def judge(deeds: Sequence[Deed]) -> Iterator[str]:
    """Hold every call against the cap, what the gateway was asked, and what was kept."""
    kept: list[Mapping[str, object]] = []
    for place, deed in enumerate(deeds):
        before, kept = kept, [row for row in deed.stored if row.get("request_id")]
        new = kept[len(before) :]
        asked = [exchange for exchange in deed.exchanges if exchange.target == "gateway"]
        words = [*_asked(deed, asked), *_metered(deed, asked, new), *_said(deed, asked, new)]
        words += _capped(deeds[: place + 1], asked)
        yield from (f"step {deed.index}: {word}" for word in words)


def _client(deed: Deed) -> Contact | None:
    call = deed.step.call
    return find(deed.plan, call.query.get("client", "")) if call and call.key == "good" else None


def _asked(deed: Deed, asked: Sequence[Exchange]) -> Iterator[str]:
    if len(asked) > 1:
        yield f"one call went to the gateway {len(asked)} times"
    if asked and (deed.status in (400, 403, 404) or not _client(deed)):
        yield f"answered {deed.status}, and the gateway was asked all the same"
    for exchange in asked:
        if json.loads(exchange.request.body) != (deed.step.call and deed.step.call.body):
            yield "the gateway was asked something else than the caller asked"
        if exchange.status == 200 and exchange.fault != "cut_body" and _read(deed.answer) != _read(exchange.answer):
            yield "the caller got another answer than the gateway gave"
        if exchange.status >= 300 and deed.status != exchange.status:
            yield f"the gateway answered {exchange.status}, the caller got {deed.status}"


def _metered(deed: Deed, asked: Sequence[Exchange], new: Sequence[Mapping[str, object]]) -> Iterator[str]:
    contact = _client(deed)
    by_gateway = contact is not None and contact.gateway and deed.plan.billing is Billing.DIMENSIONS
    for exchange in asked:
        shown = {name for name in (CUSTOMER, KEY) if exchange.request.headers.get(name)}
        if shown != ({CUSTOMER, KEY} if by_gateway else set()):
            yield f"{contact and contact.key} is metered by {'the gateway' if by_gateway else 'the log'}; sent: {shown}"
        if by_gateway and contact and exchange.request.headers.get(CUSTOMER) != contact.customer:
            yield f"the gateway meters {exchange.request.headers.get(CUSTOMER)} for {contact.key}"
    good = [e for e in asked if e.status == 200 and e.fault != "cut_body" and not by_gateway]
    if len(new) != len(good):
        yield f"{len(new)} calls were kept where {len(good)} were to be"
    for exchange, row in zip(good, new, strict=False):
        answer = _read(exchange.answer)
        four = tuple(int(str(row[kind])) for kind in TYPES)
        if (row["request_id"], row["client"], four) != (answer["id"], contact and contact.key, _counts(answer)):
            yield f"kept {dict(row)} of {answer['usage']}"


def _said(deed: Deed, asked: Sequence[Exchange], new: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """The caller learns who meters the call: the gateway, the log, nobody, or that it is not known."""
    said = deed.headers.get(METERED, "")
    right = _who(asked[-1], new) if asked else "none"
    if said != right and (asked or said):
        yield f"{METERED} says {said!r}, {right!r} is right"


def _who(exchange: Exchange, new: Sequence[Mapping[str, object]]) -> str:
    if exchange.status == 0 or exchange.fault == "cut_body":
        return "unknown" if exchange.request.headers.get(CUSTOMER) else "none"
    if exchange.status != 200:
        return "none"
    if exchange.request.headers.get(CUSTOMER):
        return "gateway"
    return "log" if new else "failed"


def _counts(answer: Mapping[str, Any]) -> tuple[int, ...]:
    usage = answer["usage"]
    cached, written = (usage["prompt_tokens_details"][name] for name in ("cached_tokens", "cache_write_tokens"))
    return usage["prompt_tokens"] - cached - written, cached, written, usage["completion_tokens"]


def _capped(deeds: Sequence[Deed], asked: Sequence[Exchange]) -> Iterator[str]:
    """A call is refused only where the count of the last moments, or the dark, allows it; and then it is."""
    deed, contact = deeds[-1], _client(deeds[-1])
    if not contact or contact.cap is None or deed.status == 400:
        return
    memory = timedelta(seconds=deed.plan.caps.seconds + 2)
    held = [d for d in deeds if d.step.at > deed.step.at - memory] or [deed]
    start, _ = month(contact.anchor, deed.step.at)
    over = [spent(contact, deeds[: deeds.index(d) + 1], start) >= contact.cap for d in held]
    dark = any(e.status != 200 or e.fault for d in held for e in d.exchanges if e.target != "gateway")
    if asked and all(over) and not dark:
        yield f"{contact.key} had reached its cap, and the gateway was asked"
    if not asked and not any(over) and not (dark and deed.plan.caps.fail == "closed"):
        yield f"{contact.key} was below its cap, and the gateway was not asked"


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
