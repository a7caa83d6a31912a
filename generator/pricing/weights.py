"""Integer weights for `weighted`: a credit is the greatest common divisor of all rates, or what the mapping fixes."""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import gcd

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import Billing, TokenType
from generator.pricing.amounts import PLACES, format_decimal
from generator.pricing.rates import Rate

Weights = dict[tuple[str, TokenType], int]
"""Credits per token, by model and token type."""

INEXACT = Rule(
    "weighted.inexact",
    Level.ERROR,
    "a rate is no whole multiple of the credit, or was rounded",
    "leave `credit` out, or choose one that divides every rate",
)
NO_MODE = Rule(
    "weighted.credit-unused",
    Level.ERROR,
    "`credit` is set, but the mode is not weighted",
    "remove `credit`, or choose `mode: weighted`",
)


def make_weights(mapping: Mapping, rates: list[Rate], places: Places) -> tuple[Weights, list[Finding]]:
    """Weigh every pair in credits per token, exactly; empty in other modes."""
    if mapping.billing.mode is not Billing.WEIGHTED:
        where, text = places.at("billing", "credit"), "billing.credit counts only in weighted"
        return {}, [NO_MODE.at(where, text)] if mapping.billing.credit else []
    weights, credit = weigh(mapping, rates), _credit(mapping, rates)
    uneven = [rate for rate in rates if (rate.model, rate.token_type) not in weights or rate.rate != rate.exact]
    return weights, [_inexact(rate, credit, places) for rate in uneven]


def weigh(mapping: Mapping, rates: list[Rate]) -> Weights:
    """Weigh the pairs whose rate is a whole multiple of the credit."""
    credit = _credit(mapping, rates)
    weights = {(rate.model, rate.token_type): _weight(rate.rate, credit) for rate in rates}
    return {pair: weight for pair, weight in weights.items() if weight is not None}


def _credit(mapping: Mapping, rates: list[Rate]) -> Decimal:
    return mapping.billing.credit or common_credit([rate.rate for rate in rates])


def common_credit(rates: list[Decimal]) -> Decimal:
    """Give the greatest amount, in cents, of which every rate is a whole multiple; 0 where all rates are 0."""
    whole = gcd(*(int(rate.scaleb(PLACES)) for rate in rates))
    return Decimal(whole).scaleb(-PLACES)


def _weight(rate: Decimal, credit: Decimal) -> int | None:
    with localcontext(prec=60):
        quotient, rest = divmod(rate, credit) if credit else (Decimal(0), Decimal(0))
    return None if rest else int(quotient)


def _inexact(rate: Rate, credit: Decimal, places: Places) -> Finding:
    pair = f"{rate.model} {rate.token_type.value}"
    text = f"{pair} charges {format_decimal(rate.exact)} cents per token, no whole multiple of {format_decimal(credit)}"
    hint = "" if rate.rate == rate.exact else "choose a cost and a markup with fewer decimals"
    return INEXACT.at(places.at("models", rate.model), text, hint)
