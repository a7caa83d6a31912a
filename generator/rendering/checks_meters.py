"""Meters: what Stripe allows per subscription, per event name and per value; and what fits into one run."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import Billing, RetainerBilling
from generator.pricing.amounts import minor_units
from generator.pricing.events import event_name, weighted_event
from generator.pricing.rates import Rate
from generator.pricing.terms import retainer_billing
from generator.pricing.weights import Weights
from generator.rendering.run_time import MAKE_LIMIT, RunTime

ITEMS = Rule(
    "stripe.too-many-items",
    Level.ERROR,
    "`meter_per_rate` needs more prices on one subscription than the 20 that Stripe allows",
    "use `billing: weighted`, narrow `token_types`, or drop models",
)
COMBINATIONS = Rule(
    "stripe.too-many-dimensions",
    Level.ERROR,
    "`dimensions` needs more combinations per customer and meter than the 100 that Stripe allows",
    "narrow `token_types`, or drop models",
)
LONG_EVENT = Rule(
    "stripe.long-event-name",
    Level.ERROR,
    "a meter's event name is longer than Stripe's 100 characters",
    "shorten `meter`, or use `billing: weighted`",
)
SAME_EVENT = Rule(
    "stripe.same-event-name",
    Level.ERROR,
    "two pairs get one meter, since their names differ only in signs that event names do not keep",
    "drop one of the models, or use `billing: weighted`",
)
DIGITS = Rule(
    "weighted.too-many-digits",
    Level.ERROR,
    "a window's credits may have more than the 15 digits that a meter value allows",
    "choose costs and markup with fewer decimals, or a greater `credit`",
)
RUN_TIME = Rule(
    "make.run-too-long",
    Level.WARNING,
    "a run takes longer than the 40 minutes after which Make stops it",
    "use n8n for this mapping, or split it by clients",
)

MOST_ITEMS = 20
"""Items of one subscription (Stripe API, *Subscriptions*)."""
MOST_COMBINATIONS = 100
MOST_LETTERS = 100
BUSY_WINDOW = 10**9
"""Tokens of one client and window that must fit where nothing says how many are expected."""


def check_meters(mapping: Mapping, rates: list[Rate], weights: Weights, places: Places) -> Iterator[Finding]:
    """Run the rules that belong to the mapping's billing mode."""
    match mapping.billing.mode:
        case Billing.METER_PER_RATE:
            yield from _names(mapping, rates, places)
            yield from _count(mapping, len(rates) + _retainers(mapping), MOST_ITEMS, ITEMS, places)
        case Billing.DIMENSIONS:
            yield from _count(mapping, len(rates), MOST_COMBINATIONS, COMBINATIONS, places)
        case Billing.WEIGHTED:
            yield from _long(weighted_event(mapping.meter), places)
            yield from _digits(mapping, rates, weights, places)


def check_run_time(run: RunTime, places: Places) -> Iterator[Finding]:
    """Say when Make would stop the run."""
    if not run.make_fits:
        minutes, most = int(run.make.total_seconds()) // 60, int(MAKE_LIMIT.total_seconds()) // 60
        text = f"a run takes up to {minutes} minutes on Make, which allows {most}"
        yield RUN_TIME.at(places.at("clients"), text)


def _retainers(mapping: Mapping) -> int:
    """Count the retainer that takes an item of the tokens' subscription: one where any client has such a one."""
    billed = (c for c in mapping.clients.values() if retainer_billing(mapping, c) is RetainerBilling.MONTHLY)
    return int(any(client.retainer for client in billed))


def _count(mapping: Mapping, pairs: int, most: int, rule: Rule, places: Places) -> Iterator[Finding]:
    if pairs > most:
        kind = "prices on one subscription" if rule is ITEMS else "combinations per customer and meter"
        text = f"{len(mapping.models)} models need {pairs} {kind}; Stripe allows {most}"
        yield rule.at(places.at("models"), text, f"{rule.fix}: {pairs - most} too many")


def _names(mapping: Mapping, rates: list[Rate], places: Places) -> Iterator[Finding]:
    first: dict[str, Rate] = {}
    for rate in rates:
        event = event_name(mapping, rate.model, rate.token_type)
        yield from _long(event, places, rate.model)
        if event in first:
            other, pair = first[event], f"{rate.model} {rate.token_type.value}"
            text = f"{pair} and {other.model} {other.token_type.value} would share the meter {event}"
            yield SAME_EVENT.at(places.at("models", rate.model), text)
        first.setdefault(event, rate)


def _long(event: str, places: Places, model: str = "") -> Iterator[Finding]:
    if len(event) > MOST_LETTERS:
        where = places.at("models", model) if model else places.at("meter")
        yield LONG_EVENT.at(where, f"{event} has {len(event)} characters; Stripe allows {MOST_LETTERS}")


def _digits(mapping: Mapping, rates: list[Rate], weights: Weights, places: Places) -> Iterator[Finding]:
    heaviest = max(weights.items(), key=lambda item: item[1], default=None)
    if heaviest and heaviest[1] * BUSY_WINDOW >= 10**15:
        (model, kind), weight = heaviest
        text = f"{model} {kind.value} weighs {weight:,} credits, so {BUSY_WINDOW:,} tokens have more than 15 digits"
        yield DIGITS.at(places.at("models", model), text)
        return
    credit = next((r.rate / w for r in rates if (w := weights.get((r.model, r.token_type)))), Decimal(0))
    for key, client in mapping.clients.items():
        cost = max(client.cap or Decimal(0), client.expected_month or Decimal(0))
        if credit and (credits := _credits(mapping, rates, cost, credit)) >= 10**15:
            text = f"clients.{key} may use {cost} {mapping.currency} in one window, {credits:,} credits: over 15 digits"
            yield DIGITS.at(places.at("clients", key), text)


def _credits(mapping: Mapping, rates: list[Rate], cost: Decimal, credit: Decimal) -> int:
    markup = max(rate.markup for rate in rates)
    with localcontext(prec=60):
        return int(cost * markup * minor_units(mapping.currency) / credit)
