"""Amounts on the wire: the SDK writes a Decimal as `str` does (`1E-7` for a tiny one); Stripe takes no exponent."""

from __future__ import annotations

from decimal import Decimal

from generator.pricing.amounts import format_decimal


class Plain(Decimal):
    """A decimal that is always written out."""

    def __str__(self) -> str:
        """Write all digits: `0.0000001`, `30`."""
        return format_decimal(Decimal(self))
