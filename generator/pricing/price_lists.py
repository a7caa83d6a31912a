"""A mapping and the catalogue → each client's prices, from one boundary of its billing periods to the next change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import localcontext
from itertools import pairwise

from generator.mapping.dated import change_days, on
from generator.mapping.model import Client, Mapping
from generator.mapping.words import Billing, RetainerBilling
from generator.metering.periods import period_end
from generator.metering.windows import day_start
from generator.pricing import terms
from generator.pricing.amounts import PRECISION, minor_units, whole
from generator.pricing.catalogue import Catalogue
from generator.pricing.price import FixedPrice, Price, PriceList, Tax
from generator.pricing.rates import make_rates
from generator.pricing.shapes import credit_price, pair_price
from generator.pricing.weights import Weights, weigh


def make_price_lists(mapping: Mapping, catalogue: Catalogue) -> list[PriceList]:
    """List what every client pays: clients in the mapping's order, each from its first day to its last terms."""
    maker = _Maker(mapping, catalogue)
    return [found for key in mapping.clients for found in maker.client(key)]


def price_list_at(lists: list[PriceList], client: str, at: datetime) -> PriceList | None:
    """Find what a client pays at an instant; None before its first day."""
    own = (found for found in lists if found.client == client)
    return next((found for found in own if found.since <= at and (found.until is None or at < found.until)), None)


def first_boundary(mapping: Mapping, client: Client, day: date) -> datetime:
    """Give the first end of a billing period on a local day or after it: when a change of that day begins to hold."""
    start = day_start(day, mapping.windows.zone)
    anchor = (client.period or mapping.period).anchor
    months = (start.year - anchor.year) * 12 + start.month - anchor.month
    return next(end for step in (-1, 0, 1, 2) if (end := period_end(anchor, months + step)) >= start)


@dataclass(slots=True)
class _Maker:
    mapping: Mapping
    catalogue: Catalogue
    days: dict[date, Mapping] = field(default_factory=dict)
    made: dict[tuple[object, ...], tuple[Price, ...]] = field(default_factory=dict)
    weights: Weights = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mapping.billing.mode is Billing.WEIGHTED:
            base = on(self.mapping, self.mapping.since)
            self.weights = weigh(base, make_rates(base, self.catalogue))

    def client(self, key: str) -> Iterator[PriceList]:
        client = self.mapping.clients[key]
        first = max(client.since or self.mapping.since, self.mapping.since)
        start = day_start(first, self.mapping.windows.zone)
        begins = {start: first}
        for day in change_days(self.mapping, client):
            begins[max(start, first_boundary(self.mapping, client, day))] = max(day, first)
        lists = [self.list_on(key, day, since) for since, day in begins.items()]
        kept = [new for old, new in pairwise([None, *lists]) if old is None or new is None or _differs(old, new)]
        for now, following in pairwise([*kept, None]):
            if now:
                yield replace(now, until=following.since if following else None)

    def list_on(self, key: str, day: date, since: datetime) -> PriceList:
        if day not in self.days:
            self.days[day] = on(self.mapping, day)
        mapping = self.days[day]
        client = mapping.clients[key]
        currency = terms.currency_of(mapping, client)
        credit = whole(terms.monthly_credit(mapping, client) * minor_units(currency))
        return PriceList(
            key, currency, since, None, self.prices(mapping, client, day), _retainer(mapping, client), credit
        )

    def prices(self, mapping: Mapping, client: Client, day: date) -> tuple[Price, ...]:
        same = (day, client.currency, repr(client.markup), repr(client.pricing))
        if same not in self.made:
            self.made[same] = tuple(self.new_prices(mapping, client))
        return self.made[same]

    def new_prices(self, mapping: Mapping, client: Client) -> Iterator[Price]:
        rates = make_rates(mapping, self.catalogue, client)
        if mapping.billing.mode is Billing.WEIGHTED:
            yield from credit_price(mapping, rates, self.weights, client)
        else:
            yield from (pair_price(mapping, rate, client) for rate in rates)


def _differs(old: PriceList, new: PriceList) -> bool:
    return replace(old, since=new.since) != new


def _retainer(mapping: Mapping, client: Client) -> FixedPrice | None:
    billing, currency = terms.retainer_billing(mapping, client), terms.currency_of(mapping, client)
    if not client.retainer or billing is RetainerBilling.ELSEWHERE:
        return None
    yearly = billing is RetainerBilling.YEARLY
    with localcontext(prec=PRECISION):
        amount = client.retainer * minor_units(currency) * (12 if yearly else 1)
    return FixedPrice(whole(amount), currency, "year" if yearly else "month", tax_of(mapping))


def tax_of(mapping: Mapping) -> Tax:
    """Give the tax treatment of all prices."""
    return Tax(mapping.pricing.tax.behavior, mapping.pricing.tax.code)
