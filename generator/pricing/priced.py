"""Rates beside the prices that they become: what `rates` shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from generator.mapping.dated import on
from generator.mapping.model import Client, Mapping
from generator.mapping.words import Billing
from generator.pricing.catalogue import Catalogue
from generator.pricing.price import Price
from generator.pricing.price_lists import make_price_lists
from generator.pricing.rates import Rate, make_rates
from generator.pricing.shapes import credit_price, pair_price
from generator.pricing.weights import Weights, weigh


@dataclass(frozen=True, slots=True)
class Priced:
    """One pair's rate and its price (in `weighted` the one price of credits); `since` is the instant it begins."""

    rate: Rate
    price: Price
    weight: int | None
    since: str


def priced(mapping: Mapping, catalogue: Catalogue, client: str | None = None) -> Iterator[Priced]:
    """List every pair with the mapping's general terms, or with one client's, period by period."""
    base = on(mapping, mapping.since)
    weighted = mapping.billing.mode is Billing.WEIGHTED
    weights = weigh(base, make_rates(base, catalogue)) if weighted else {}
    if client is None:
        yield from _on(base, catalogue, weights, None, "")
        return
    own = mapping.model_copy(update={"clients": {client: mapping.clients[client]}})
    for prices in make_price_lists(own, catalogue):
        static = on(own, prices.since.astimezone(ZoneInfo(mapping.windows.zone)).date())
        since = f"{prices.since:%Y-%m-%dT%H:%MZ}"
        yield from _on(static, catalogue, weights, static.clients[client], since)


def _on(static: Mapping, catalogue: Catalogue, weights: Weights, client: Client | None, since: str) -> Iterator[Priced]:
    rates = make_rates(static, catalogue, client)
    shared = next(credit_price(static, rates, weights, client), None)
    for rate in rates:
        weight = weights.get((rate.model, rate.token_type))
        yield Priced(rate, shared or pair_price(static, rate, client), weight, since)
