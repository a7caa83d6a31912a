"""One rate and its terms → a price: tiers, free tokens in front of them, thousands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

from generator.mapping.model import Client, Mapping
from generator.mapping.terms import Tier as WrittenTier
from generator.mapping.words import Shape, TokenType, Unit
from generator.pricing.amounts import PRECISION, minor_units, round_places, whole
from generator.pricing.events import event_name, weighted_event
from generator.pricing.price import ZERO, Price, Tax, Tier
from generator.pricing.rates import MILLION, Rate
from generator.pricing.terms import Terms, client_terms, exchange_rate, pair_terms, pool_model, tier_rate
from generator.pricing.weights import Weights

THOUSAND = 1000


def pair_price(mapping: Mapping, rate: Rate, client: Client | None = None) -> Price:
    """Make the price of one pair, per token."""
    terms = pair_terms(mapping, rate.model, rate.token_type, client)
    ends = [tier.up_to for tier in terms.tiers]
    event = event_name(mapping, rate.model, rate.token_type)
    shaped = _Shaped(mapping, rate.currency, terms, rate.exact)
    return shaped.price(event, rate.model, rate.token_type, terms.free.of(rate.token_type), ends)


def credit_price(
    mapping: Mapping, rates: list[Rate], weights: Weights, client: Client | None = None
) -> Iterator[Price]:
    """Make the one price of `weighted`, per credit: nothing where no pair has a weight."""
    first = next((rate for rate in rates if weights.get((rate.model, rate.token_type))), None)
    if first is None:
        return
    terms = client_terms(mapping, client)
    with localcontext(prec=PRECISION):
        exact = first.exact / weights[first.model, first.token_type]
        spends = [tier.up_to_spend for tier in terms.tiers]
        ends = [None if s is None else whole(s * minor_units(first.currency) / exact) for s in spends]
    shaped = _Shaped(mapping, first.currency, terms, exact)
    yield shaped.price(weighted_event(mapping.meter), "", None, free_credits(mapping, weights, client), ends)


def free_credits(mapping: Mapping, weights: Weights, client: Client | None) -> int:
    """Weigh the free tokens of the pool's model; they may then be used on any model."""
    free, pool = client_terms(mapping, client).free, pool_model(mapping, client)
    return sum(free.of(kind) * weights.get((pool or "", kind), 0) for kind in TokenType)


@dataclass(frozen=True, slots=True)
class _Shaped:
    """One flat rate with its terms, in one currency."""

    mapping: Mapping
    currency: str
    terms: Terms
    flat: Decimal

    def price(self, event: str, model: str, kind: TokenType | None, free: int, ends: list[int | None]) -> Price:
        """Put the pieces together."""
        tiers = tuple(self._tiers(free, ends))
        tax = Tax(self.mapping.pricing.tax.behavior, self.mapping.pricing.tax.code)
        shape = self.terms.shape if self.terms.tiers else Shape.GRADUATED if tiers else Shape.FLAT
        thousands = self.terms.unit is Unit.PER_THOUSAND and not tiers and kind is not None
        divide_by = THOUSAND if thousands else 1
        exact = self.flat * divide_by
        amount = None if tiers else round_places(exact)
        return Price(event, model, kind, self.currency, shape, amount, exact, tiers, divide_by, tax)

    def _tiers(self, free: int, ends: list[int | None]) -> Iterator[Tier]:
        steps: list[tuple[WrittenTier, int | None]] = list(zip(self.terms.tiers, ends, strict=True))
        if free:
            yield Tier(free, ZERO, ZERO)
            steps = steps or [(WrittenTier(), None)]
        for written, end in steps:
            if end is None or end > free:
                yield self._tier(written, end)

    def _tier(self, written: WrittenTier, end: int | None) -> Tier:
        minor = minor_units(self.currency)
        with localcontext(prec=PRECISION):
            exchange = exchange_rate(self.mapping, self.currency)
            exact = tier_rate(written, self.flat, exchange * minor / MILLION)
            fee = (written.fee or ZERO) * minor
        return Tier(end, round_places(exact), exact, fee.normalize() if fee else ZERO)
