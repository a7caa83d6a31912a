"""Plan → what the workflows know about caps: whose month begins when, how much is allowed, what a counted unit cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from decimal import ROUND_DOWN, Decimal

from generator.mapping.checks_clients import GATEWAY_EVENT
from generator.pricing.amounts import format_decimal, minor_units, round_places
from generator.rendering.plan import Billing, CapSource, Contact, Plan

MILLION = Decimal(10**6)
PLACES = 18
"""Decimal places after which a cost is cut."""


def caps_data(plan: Plan, clients: object, costs: object) -> dict[str, object]:
    """Give the part `caps` of *Mapping*; each platform brings its own way to find a client and a cost."""
    caps = plan.caps
    settled = {"source": caps.source.value, "cache_s": caps.seconds, "fail": caps.fail.value}
    return {**settled, "clients": clients, "costs": costs}


def capped(contact: Contact, plan: Plan) -> dict[str, object]:
    """Give one client; `source` is where its usage is looked up, `none` where nobody counts it.

    `meters` says who meters a call through the gateway: the gateway itself, which only dimensions price per model, or
    the log that the nightly run reads.
    """
    return {
        "key": contact.key,
        "customer": contact.customer,
        "anchor": contact.anchor.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cap": None if contact.cap is None else format_decimal(contact.cap),
        "source": source_of(contact, plan),
        "meters": "gateway" if contact.gateway and plan.billing is Billing.DIMENSIONS else "log",
    }


def source_of(contact: Contact, plan: Plan) -> str:
    """Say where one client's usage is looked up: what a gateway posts is in no log, and only a dimension tells it."""
    if not contact.gateway:
        return plan.caps.source.value
    ours = plan.billing is Billing.DIMENSIONS and any(pair.event_name == GATEWAY_EVENT for pair in plan.pairs)
    return CapSource.STRIPE.value if ours else "none"


def unit_costs(plan: Plan) -> Iterator[Mapping[str, str]]:
    """List what a million counted units cost, in the currency's whole units; in `weighted` a unit is a credit."""
    scale = MILLION / minor_units(plan.currency)
    if plan.billing is Billing.WEIGHTED and plan.caps.source is CapSource.STRIPE:
        cost = next((pair.cost / pair.weight for pair in plan.pairs if pair.weight), Decimal(0))
        yield _cost(plan.weighted_event, "", "", cost * scale)
        return
    for pair in plan.pairs:
        yield _cost(pair.event_name, pair.model, pair.token_type.value, pair.cost * scale)


def _cost(event_name: str, model: str, token_type: str, per_million: Decimal) -> dict[str, str]:
    cut = format_decimal(round_places(per_million, PLACES, ROUND_DOWN))
    return {"event_name": event_name, "model": model, "token_type": token_type, "per_million": cut}
