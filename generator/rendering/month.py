"""Mapping → what usage-thresholds knows of a client: what is expected of a month, when it is told, at which prices."""

from __future__ import annotations

from generator.mapping.model import Client, Mapping
from generator.mapping.words import Billing, Shape
from generator.pricing.catalogue import Catalogue
from generator.pricing.rates import Rate, make_rates
from generator.pricing.terms import client_terms, currency_of, monthly_credit, pair_terms
from generator.rendering.plan import Month


def month_of(mapping: Mapping, client: Client, catalogue: Catalogue, rates: list[Rate]) -> Month:
    """Resolve one client; its own rates stand there only where they differ from the plan's `rates`."""
    own, currency = client.alerts, currency_of(mapping, client)
    at = mapping.alerts.at if own is None or own.at is None else own.at
    own_rates = client.markup is not None or client.currency is not None
    theirs = make_rates(mapping, catalogue, client) if own_rates else rates
    differ = currency != mapping.currency or [one.rate for one in theirs] != [one.rate for one in rates]
    return Month(
        tokens=client.expected_tokens or None,
        at=tuple(sorted(set(at))),
        jump=mapping.alerts.jump if own is None or own.jump is None else own.jump,
        currency=currency,
        rates=tuple(one.rate for one in theirs) if differ else (),
        flat=_is_flat(mapping, client, rates),
    )


def _is_flat(mapping: Mapping, client: Client, rates: list[Rate]) -> bool:
    if monthly_credit(mapping, client):
        return False
    if mapping.billing.mode is Billing.WEIGHTED:
        terms = client_terms(mapping, client)
        return terms.shape is Shape.FLAT and not any(map(terms.free.of, (rate.token_type for rate in rates)))
    every = [(pair_terms(mapping, rate.model, rate.token_type, client), rate.token_type) for rate in rates]
    return all(terms.shape is Shape.FLAT and not terms.free.of(kind) for terms, kind in every)
