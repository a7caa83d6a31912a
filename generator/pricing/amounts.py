"""Decimals to and from text: no exponent, no binary fractions, one rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

PLACES = 12
"""Decimal places that Stripe takes in `unit_amount_decimal` (Stripe API: prices)."""

PRECISION = 60
"""Digits of the arithmetic in between, so that nothing is rounded before it is meant to be."""

# Stripe takes amounts in Ugandan shillings as hundredths, though it counts them as a currency without decimals.
ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))


def format_decimal(value: Decimal) -> str:
    """Write a number without exponent and without trailing zeros: `0.0000005`, `1500`."""
    with localcontext(prec=PRECISION):
        text = format(value.normalize(), "f")
    return "0" if value == 0 else text


def round_places(value: Decimal, places: int = PLACES, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round to a number of decimal places, half up unless said otherwise, without trailing zeros."""
    with localcontext(prec=PRECISION):
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=rounding)
        return rounded.normalize()


def minor_units(currency: str) -> int:
    """Say how many minor units (cents) one unit of a currency has (Stripe docs: zero-decimal currencies)."""
    return 1 if currency in ZERO_DECIMAL else 1000 if currency in THREE_DECIMAL else 100


def whole(value: Decimal) -> int:
    """Round to whole units, half up."""
    with localcontext(prec=PRECISION):
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
