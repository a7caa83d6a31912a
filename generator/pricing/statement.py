"""A statement: one client's usage of a period → the invoice's lines, and for each line the days that make it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import NamedTuple
from zoneinfo import ZoneInfo

from generator.mapping.dated import on
from generator.mapping.model import Client, Mapping
from generator.mapping.words import Billing, Shape, TokenType
from generator.metering.periods import period_end
from generator.metering.windows import day_start
from generator.pricing.amounts import PRECISION
from generator.pricing.catalogue import Catalogue
from generator.pricing.invoice import Invoice, Line, lines, make_invoice
from generator.pricing.price import ZERO, Price, PriceList
from generator.pricing.price_lists import make_price_lists
from generator.pricing.rates import make_rates
from generator.pricing.weights import Weights, weigh

DAY, SECOND, HALF = timedelta(days=1), timedelta(seconds=1), timedelta(hours=12)


class Used(NamedTuple):
    """One client's tokens of one pair on one local day; `model` is the mapping's name."""

    day: date
    model: str
    token_type: TokenType
    tokens: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one day's use of a pair adds to its price: `units` are tokens (`weighted`: credits), `exact` minor units.

    Within a period the earlier tokens take the earlier tiers, so free tokens are used up first.
    """

    used: Used
    units: int
    exact: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """One price: its lines on the invoice, and the shares that add up to them; `fixed` is what no token caused."""

    price: Price
    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    fixed: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """One client's invoice of [start, end) with its grounds; `left_out` is usage that no price charges."""

    client: str
    start: datetime
    end: datetime
    invoice: Invoice
    charges: tuple[Charge, ...]
    left_out: tuple[Used, ...]

    @property
    def tokens(self) -> int:
        """Add up the tokens that are charged, free ones included."""
        return sum(share.used.tokens for charge in self.charges for share in charge.shares)

    @property
    def exact(self) -> Decimal:
        """Add up the lines before rounding, in minor units."""
        with localcontext(prec=PRECISION):
            return sum((line.exact for line in self.invoice.lines), ZERO)


def billing_period(mapping: Mapping, client: Client, year: int, month: int) -> tuple[datetime, datetime]:
    """Give the billing period that begins in a month, as the mapping's zone has it."""
    anchor = (client.period or mapping.period).anchor
    zone = ZoneInfo(mapping.windows.zone)
    months = (year - anchor.year) * 12 + month - anchor.month
    for step in (months - 1, months, months + 1):
        start = period_end(anchor, step)
        local = (start + HALF).astimezone(zone)
        if (local.year, local.month) == (year, month):
            return start, period_end(anchor, step + 1)
    raise ValueError(f"no period begins in {year}-{month:02}")


def days_of(start: datetime, end: datetime, zone: str) -> tuple[date, date]:
    """Give the first and last local day whose usage is stamped inside [start, end): with its last second."""
    first, last = start.astimezone(ZoneInfo(zone)).date(), end.astimezone(ZoneInfo(zone)).date()
    return first + DAY * (stamp(first, zone) < start), last - DAY * (stamp(last, zone) >= end)


def stamp(day: date, zone: str) -> datetime:
    """Give the instant at which a day's usage is posted: its last second."""
    return day_start(day + DAY, zone) - SECOND


def metered(mapping: Mapping, client: Client, used: Iterable[Used]) -> list[Used]:
    """Keep the days on which a client and its models are metered."""
    first, last = max(mapping.since, client.since or mapping.since), client.until or date.max
    begins = {name: model.since or first for name, model in mapping.models.items()}
    return [one for one in used if max(first, begins.get(one.model, first)) <= one.day <= last]


def list_of(mapping: Mapping, catalogue: Catalogue, key: str, start: datetime, end: datetime) -> PriceList | None:
    """Give what a client pays in a period; None where none of it is metered."""
    own = [found for found in make_price_lists(mapping, catalogue) if found.client == key]
    return next((found for found in own if found.since < end and (found.until is None or start < found.until)), None)


def weights_of(mapping: Mapping, catalogue: Catalogue) -> Weights:
    """Give the credits per token of each pair; empty but in `weighted`."""
    if mapping.billing.mode is not Billing.WEIGHTED:
        return {}
    base = on(mapping, mapping.since)
    return weigh(base, make_rates(base, catalogue))


def make_statement(
    prices: PriceList, weights: Weights, used: Sequence[Used], start: datetime, end: datetime, *, renews: bool = True
) -> Statement:
    """Charge usage as the invoice does, and share every line out to its days."""
    added = _added(used)
    places = {(price.model, price.token_type): number for number, price in enumerate(prices.prices)}
    charged: dict[int, list[tuple[Used, int]]] = {number: [] for number in range(len(prices.prices))}
    left_out = []
    for one in added:
        number = places.get((one.model, one.token_type), places.get(("", None)))
        units = None if number is None else _units(prices.prices[number], one, weights)
        if number is None or units is None:
            left_out.append(one)
        else:
            charged[number].append((one, units))
    charges = tuple(_charge(price, charged[number]) for number, price in enumerate(prices.prices))
    usage = {(c.price.model, c.price.token_type): sum(share.units for share in c.shares) for c in charges}
    invoice = make_invoice(prices, usage, renews=renews)
    return Statement(prices.client, start, end, invoice, charges, tuple(left_out))


def _added(used: Iterable[Used]) -> list[Used]:
    """Add up what is said twice of a pair and a day, in the order of days."""
    sums: Counter[tuple[date, str, TokenType]] = Counter()
    for one in used:
        sums[one.day, one.model, one.token_type] += one.tokens
    order = list(TokenType)
    rows = sorted(sums.items(), key=lambda row: (row[0][0], row[0][1], order.index(row[0][2])))
    return [Used(*key, tokens) for key, tokens in rows if tokens]


def _units(price: Price, used: Used, weights: Weights) -> int | None:
    """Count one use in units of a price; None where the price is not for it."""
    if price.token_type is None:
        weight = weights.get((used.model, used.token_type))
        return None if weight is None else used.tokens * weight
    return used.tokens if (price.model, price.token_type) == (used.model, used.token_type) else None


def _charge(price: Price, used: Sequence[tuple[Used, int]]) -> Charge:
    with localcontext(prec=PRECISION):
        total = sum(units for _, units in used)
        whole = lines(price, total)
        shares, before = [], 0
        for one, units in used:
            exact = _worth(price, before + units, total) - _worth(price, before, total)
            shares.append(Share(one, units, exact))
            before += units
        fixed = sum((line.exact for line in whole), ZERO) - sum((share.exact for share in shares), ZERO)
        return Charge(price, whole, tuple(shares), fixed)


def _worth(price: Price, units: int, total: int) -> Decimal:
    """Say what the first units of a period are worth; with volume prices the period's total decides the rate."""
    if price.shape is Shape.VOLUME:
        tier = next(tier for tier in price.tiers if tier.up_to is None or total <= tier.up_to)
        return units * tier.unit_amount
    return sum((line.exact for line in lines(price, units)), ZERO)
