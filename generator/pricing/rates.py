"""Client rates: provider cost × markup, in cents per token; exact decimals, rounded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from generator.mapping.model import Client, Mapping
from generator.mapping.words import TokenType
from generator.pricing.amounts import PRECISION, minor_units, round_places
from generator.pricing.catalogue import Catalogue
from generator.pricing.terms import currency_of, exchange_rate, markup_of

MILLION = 1_000_000
FROM_MAPPING = "mapping"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a provider charges for one token type, in currency per million tokens; where and when that was read."""

    token_type: TokenType
    per_million: Decimal
    source: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Rate:
    """What one token of a pair costs and charges, in cents of `currency`; `exact` is the rate before rounding."""

    model: str
    token_type: TokenType
    cost: Decimal
    markup: Decimal
    rate: Decimal
    exact: Decimal
    source: str
    as_of: date | None
    currency: str = "usd"


def make_rates(mapping: Mapping, catalogue: Catalogue, client: Client | None = None) -> list[Rate]:
    """Price every model × token type that has a cost, in the mapping's order; for a client in its currency."""
    return [rate for name in mapping.models for rate in _model_rates(mapping, name, catalogue, client)]


def make_rate(cost_per_million: Decimal, markup: Decimal, currency: str = "usd") -> tuple[Decimal, Decimal]:
    """Give (cost, exact client rate) in cents per token for a cost in currency per million tokens."""
    with localcontext(prec=PRECISION):
        cost = cost_per_million * minor_units(currency) / MILLION
        return cost.normalize(), (cost * markup).normalize()


def costs(mapping: Mapping, name: str, catalogue: Catalogue) -> list[Cost]:
    """List what a model's tokens cost: the mapping's own prices win; the catalogue's count only in its currency."""
    own, price = mapping.models[name].cost, catalogue.find(name)
    found = []
    for kind in TokenType:
        if own and (cost := own.of(kind)) is not None:
            found.append(Cost(kind, cost, FROM_MAPPING, None))
        elif price and kind in price.costs and catalogue.currency == mapping.currency:
            found.append(Cost(kind, price.costs[kind], price.source, price.as_of))
    return found


def _model_rates(mapping: Mapping, name: str, catalogue: Catalogue, client: Client | None) -> Iterator[Rate]:
    wanted, currency = mapping.models[name].token_types, currency_of(mapping, client)
    exchange = exchange_rate(mapping, currency)
    for entry in costs(mapping, name, catalogue):
        if wanted is None or entry.token_type in wanted:
            markup = markup_of(mapping, name, entry.token_type, client)
            with localcontext(prec=PRECISION):
                cost, exact = make_rate(entry.per_million * exchange, markup, currency)
            rate = round_places(exact)
            yield Rate(name, entry.token_type, cost, markup, rate, exact, entry.source, entry.as_of, currency)
