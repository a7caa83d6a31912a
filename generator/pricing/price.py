"""A price as Stripe holds it: what one meter's quantity costs. Amounts are minor units (cents), exact decimals."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from generator.mapping.words import Shape, TaxBehavior, TokenType
from generator.pricing.amounts import format_decimal
from generator.pricing.events import slug

LONGEST_NAME = 100
"""What a lookup key keeps of a name, so that with currency and digest it stays below Stripe's 200 characters."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tier:
    """One step: `up_to` is its last unit of the month (None: no end); `exact` is the amount before rounding."""

    up_to: int | None
    unit_amount: Decimal
    exact: Decimal
    flat_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Tax:
    """How Stripe Tax treats a price; empty where the mapping does not say."""

    behavior: TaxBehavior | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What a meter's quantity costs: tokens of one pair, or in `weighted` credits (no model, no token type).

    `unit_amount` is per `divide_by` units and None where there are tiers; `exact` is the same before rounding.
    `event_name` is empty in `watch`, where nothing is metered.
    """

    event_name: str
    model: str
    token_type: TokenType | None
    currency: str
    shape: Shape
    unit_amount: Decimal | None
    exact: Decimal
    tiers: tuple[Tier, ...] = ()
    divide_by: int = 1
    """1000: the month's total is rounded up to whole thousands before it is priced."""
    tax: Tax = Tax()

    @property
    def lookup_key(self) -> str:
        """Name the price by its content: the same terms have the same key whenever and for whomever they are made."""
        parts = [slug(part) for part in (self.model, self.token_type or "") if part]
        name = self.event_name if self.event_name.endswith("_".join(parts)) else "_".join([self.event_name, *parts])
        return f"{name[:LONGEST_NAME]}-{self.currency}-{self._digest}"

    @property
    def title(self) -> str:
        """Name what is sold, as a person reads it on an invoice."""
        words = f"{self.token_type.value.replace('_', ' ')} tokens" if self.token_type else "tokens, weighted"
        return f"{self.model} {words}".strip()

    @property
    def dimensions(self) -> dict[str, str]:
        """Give the values of the meter's dimensions that this price is for (`dimensions` only needs them)."""
        return {"model": self.model, "token_type": self.token_type.value} if self.token_type else {}

    @property
    def _digest(self) -> str:
        tiers = [[t.up_to, format_decimal(t.unit_amount), format_decimal(t.flat_amount)] for t in self.tiers]
        amount = None if self.unit_amount is None else format_decimal(self.unit_amount)
        tax = [self.tax.behavior, self.tax.code]
        content = [self.event_name, self.model, self.token_type, self.currency, "month", self.shape, amount, tiers]
        return sha256(json.dumps([*content, self.divide_by, tax]).encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """A retainer: whole minor units per `month` or `year`, in advance."""

    amount: int
    currency: str
    interval: str
    tax: Tax = Tax()

    @property
    def lookup_key(self) -> str:
        """Name the price by its content."""
        tax = f"-{self.tax.behavior}" if self.tax.behavior else ""
        code = f"-{self.tax.code}" if self.tax.code else ""
        return f"retainer-{self.currency}-{self.amount}-{self.interval}{tax}{code}"


@dataclass(frozen=True, slots=True)
class PriceList:
    """All that one client pays in [since, until), which are boundaries of its billing periods.

    `credit` is the money in minor units that is taken off the usage of each period; what is left of it expires.
    """

    client: str
    currency: str
    since: datetime
    until: datetime | None
    prices: tuple[Price, ...]
    retainer: FixedPrice | None = None
    credit: int = 0

    @property
    def items(self) -> int:
        """Count the items on the subscription of the tokens."""
        return len(self.prices) + (1 if self.retainer and self.retainer.interval == "month" else 0)
