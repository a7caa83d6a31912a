"""Build the world that a plan asks for: customers, meters, prices, keys, channels, an empty log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from time import sleep
from typing import Any, cast

from generator.rendering.plan import Billing, Client, Plan
from generator.rendering.setup import meters
from generator.replay.clock import VirtualClock
from generator.replay.gateway import Gateway
from generator.replay.keys import keys_of
from generator.replay.slack import Slack
from generator.replay.usage.folder import usage_source
from generator.replay.world import World
from generator.stripe_mock import Account, Limits, Request, StripeMock, Switches

_LATENCY_S = 0.045
_POSTING, _READING = "rak_billing_meter_event_write", "rak_billing_meter_read"


class Watched:
    """Switches that remember which of them were looked at."""

    def __init__(self, switches: Switches) -> None:
        self._switches, self.met = switches, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.met.add(name)
        return getattr(self._switches, name)


def open_world(plan: Plan, at: datetime, switches: Switches, *, ticking: bool, others: Sequence[Plan] = ()) -> World:
    """Open an account that bills every client of the plan at its rates, and the services around it.

    `others` are the same business in further billing modes: their meters and prices are there as well.
    """
    clock = VirtualClock(at, ticking=ticking)
    watched = Watched(switches)
    stripe = StripeMock(clock=clock.now, switches=cast("Switches", watched), account=_account(plan))
    if ticking:
        stripe.hold = _take_a_moment
    keys = keys_of(plan)
    stripe.add_key("post meter events", keys.post, [_POSTING])
    stripe.add_key("read meters", keys.read, [_READING])
    stripe.add_key("gateway", keys.by_gateway, [_POSTING])
    stripe.add_key("read events", keys.events, ["rak_event_read"])
    for one in (plan, *others):
        for event_name in meters(one):
            dimensions = ("model", "token_type") if one.billing is Billing.DIMENSIONS else ()
            stripe.create_meter(event_name, dimensions=dimensions)
    for contact in plan.contacts:
        if contact.gateway and contact.customer:
            stripe.create_customer(contact.customer, name=contact.name)
    for client in plan.clients:
        stripe.create_customer(client.customer, name=client.name)
        for one in (plan, *others):
            _subscribe(stripe, one, client)
    log, slack = usage_source(plan), Slack(channels(plan))
    world = World(stripe, log, slack, clock)
    world.gateway = Gateway(stripe, keys)
    world.stripe_met = watched.met
    world.channels = {c.key: [e.id for e in c.channels if e.audience == "client"] for c in plan.contacts}
    return world


def channels(plan: Plan) -> frozenset[str]:
    """Name every channel of the mapping."""
    return frozenset({plan.ops_channel, *(channel.id for contact in plan.contacts for channel in contact.channels)})


def _take_a_moment(_request: Request) -> None:
    """Keep an event under way as long as a near Stripe would: twins meet, and posts in a row stay below 25 a second."""
    sleep(_LATENCY_S)


def _account(plan: Plan) -> Account:
    limits = Limits.live() if plan.livemode else Limits.sandbox()
    return Account(livemode=plan.livemode, preview=plan.billing is Billing.DIMENSIONS, limits=limits)


def _subscribe(stripe: StripeMock, plan: Plan, client: Client) -> None:
    if plan.billing is Billing.WATCH:
        return
    start, anchor, grace = client.since, client.anchor, client.grace
    if plan.billing is Billing.DIMENSIONS:
        rates = {(p.model, p.token_type.value): p.rate for p in plan.pairs}
        name = plan.pairs[0].event_name
        stripe.price_dimensions(client.customer, name, rates, start=start, anchor=anchor, grace=grace)
        return
    prices = [stripe.create_price(name, rate) for name, rate in unit_prices(plan).items()]
    stripe.subscribe(client.customer, prices, start=start, anchor=anchor, grace=grace)


def unit_prices(plan: Plan) -> dict[str, Decimal]:
    """Give the price of one unit in cents, per event name."""
    if plan.billing is Billing.WEIGHTED:
        pair = next(p for p in plan.pairs if p.weight)
        return {plan.weighted_event: pair.rate / Decimal(pair.weight or 1)}
    return {p.event_name: p.rate for p in plan.pairs}
