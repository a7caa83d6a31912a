"""What fits with what in a price (Stripe docs, *Prices*; metered prices name a meter since 2025-03-31.basil)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .books import Books
from .refusal import wrong


def metered_names_a_meter(books: Books, params: dict[str, Any]) -> None:
    """A metered price names a meter, a licensed one does not."""
    recurring = params.get("recurring", {})
    meter, metered = recurring.get("meter"), recurring.get("usage_type") == "metered"
    if metered != (meter is not None):
        words = "Metered prices must name a meter." if metered else "Only metered prices have a meter."
        raise wrong("recurring[meter]", words)
    if meter is not None and not books.meter(meter, "recurring[meter]").active:
        raise wrong("recurring[meter]", f"The meter {meter} is inactive.")


def one_amount(_: Books, params: dict[str, Any]) -> None:
    """A per-unit price has exactly one amount, a tiered one has tiers and a mode instead."""
    tiered = params.get("billing_scheme") == "tiered"
    amounts = [key for key in ("unit_amount", "unit_amount_decimal") if key in params]
    if len(amounts) != (0 if tiered else 1):
        raise wrong("unit_amount", "Give unit_amount or unit_amount_decimal, or tiers with billing_scheme=tiered.")
    if tiered != ("tiers" in params) or tiered != ("tiers_mode" in params):
        raise wrong("tiers", "tiers and tiers_mode belong to billing_scheme=tiered.")


def no_transform_with_tiers(_: Books, params: dict[str, Any]) -> None:
    """`transform_quantity` cannot be combined with tiers."""
    if "tiers" in params and "transform_quantity" in params:
        raise wrong("transform_quantity", "transform_quantity cannot be used with tiers.")


def tiers_rise(_: Books, params: dict[str, Any]) -> None:
    """Tiers rise and the last one has no end."""
    tiers = params.get("tiers")
    if tiers is None:
        return
    ends = [tier["up_to"] for tier in tiers]
    numbers = [int(end) for end in ends[:-1] if re.fullmatch(r"[1-9][0-9]{0,17}", end)]
    if ends[-1] != "inf" or len(numbers) != len(ends) - 1 or sorted(set(numbers)) != numbers:
        raise wrong("tiers", "Tiers must rise, and the last must be up_to=inf.")


RULES: tuple[Callable[[Books, dict[str, Any]], None], ...] = (
    metered_names_a_meter,
    one_amount,
    no_transform_with_tiers,
    tiers_rise,
)
