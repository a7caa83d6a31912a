"""Rules over finished price lists: what surprises a client or its provider on the invoice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from generator.mapping.dated import change_days, on
from generator.mapping.findings import Finding, Level
from generator.mapping.model import Client, Mapping
from generator.mapping.places import KeyPath, Places
from generator.mapping.rules import Rule
from generator.mapping.words import Billing, Shape, Unit
from generator.pricing.amounts import PLACES, format_decimal, minor_units
from generator.pricing.catalogue import Catalogue
from generator.pricing.price import ZERO, Price, PriceList
from generator.pricing.price_lists import make_price_lists
from generator.pricing.rates import make_rates
from generator.pricing.terms import client_terms, pair_terms
from generator.pricing.weights import weigh

FREE_VOLUME = Rule(
    "pricing.free-volume",
    Level.ERROR,
    "a volume price begins with free tokens: the first token above them makes all of them cost",
    "use `shape: graduated`, or drop the free tokens",
)
SMALL = Rule(
    "pricing.small-allowance",
    Level.WARNING,
    "a client's free tokens are worth less than one unit of its currency a month",
    "give millions of tokens, or a `monthly_credit` in money",
)
THOUSANDS = Rule(
    "pricing.per-thousand-with-tiers",
    Level.WARNING,
    "prices ask for `per_thousand` and have tiers or free tokens, or are weighted: Stripe cannot show thousands there",
    "drop `unit`, or the tiers and free tokens: the amounts are the same",
)
ROUNDED = Rule(
    "pricing.rounded-price",
    Level.WARNING,
    "an exchange rate or a tier leads to more than 12 decimal places of a cent, the most that Stripe takes",
    "choose a rate or factor with fewer decimals if the price must be exact",
)
UNEVEN = Rule(
    "weighted.uneven-terms",
    Level.ERROR,
    "a client's markups or a change would alter the rates against each other, while weights are the same for all",
    "scale all rates alike, use `meter_per_rate`, or give the model a new `since`",
)


def check_lists(mapping: Mapping, catalogue: Catalogue, places: Places) -> Iterator[Finding]:
    """Look at what each client pays; a finding that several clients share is told once."""
    seen: set[tuple[str, str, str]] = set()
    found = [*_lists(mapping, catalogue, places), *_units(mapping, catalogue, places)]
    found += _weights(mapping, catalogue, places)
    for finding in found:
        key = (finding.rule, finding.where.path, finding.message)
        if key not in seen:
            yield finding
        seen.add(key)


def _lists(mapping: Mapping, catalogue: Catalogue, places: Places) -> Iterator[Finding]:
    for prices in make_price_lists(mapping, catalogue):
        client = mapping.clients[prices.client]
        path = _path(prices.client, client)
        for price in prices.prices:
            if price.shape is Shape.VOLUME and _free(price):
                text = f"{_free(price):,} {price.title} are free in a volume price"
                yield FREE_VOLUME.at(places.at(*path), text)
        yield from _small(prices, path, places)
        yield from _rounded(mapping, prices, path, places)


def _small(prices: PriceList, path: KeyPath, places: Places) -> Iterator[Finding]:
    worths = {price: _free(price) * price.exact for price in prices.prices if _free(price)}
    total, unit = sum(worths.values(), ZERO), minor_units(prices.currency)
    if worths and 0 < total < unit:
        first = next(iter(worths))
        named = f"{_free(first):,} free {first.title.replace(', weighted', '')} are worth {_cents(worths[first], unit)}"
        rest = f"; all free tokens of a month together {_cents(total, unit)}" if len(worths) > 1 else ""
        yield SMALL.at(places.at(*path, "free_tokens"), named + rest)


def _rounded(mapping: Mapping, prices: PriceList, path: KeyPath, places: Places) -> Iterator[Finding]:
    exacts = [(p, p.unit_amount, p.exact) for p in prices.prices if p.unit_amount is not None]
    exacts += [(p, tier.unit_amount, tier.exact) for p in prices.prices for tier in p.tiers]
    rounded = [(price, amount, exact) for price, amount, exact in exacts if amount != exact]
    plain = prices.currency == mapping.currency and path == ("pricing",)
    special = [entry for entry in rounded if not plain or entry[0].tiers]
    if special:
        price, amount, exact = special[0]
        text = f"{price.title} in {prices.currency}: {exact:.20f}".rstrip("0")
        yield ROUNDED.at(
            places.at(*path), f"{text} cents became {format_decimal(amount)} ({PLACES} places); {len(special)} such"
        )


def _units(mapping: Mapping, catalogue: Catalogue, places: Places) -> Iterator[Finding]:
    for day in _days(mapping):
        static = on(mapping, day)
        rates = make_rates(static, catalogue)
        for key, client in _distinct(static):
            for rate in rates:
                terms = pair_terms(static, rate.model, rate.token_type, client)
                weighted = mapping.billing.mode is Billing.WEIGHTED
                terms = client_terms(static, client) if weighted else terms
                if terms.unit is Unit.PER_THOUSAND and (terms.tiers or terms.free.of(rate.token_type) or weighted):
                    what = "credits" if weighted else f"{rate.model} {rate.token_type.value}"
                    text = f"the invoice lines of {what} cannot say thousands"
                    yield THOUSANDS.at(places.at(*_path(key, mapping.clients[key]), "unit"), text)
                    break


def _weights(mapping: Mapping, catalogue: Catalogue, places: Places) -> Iterator[Finding]:
    """In `weighted` each client's rates must stand to each other as the weights do."""
    if mapping.billing.mode is not Billing.WEIGHTED:
        return
    base = on(mapping, mapping.since)
    weights = weigh(base, make_rates(base, catalogue))
    for day in _days(mapping):
        static = on(mapping, day)
        for key, client in _distinct(static):
            rates = make_rates(static, catalogue, client)
            values = {Fraction(r.exact) / w for r in rates if (w := weights.get((r.model, r.token_type)))}
            if len(values) > 1:
                text = f"the rates of clients.{key} from {day} on are no longer in proportion to the weights"
                yield UNEVEN.at(places.at("clients", key), text)


def _distinct(mapping: Mapping) -> list[tuple[str, Client]]:
    """Give one client for each set of terms: thousands of clients mostly share a few."""
    first: dict[tuple[str, str, str | None], tuple[str, Client]] = {}
    for key, client in mapping.clients.items():
        first.setdefault((repr(client.pricing), repr(client.markup), client.currency), (key, client))
    return list(first.values())


def _days(mapping: Mapping) -> list[date]:
    """List the first day and every day on which some terms change."""
    days = {day for client in mapping.clients.values() for day in change_days(mapping, client)}
    return sorted({mapping.since, *(day for day in days if day > mapping.since)})


def _path(key: str, client: Client) -> KeyPath:
    """Name the block that most likely speaks for a client's prices."""
    return ("clients", key, "pricing") if client.pricing else ("pricing",)


def _free(price: Price) -> int:
    first = price.tiers[0] if price.tiers else None
    return first.up_to or 0 if first and not first.unit_amount and not first.flat_amount else 0


def _cents(amount: Decimal, unit: int) -> str:
    return f"{format_decimal(amount)} {'cents' if unit == 100 else 'smallest units'}"
