"""Rules that hold for every workflow that reacts: secrecy, audience, nothing unexpected, and what the case says."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus

from generator.rendering.plan import Contact, Plan
from generator.replay.flows.record import Deed
from generator.replay.secrecy import stray_keys

_RUN = re.compile(r"\S+/workflow/\w+/executions/\d+")
"""n8n's address of a run: its port and number are the server's; cases write `<run>`."""
_LINE = re.compile(r"\[line \d+\]")
"""Where n8n says that code failed: it moves with every change; cases write `<line>`."""
_INSIDE = re.compile(r"\b(?:cost|margin|markup|retainer|For you)\b", re.I)
"""Words that belong to the owner; no client's channel ever reads them."""


def secrecy(deed: Deed) -> Iterator[str]:
    """No key in a body, an address, an answer, a message or a log; a key in one header, to one service."""
    places = [("the answer", deed.answer.decode(errors="replace")), *deed.ended.traces]
    places += [(f"a message to {message.channel}", message.text) for message in deed.messages]
    for exchange in deed.exchanges:
        request = exchange.request
        places.append(
            (f"a request to {request.host}", f"{request.path}?{request.query} {request.body.decode(errors='replace')}")
        )
    yield from stray_keys(deed.exchanges, deed.secrets)
    yield from (f"secrecy: {place} holds a key" for place, text in places for key in deed.secrets if key in text)


def audience(deed: Deed) -> Iterator[str]:
    """A client's channel reads about that client alone, and nothing of cost or margin."""
    for channel, text in _sent(deed):
        owners = [c for c in deed.plan.contacts if any(e.id == channel for e in c.channels)]
        if channel != deed.plan.ops_channel and not owners:
            yield f"audience: {channel} is nobody's channel and received {text[:60]!r}"
        for contact in deed.plan.contacts:
            if channel != deed.plan.ops_channel and contact not in owners and _is_named(contact, text):
                yield f"audience: {channel} reads about {contact.key}: {text[:80]!r}"
        if _reads_along(deed.plan, channel) and (found := _INSIDE.search(text)):
            yield f"audience: the client's channel {channel} reads {found[0]!r}: {text[:80]!r}"


def _sent(deed: Deed) -> Iterator[tuple[str, str]]:
    """Give every text that was sent to Slack, also one that Slack did not take."""
    for exchange in deed.exchanges:
        if exchange.target == "slack":
            try:
                body = json.loads(exchange.request.body)
            except ValueError:
                continue
            yield str(body.get("channel", "")), json.dumps(body, ensure_ascii=False)


def _reads_along(plan: Plan, channel: str) -> bool:
    return any(c.id == channel and c.audience == "client" for contact in plan.contacts for c in contact.channels)


def _is_named(contact: Contact, text: str) -> bool:
    names = {contact.name, contact.customer, *(channel.id for channel in contact.channels)} - {""}
    return any(name in text for name in names) or re.search(rf"\({re.escape(contact.key)}\)", text) is not None


def unexpected(deed: Deed) -> Iterator[str]:
    """A request that nobody expected is as bad as a wrong one."""
    yield from (f"unexpected request: {r.method} {r.host}{r.path}" for r in deed.unexpected)


def refused(deed: Deed) -> Iterator[str]:
    """Nobody refuses what nothing harms: a second try must not make up for a first that was wrong."""
    for exchange in deed.exchanges:
        if exchange.fault or exchange.target == "gateway":  # the gateway refuses whom it does not know
            continue
        if exchange.status >= 400:
            yield f"{exchange.request.host}{exchange.request.path} answered {exchange.status}, and nothing harmed it"
        elif exchange.target == "slack" and (answer := json.loads(exchange.answer)).get("ok") is not True:
            yield f"Slack refused a message that nothing harmed: {answer.get('error')}"


def patient(deed: Deed) -> Iterator[str]:
    """Whoever is asked to wait is not sent the same message before (`Retry-After`, in seconds)."""
    for n, first in enumerate(deed.exchanges):
        wait = first.headers.get("retry-after", "") if first.status == HTTPStatus.TOO_MANY_REQUESTS else ""
        again = next((e for e in deed.exchanges[n + 1 :] if e.request.body == first.request.body), None)
        if first.target == "slack" and wait.isdigit() and again:
            came = (again.at - first.at).total_seconds()
            if came < int(wait):
                yield f"Slack asked to wait {wait} s, and was asked again after {came:.1f} s"


def typed(deed: Deed) -> Iterator[str]:
    """An answer that is JSON says so, or callers read it as text."""
    kind = deed.headers.get("content-type", "")
    if kind and "json" not in kind and deed.answer[:1] == b"{":
        yield f"the answer is JSON, and its Content-Type is {kind!r}"


def expected(deed: Deed) -> Iterator[str]:
    """Hold a step against what its case says."""
    expect = deed.step.expect
    if expect is None:
        return
    if expect.status is not None and deed.status != expect.status:
        yield f"answered {deed.status}, expected {expect.status}"
    if expect.credits is not None and (deed.ended.credits or 0) > expect.credits:
        yield f"the run cost {deed.ended.credits} credits, expected at most {expect.credits}"
    for name, value in expect.headers.items():
        if deed.headers.get(name) != value:
            yield f"the answer's {name} is {deed.headers.get(name)!r}, expected {value!r}"
    yield from _answer(deed)
    if (deed.ended.status == "failed") != expect.failed:
        yield f"the run {deed.ended.status} ({deed.ended.error or 'no error'}), expected failed: {expect.failed}"
    want = {deed.channel(word): list(texts) for word, texts in expect.slack.items()}
    got: dict[str, list[str]] = defaultdict(list)
    for message in deed.messages:
        got[message.channel].append(_LINE.sub("<line>", _RUN.sub("<run>", message.text)))
    for channel in sorted(want.keys() | got.keys()):
        if got[channel] != want.get(channel, []):
            yield f"{channel} received {got[channel]!r}, expected {want.get(channel, [])!r}"


def _answer(deed: Deed) -> Iterator[str]:
    wanted = deed.step.expect.answer if deed.step.expect else None
    if wanted is None:
        return
    try:
        answer = json.loads(deed.answer)
    except ValueError:
        answer = {}
    for name, value in wanted.items():
        if not isinstance(answer, dict) or answer.get(name) != value:
            yield f"the answer is {deed.answer[:200]!r}, expected {name}: {value!r}"


EVERY = (secrecy, audience, unexpected, refused, patient, typed, expected)
