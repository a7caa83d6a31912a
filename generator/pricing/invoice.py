"""What a month costs: quantity per price → lines → credit → total, as Stripe does it.

Amounts are minor units. A line is rounded once, half up, to whole ones, and lines are added after that (Stripe docs:
rounding rules of `unit_amount_decimal`). Usage is charged when its period is over, a retainer when it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from generator.mapping.words import Shape, TokenType
from generator.pricing.amounts import PRECISION, whole
from generator.pricing.price import ZERO, FixedPrice, Price, PriceList

Usage = Mapping[tuple[str, TokenType | None], int]
"""Units per price: tokens by (model, token type); in `weighted` credits, by ("", None)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `quantity` as the invoice counts it (thousands, where a price does), `exact` before rounding.

    `tier` is the number of a graduated price's step, from 1; 0 where the price makes one line.
    """

    price: Price | FixedPrice
    quantity: int
    exact: Decimal
    tier: int = 0

    @property
    def amount(self) -> int:
        """Round to whole minor units, half up."""
        return whole(self.exact)


@dataclass(frozen=True, slots=True)
class Invoice:
    """One client's invoice: lines, the credit that they used up, and what is owed."""

    currency: str
    lines: tuple[Line, ...]
    credit: int = 0

    @property
    def subtotal(self) -> int:
        """Add up the rounded lines."""
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """Give what is owed once the credit is taken off."""
        return self.subtotal - self.credit


def make_invoice(prices: PriceList, usage: Usage, *, renews: bool = True, credit: int | None = None) -> Invoice:
    """Charge a client's usage of one period, and the retainer of the next one where the subscription `renews`.

    `credit` is what is left of the period's credit, if not all of it. A credit pays for usage only, never a retainer.
    """
    quantities = [(price, usage.get((price.model, price.token_type), 0)) for price in prices.prices]
    used = tuple(line for price, units in quantities for line in lines(price, units))
    monthly = prices.retainer if renews and _monthly(prices) else None
    fixed = (Line(monthly, 1, Decimal(monthly.amount)),) if monthly else ()
    left = prices.credit if credit is None else credit
    return Invoice(prices.currency, used + fixed, min(left, sum(line.amount for line in used)))


def lines(price: Price, units: int) -> tuple[Line, ...]:
    """Charge a period's units of one price; a graduated price makes one line per step that is reached."""
    with localcontext(prec=PRECISION):
        return tuple(_graduated(price, units) if price.shape is Shape.GRADUATED else [_single(price, units)])


def joined(of: tuple[Line, ...]) -> Line:
    """Join the steps of one price into a line that is rounded once, should an account's invoices show it so."""
    with localcontext(prec=PRECISION):
        return Line(of[0].price, sum(line.quantity for line in of), sum((line.exact for line in of), ZERO))


def _monthly(prices: PriceList) -> bool:
    return prices.retainer is not None and prices.retainer.interval == "month"


def _single(price: Price, units: int) -> Line:
    if price.shape is Shape.VOLUME:
        tier = next(tier for tier in price.tiers if tier.up_to is None or units <= tier.up_to)
        return Line(price, units, units * tier.unit_amount + tier.flat_amount)
    quantity = -(-units // price.divide_by)
    return Line(price, quantity, quantity * (price.unit_amount or ZERO))


def _graduated(price: Price, units: int) -> Iterator[Line]:
    """The first step is on the invoice even of a month without usage, with its fixed amount."""
    start = 0
    for number, tier in enumerate(price.tiers, 1):
        inside = units - start if tier.up_to is None else min(units, tier.up_to) - start
        if inside > 0 or number == 1:
            yield Line(price, inside, inside * tier.unit_amount + tier.flat_amount, number)
        if tier.up_to is None or units <= tier.up_to:
            return
        start = tier.up_to
