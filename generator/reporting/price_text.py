"""A price in words and in Stripe's values: steps, free tokens, thousands."""

from __future__ import annotations

from generator.mapping.words import Shape
from generator.pricing.amounts import format_decimal
from generator.pricing.price import Price, Tier


def tiers(price: Price) -> list[dict[str, str]]:
    """Write the steps as Stripe takes them, each with its keys of the API; none for a flat price."""
    return [
        {
            "up_to": "inf" if tier.up_to is None else str(tier.up_to),
            "unit_amount_decimal": format_decimal(tier.unit_amount),
            "flat_amount_decimal": format_decimal(tier.flat_amount),
        }
        for tier in price.tiers
    ]


def sentence(price: Price) -> str:
    """Say what a price's quantity costs, in smallest units of its currency per unit; empty for a plain flat price."""
    if price.divide_by > 1:
        return f"per {price.divide_by:,}, the month's total rounded up: {format_decimal(price.exact)}"
    if not price.tiers:
        return "" if price.token_type else f"{format_decimal(price.exact)} per credit"
    starts: list[int | None] = [0, *(tier.up_to for tier in price.tiers)]
    steps = [_step(tier, start or 0) for tier, start in zip(price.tiers, starts, strict=False)]
    whole_month = ", all tokens at the rate of the step that the month reaches" if price.shape is Shape.VOLUME else ""
    return "; ".join(steps) + whole_month


def _step(tier: Tier, start: int) -> str:
    span = f"to {tier.up_to:,}" if tier.up_to is not None else "the rest" if start else "all"
    fee = f" and {format_decimal(tier.flat_amount)} once" if tier.flat_amount else ""
    free = not tier.unit_amount and not tier.flat_amount
    return f"{span} {'free' if free else format_decimal(tier.unit_amount)}{fee}"
