"""What one run saw, did and told: the material of every rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from generator.rendering.plan import Billing, Plan
from generator.replay.case import Step
from generator.replay.expected import DAY, Fact, Reading, Window, cut
from generator.replay.told import Told
from generator.replay.world import Exchange

Counted = Mapping[Fact, int]
Meter = tuple[str, str]
"""A client, and the event name of a meter."""


@dataclass(frozen=True, slots=True)
class Post:
    """One POST of a meter event, as the workflow sent it. `fact` is None when it names nothing that we sell."""

    exchange: Exchange
    key: str
    body: Mapping[str, Any]
    fact: Fact | None

    @property
    def value(self) -> int:
        """The tokens (in `weighted`: credits) that it reports; 0 where it names no number."""
        payload = self.body.get("payload")
        text = str(payload.get("value")) if isinstance(payload, dict) else ""
        return int(text) if text.isdecimal() else 0

    @property
    def native(self) -> bool:
        """Whether n8n's own Stripe node sent it, which hands on neither status nor words of a refusal."""
        return self.exchange.request.path.startswith("/v1/")

    @property
    def code(self) -> str:
        """What Stripe gave as the reason of a refusal: code and message in one text."""
        error = parsed(self.exchange.answer).get("error")
        return f"{error.get('code')} {error.get('type')} {error.get('message')}" if isinstance(error, dict) else ""

    @property
    def taken(self) -> bool:
        """Whether Stripe's own answer took it, now or before."""
        return 200 <= self.exchange.status < 300 and "created" in parsed(self.exchange.answer)

    def known(self, started: datetime) -> bool:
        """Whether Stripe had it before the run: refused as such, or answered with the event of back then."""
        if self.taken:
            stamp = parsed(self.exchange.answer)["created"]
            created = datetime.fromtimestamp(stamp, UTC) if isinstance(stamp, int) else datetime.fromisoformat(stamp)
            return started - created > timedelta(minutes=5)
        if "idempotency_key_in_use" in self.code or "idempotency_conflict" in self.code:
            return False
        return self.exchange.status in (400, 409) and ("duplicate" in self.code or "idempotency" in self.code
                                                       or "already exists with identifier" in self.code)  # fmt: skip


def event_of(exchange: Exchange) -> dict[str, Any]:
    """Read the meter event in a request of either generation, as v2 writes it."""
    if exchange.request.path.startswith("/v2/"):
        return parsed(exchange.request.body)
    form = dict(parse_qsl(exchange.request.body.decode(errors="replace"), keep_blank_values=True))
    payload = {name[len("payload[") : -1]: text for name, text in form.items() if name.startswith("payload[")}
    stamp = form.get("timestamp", "")
    at = datetime.fromtimestamp(int(stamp), UTC).isoformat() if stamp.isdigit() else stamp
    return {**{n: form.get(n) for n in ("event_name", "identifier")}, "timestamp": at, "payload": payload}


def key_of(exchange: Exchange) -> str:
    """Name what a retry repeats: the Idempotency-Key; n8n's own Stripe node (v1) has none, there the identifier."""
    if exchange.request.path.startswith("/v1/"):
        return str(event_of(exchange).get("identifier"))
    return exchange.request.headers.get("idempotency-key", "")


def parsed(body: bytes) -> dict[str, Any]:
    """Read a JSON object; anything else is an empty one."""
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def is_complete(exchange: Exchange) -> bool:
    """Whether a summary was answered as a proof: whole, and with one row at most."""
    data = parsed(exchange.answer)
    rows = data.get("data")
    whole = exchange.status == 200 and data.get("object") == "list" and data.get("has_more") is False
    return whole and isinstance(rows, list) and len(rows) <= 1


@dataclass(frozen=True)
class Book:
    """The mapping's numbers, the other way round: from Stripe's words to facts."""

    plan: Plan
    meters: Mapping[str, str]
    """Event name → meter id."""
    _windows: dict[datetime, Window | None] = field(default_factory=dict, repr=False, compare=False)
    """By an event's time: every run asks again for every event so far."""

    @cached_property
    def clients(self) -> dict[str, str]:
        """Customer id → client key."""
        return {c.customer: c.key for c in self.plan.clients}

    def fact(self, event_name: str, payload: Mapping[str, Any], at: datetime) -> Fact | None:
        """Say which fact an event is about; None where it is about none of ours."""
        client = self.clients.get(str(payload.get("stripe_customer_id")))
        if at not in self._windows:
            self._windows[at] = self.window(at)
        window = self._windows[at]
        if client is None or window is None:
            return None
        if self.plan.billing is Billing.WEIGHTED:
            return Fact(client, "", "", window) if event_name == self.plan.weighted_event else None
        sold = (str(payload.get("model")), str(payload.get("token_type")))
        pair = next((p for p in self.plan.pairs if (p.model, p.token_type.value) == sold), None)
        return Fact(client, *sold, window) if pair and pair.event_name == event_name else None

    def window(self, at: datetime) -> Window | None:
        """Find the window whose last second is `at`; an hour may begin on one local day and end on the next."""
        day = at.astimezone(ZoneInfo(self.plan.windows.zone)).date()
        return next((w for d in (day - DAY, day) for w in cut(self.plan, d) if w.last_second == at), None)

    def is_ours(self, fact: Fact) -> bool:
        """Whether the mapping speaks of a fact's day: what was counted before every `since` is no matter of a run."""
        client = next(c for c in self.plan.clients if c.key == fact.client)
        name = self.event_name(fact)
        pairs = [p.since for p in self.plan.pairs if name in (p.event_name, self.plan.weighted_event)]
        return fact.window.start >= max(self.plan.since, client.since, min(pairs))

    def meter_of(self, fact: Fact) -> Meter:
        """Name what is capped as one: where one window is ahead, the others of its client and meter may stay behind."""
        return fact.client, self.event_name(fact)

    def event_name(self, fact: Fact) -> str:
        """Name the event that reports a fact."""
        if self.plan.billing is Billing.WEIGHTED:
            return self.plan.weighted_event
        return next(p.event_name for p in self.plan.pairs if (p.model, p.token_type) == (fact.model, fact.token_type))

    def identifier(self, fact: Fact, base: int, again: str) -> str:
        """Write the identifier that a fact must have."""
        customer = next(c.customer for c in self.plan.clients if c.key == fact.client)
        words = "\n".join((self.event_name(fact), fact.model, fact.token_type))
        start = f"{self.plan.windows.size[0]}{fact.window.start.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        digest = sha256(words.encode()).hexdigest()[:10]
        return f"{start}:{customer}:{digest}:{base}" + (f":{again}" if again else "")


@dataclass
class RunRecord:
    """One run: what its rows mean, what it told, every exchange, and what Stripe counted before and after."""

    index: int
    step: Step
    reading: Reading
    told: Told
    exchanges: list[Exchange]
    before: Counted
    after: Counted
    status: str
    book: Book
    killed: bool = False
    lagging: bool = False
    ignored: bool = False
    """A backfill stood there for another day: the run does its ordinary work, and says so."""
    messages: list[tuple[str, str]] = field(default_factory=list)
    """(channel, text)"""
    secrets: tuple[str, ...] = ()
    errors: list[str] = field(default_factory=list)
    """How the platform says that it failed."""
    traces: list[tuple[str, str]] = field(default_factory=list)
    """(what, text): what the platform itself keeps of the run."""

    @cached_property
    def posts(self) -> list[Post]:
        """List the run's posts of meter events in order."""
        return [self._post(e) for e in self.exchanges if e.target == "meter_event"]

    def _post(self, exchange: Exchange) -> Post:
        body = event_of(exchange)
        payload = body.get("payload") if isinstance(body.get("payload"), dict) else {}
        try:
            at = datetime.fromisoformat(str(body.get("timestamp")))
            fact = self.book.fact(str(body.get("event_name")), payload or {}, at)
        except (ValueError, TypeError):
            fact = None
        return Post(exchange, key_of(exchange), body, fact)

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """List what the logs hold or Stripe counts in the windows that the run covered."""
        covered = set(self.reading.windows)
        return frozenset(
            {*self.reading.facts, *(f for f in self.after if f.window in covered and self.book.is_ours(f))}
        )

    @property
    def at_once(self) -> bool:
        """Whether two runs went on side by side: n8n starts a second one, Make runs it after the first."""
        return self.step.twice and self.status != "done"

    @property
    def unheard(self) -> bool:
        """Whether Slack took no report although one was sent: then the platform itself must call the run failed."""
        sent = [exchange for exchange in self.exchanges if exchange.target == "slack"]
        return not self.told.reports and bool(sent) and all(exchange.fault for exchange in sent)

    @property
    def seconds(self) -> float:
        """How long the run talked to the world, in virtual seconds."""
        if not self.exchanges:
            return 0.0
        return (self.exchanges[-1].at - self.exchanges[0].at) / timedelta(seconds=1)
