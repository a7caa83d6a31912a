"""A price and its arithmetic: exact decimals in minor units, rounded once, where a line becomes an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from .times import unix

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a tiered price; `up_to` is inclusive, None for the last. Amounts are minor units."""

    up_to: int | None
    unit: Decimal = ZERO
    flat: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Transform:
    """Divide a quantity before it is priced and round the result `up` or `down`."""

    divide_by: int
    round: str

    def apply(self, quantity: Decimal) -> Decimal:
        """Give the quantity that is priced."""
        mode = ROUND_CEILING if self.round == "up" else ROUND_FLOOR
        return (quantity / self.divide_by).to_integral_value(mode)


@dataclass(frozen=True, slots=True)
class Charge:
    """A quantity and what it costs, not yet rounded."""

    quantity: Decimal
    exact: Decimal
    note: str = ""

    @property
    def amount(self) -> int:
        """Round to whole minor units, half up."""
        return int(self.exact.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Price:
    """One `price`: per unit, or tiered; metered prices name a meter."""

    id: str
    currency: str
    product: str
    created: datetime
    unit_amount: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    tiers_mode: str | None = None
    transform: Transform | None = None
    meter: str | None = None
    interval: str | None = "month"
    interval_count: int = 1
    lookup_key: str | None = None
    nickname: str | None = None
    tax_behavior: str = "unspecified"
    metadata: Mapping[str, str] = field(default_factory=dict)
    active: bool = True
    livemode: bool = False

    def charges(self, quantity: Decimal) -> tuple[Charge, ...]:
        """Price a period's quantity, one charge per tier that it reaches; a negative total costs nothing."""
        quantity = max(quantity, ZERO)
        if self.tiers_mode == "graduated":
            return tuple(_graduated(self.tiers, quantity))
        if self.tiers_mode == "volume":
            tier = next(tier for tier in self.tiers if tier.up_to is None or quantity <= tier.up_to)
            return (Charge(quantity, quantity * tier.unit + tier.flat),)
        priced = self.transform.apply(quantity) if self.transform else quantity
        return (Charge(priced, priced * (self.unit_amount or ZERO)),)

    def rendered(self, *, tiers: bool = False) -> dict[str, Any]:
        """Write the object as v1 answers it; tiers only when expanded."""
        body: dict[str, Any] = {
            "id": self.id,
            "object": "price",
            "active": self.active,
            "billing_scheme": "tiered" if self.tiers else "per_unit",
            "created": unix(self.created),
            "currency": self.currency,
            "livemode": self.livemode,
            "lookup_key": self.lookup_key,
            "metadata": dict(self.metadata),
            "nickname": self.nickname,
            "product": self.product,
            "recurring": self._recurring(),
            "tax_behavior": self.tax_behavior,
            "tiers_mode": self.tiers_mode,
            "transform_quantity": _transformed(self.transform),
            "type": "recurring" if self.interval else "one_time",
            "unit_amount": _whole(self.unit_amount),
            "unit_amount_decimal": plain(self.unit_amount),
        }
        return body | ({"tiers": [_tier(tier) for tier in self.tiers]} if tiers and self.tiers else {})

    def _recurring(self) -> dict[str, Any] | None:
        if self.interval is None:
            return None
        kind = "metered" if self.meter else "licensed"
        count = self.interval_count
        return {"interval": self.interval, "interval_count": count, "meter": self.meter, "usage_type": kind}


def one_charge(charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
    """Join the charges of all tiers into one that is rounded once."""
    return (Charge(sum((c.quantity for c in charges), ZERO), sum((c.exact for c in charges), ZERO)),)


def plain(amount: Decimal | None) -> str | None:
    """Write a decimal without exponent and without trailing zeros."""
    if amount is None:
        return None
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _graduated(tiers: tuple[Tier, ...], quantity: Decimal) -> list[Charge]:
    charges, floor = [], ZERO
    for number, tier in enumerate(tiers, 1):
        ceiling = quantity if tier.up_to is None else min(quantity, Decimal(tier.up_to))
        inside = max(ceiling - floor, ZERO)
        if inside or number == 1:
            charges.append(Charge(inside, inside * tier.unit + tier.flat, f"tier {number}"))
        floor += inside
    return charges


def _whole(amount: Decimal | None) -> int | None:
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def _transformed(transform: Transform | None) -> dict[str, Any] | None:
    return {"divide_by": transform.divide_by, "round": transform.round} if transform else None


def _tier(tier: Tier) -> dict[str, Any]:
    return {
        "up_to": tier.up_to,
        "unit_amount": _whole(tier.unit),
        "unit_amount_decimal": plain(tier.unit),
        "flat_amount": _whole(tier.flat),
        "flat_amount_decimal": plain(tier.flat),
    }
