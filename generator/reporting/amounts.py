"""Amounts as people read them: rounded once, half up, with a currency sign and separators."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from generator.pricing.amounts import minor_units

SIGNS = {"usd": "$", "eur": "€", "gbp": "£"}


def show_money(amount: Decimal, currency: str) -> str:
    """Write money: `$1,500.00`, `-$3.20`, `CHF 12.00`; an amount below half of the smallest unit says so."""
    places = len(str(minor_units(currency))) - 1
    unit = Decimal(1).scaleb(-places)
    with localcontext(prec=60):
        rounded = amount.quantize(unit, rounding=ROUND_HALF_UP)
    sign = currency_sign(currency)
    if rounded == 0 and amount > 0:
        return f"< {sign}{unit}"
    return f"{'-' if rounded < 0 else ''}{sign}{abs(rounded):,}"


def currency_sign(currency: str) -> str:
    """Give what stands before an amount: `$`, or the code and a space."""
    return SIGNS.get(currency, f"{currency.upper()} ")


def show_percent(share: Decimal) -> str:
    """Write a percentage with two places: `57.33 %`."""
    with localcontext(prec=28):
        return f"{share.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):,} %"
