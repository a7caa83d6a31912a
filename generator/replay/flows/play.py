"""Put a case of a workflow that reacts on stage: deliver its steps one by one, and judge what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from generator.rendering.plan import Channel, Client, Contact, Plan
from generator.replay.engine import Ended, Files
from generator.replay.flows.case import Arrival, Call, FlowCase, FlowStep, Terms
from generator.replay.flows.engine import FlowEngine, Incoming, Reply
from generator.replay.flows.models import KEEPING, MODELS
from generator.replay.flows.post import letter, report, snapshot
from generator.replay.flows.record import Deed
from generator.replay.flows.rules import EVERY
from generator.replay.flows.torn import torn
from generator.replay.flows.usage import count
from generator.replay.gateway import EVENT
from generator.replay.keys import keys_of
from generator.replay.rows import written
from generator.replay.setting import open_world
from generator.replay.world import World
from generator.stripe_mock import Switches


@dataclass(frozen=True, slots=True)
class FlowOutcome:
    """How one case went on one engine under one setting."""

    failures: tuple[str, ...]
    retries: int
    credits: int | None
    """Of the most expensive step."""
    seconds: float
    """Longest step, on the virtual clock."""
    met: frozenset[str]


@dataclass(slots=True)
class FlowPlay:
    """One case in the making."""

    case: FlowCase
    plan: Plan
    world: World
    deeds: list[Deed] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def step(self, engine: FlowEngine, index: int, step: FlowStep) -> None:
        """Let a step arrive as often as it says, the very same bytes each time."""
        self.world.clock.set(step.at)
        self._log(step)
        if step.event and not step.event.id:
            named = step.event.model_copy(update={"id": f"evt_fake{index:04}"})
            step = step.model_copy(update={"event": named})
        incoming = self._incoming(step)
        for turn in range(step.times):
            self.world.begin(index, step.faults)
            self.deeds.append(self._deed(engine, index, step if turn == 0 else _again(step), incoming))

    def _log(self, step: FlowStep) -> None:
        rows = self.world.log.rows
        rows[:] = [row for row in rows if row.get("request_id") not in step.drop]
        rows += map(written, step.usage)
        if self.case.counted:
            count(step.usage, self.world.stripe, self.plan)

    def _deed(self, engine: FlowEngine, index: int, step: FlowStep, incoming: Incoming | None) -> Deed:
        world, began = self.world, self.world.clock.now()
        told, asked, strange = len(world.slack.messages), len(world.exchanges), len(world.unexpected)
        engine.turn_to(step.of or self.case.workflow)
        engine.put_store(step.store)
        reply: Reply = engine.request(world, incoming) if incoming else engine.start(world, step.start)
        self.seconds.append((world.clock.now() - began).total_seconds())
        return Deed(
            index=index,
            step=step,
            plan=self.plan,
            status=reply.status,
            answer=reply.body,
            headers=reply.headers,
            ended=reply.ended,
            messages=tuple(world.slack.messages[told:]),
            exchanges=tuple(world.exchanges[asked:]),
            unexpected=tuple(world.unexpected[strange:]),
            secrets=keys_of(self.plan).secrets,
            rows=tuple(world.log.known()),
            stored=engine.stored() if self.case.workflow in KEEPING else (),
        )

    def _written(self, event: Arrival, step: FlowStep) -> bytes:
        """Write an event; a thin one stays with Stripe, where it is fetched."""
        if not event.type.startswith("v1."):
            return snapshot(event, self.plan, step.at)
        told = report(event, self.plan, step.at)
        self.world.stripe.file(told)
        return json.dumps(told.thin(), indent=2).encode()

    def _incoming(self, step: FlowStep) -> Incoming | None:
        of = step.of or self.case.workflow
        if step.event:
            keys = keys_of(self.plan).signing(of)
            body = self._written(step.event, step)
            sent = letter(step.event, body, step.at, *keys)
            return Incoming("POST", headers=sent.headers, body=sent.body)
        if step.call:
            return _asked(step.call, keys_of(self.plan).calling(of))
        return None


def _asked(call: Call, key: str) -> Incoming:
    headers = {name.lower(): value for name, value in call.headers.items()}
    body = (json.dumps(call.body) if call.text is None and call.body is not None else call.text or "").encode()
    typed = {"content-type": "application/json"} if body else {}
    shown = {"good": key, "wrong": "fake-wrong-key-0001"}.get(call.key) if key else None
    bearer = {"authorization": f"Bearer {shown}"} if shown else {}
    return Incoming(call.method, call.query, {**typed, **bearer, **headers}, body)


def _again(step: FlowStep) -> FlowStep:
    """Give a repeat of a step: answered alike, and nobody hears of it."""
    expect = step.expect and step.expect.model_copy(update={"slack": {}})
    return step.model_copy(update={"expect": expect})


def play_flow(case: FlowCase, plan: Plan, files: Files, engine: FlowEngine, stripe: Switches) -> FlowOutcome:
    """Play one case once and judge it."""
    world = open_world(plan, case.steps[0].at, stripe, ticking=engine.ticking)
    engine.load(torn(files, case.torn), case.workflow, plan)
    stage = FlowPlay(case, plan, world)
    try:
        for index, step in enumerate(case.steps, 1):
            stage.step(engine, index, step)
    finally:
        engine.leave()
    failures = [f"step {deed.index}, {words}" for deed in stage.deeds for rule in EVERY for words in rule(deed)]
    model = None if case.torn or any(step.store != "open" for step in case.steps) else MODELS.get(case.workflow)
    failures += model(stage.deeds) if model else ()
    ended = [deed.ended for deed in stage.deeds]
    return FlowOutcome(
        failures=tuple(failures),
        retries=_retries(stage.deeds),
        credits=max((e.credits for e in ended if e.credits is not None), default=None),
        seconds=max(stage.seconds),
        met=_met(ended) | {f"stripe.{name}" for name in world.stripe_met},
    )


def _met(ended: list[Ended]) -> frozenset[str]:
    return frozenset().union(*(e.met for e in ended))


def _retries(deeds: list[Deed]) -> int:
    """Count requests that repeat an earlier one of the same step."""
    return sum(len(sent) - len(set(sent)) for sent in map(list, map(_requests, deeds)))


def _requests(deed: Deed) -> Iterator[tuple[str, str, bytes]]:
    yield from ((e.request.method, e.request.path, e.request.body) for e in deed.exchanges)


def variant(plan: Plan, case: FlowCase) -> Plan:
    """Change what the case changes in the mapping: names, currency, portal, clients' terms."""
    contacts = tuple(replace(c, name=case.names.get(c.key, c.name)) for c in plan.contacts)
    contacts = tuple(_told(c, case.clients[c.key]) if c.key in case.clients else c for c in contacts)
    clients = tuple(_terms(c, case.clients[c.key], plan) if c.key in case.clients else c for c in plan.clients)
    currency = case.currency or plan.currency
    clients = tuple(replace(c, month=replace(c.month, currency=case.currency or c.month.currency)) for c in clients)
    portal = plan.portal if case.portal is None else case.portal
    caps = replace(plan.caps, fail=case.fail or plan.caps.fail, source=case.look_up or plan.caps.source)
    changed = replace(plan, contacts=contacts, clients=clients, currency=currency, portal=portal)
    changed = replace(changed, caps=caps, per_page=case.per_page or plan.per_page)
    return _on_gateway(changed, case.gateway) if case.gateway else changed


def _on_gateway(plan: Plan, keys: Sequence[str]) -> Plan:
    """Move clients to the gateway's path."""
    return replace(
        plan,
        contacts=tuple(replace(c, gateway=c.gateway or c.key in keys) for c in plan.contacts),
        clients=tuple(c for c in plan.clients if c.key not in keys),
        pairs=tuple(replace(pair, event_name=EVENT) for pair in plan.pairs),
    )


def _told(contact: Contact, terms: Terms) -> Contact:
    channels = contact.channels
    if terms.channels is not None:
        channels = tuple(Channel(name, audience) for name, audience in terms.channels.items())
    return replace(contact, channels=channels, cap=contact.cap if terms.capped else None)


def _terms(client: Client, terms: Terms, plan: Plan) -> Client:
    zone, month = ZoneInfo(plan.windows.zone), client.month
    month = replace(
        month,
        tokens=month.tokens if terms.tokens is None else terms.tokens,
        at=month.at if terms.at is None else terms.at,
        jump=month.jump if terms.jump is None else terms.jump,
    )
    return replace(
        client,
        since=_begins(terms.since, zone) if terms.since else client.since,
        until=_begins(terms.until + timedelta(days=1), zone) if terms.until else client.until,
        anchor=terms.anchor.astimezone(UTC) if terms.anchor else client.anchor,
        expected_month=client.expected_month if terms.cost is None else terms.cost or None,
        month=month,
    )


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
