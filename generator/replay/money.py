"""Money as messages write it: the judge's own reading of how many decimals a currency has."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_NONE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE = "bhd jod kwd omr tnd"


def places(currency: str) -> int:
    """Say with how many decimals Stripe writes amounts of a currency (Stripe docs: supported currencies)."""
    return 0 if currency in _NONE.split() else 3 if currency in _THREE.split() else 2


def minor_units(currency: str) -> int:
    """Say how many minor units one unit of a currency has."""
    return int(10 ** places(currency))


def money(minor: Decimal, currency: str) -> str:
    """Write an amount of minor units, rounded half up to whole ones, in units of its currency."""
    digits = places(currency)
    return f"{minor.quantize(Decimal(1), ROUND_HALF_UP).scaleb(-digits):,.{digits}f}"
