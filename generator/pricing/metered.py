"""What metering charges for the usage of files: each client's invoices, shared out to its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from generator.mapping.dated import on
from generator.mapping.model import Mapping as Written
from generator.mapping.words import TokenType
from generator.metering.periods import period_end
from generator.pricing.amounts import PRECISION, minor_units, round_places
from generator.pricing.margin_report import Taken
from generator.pricing.naming import Names
from generator.pricing.price import ZERO, PriceList
from generator.pricing.price_lists import make_price_lists
from generator.pricing.statement import Charge, Used, make_statement, metered, stamp, weights_of
from generator.pricing.terms import exchange_rate
from generator.pricing.weights import Weights

PLACES = 18
"""Decimals that are kept of an amount that came back from another currency; every other one has fewer."""
Amounts = dict[Used, Decimal]
"""What is charged for each use of a pair on a day, in minor units."""


class _Group(NamedTuple):
    """What one invoice charges; usage of days on which nothing is metered yet is charged as an invoice of its own."""

    client: str
    period: int | None
    metered: bool


@dataclass(frozen=True, slots=True)
class _Row:
    taken: Taken
    model: str

    def used(self) -> Iterator[Used]:
        day = self.taken.day or date.min
        return (Used(day, self.model, kind, n) for kind in TokenType if (n := self.taken.tokens.of(kind)))


def mapped_charges(used: Sequence[Taken], names: Names) -> dict[Taken, Decimal]:
    """Charge all usage at a mapping's prices, in its currency; usage of unknown clients and models is not in it.

    The amounts of a client and billing period add up to its invoice without the retainer: a line's rounding and fixed
    fees stand with the last usage that it charges, free tokens and credit with the earliest.
    """
    mapping = names.mapping
    if mapping is None:
        return {}
    lists, weights = make_price_lists(mapping, names.catalogue), weights_of(mapping, names.catalogue)
    found: dict[Taken, Decimal] = {}
    for group, rows in _groups(mapping, used, names).items():
        terms = _terms(mapping, lists, group)
        at_home = _home(mapping, terms)
        for row, amount in _shared(rows, _amounts(terms, weights, rows)):
            with localcontext(prec=PRECISION):
                found[row] = round_places(amount / at_home, PLACES)
    return found


def _groups(mapping: Written, used: Sequence[Taken], names: Names) -> dict[_Group, list[_Row]]:
    @cache
    def period(client: str, day: date | None) -> int | None:
        return None if day is None else _period(mapping, client, day)

    @cache
    def is_metered(client: str, model: str, day: date | None) -> bool:
        one = Used(day or date.min, model, TokenType.INPUT, 1)
        return day is None or bool(metered(mapping, mapping.clients[client], [one]))

    groups: dict[_Group, list[_Row]] = {}
    for entry in sorted(used, key=lambda one: (one.day or date.min, one.client, one.model)):
        client, meaning = names.client(entry.client), names.model(entry.model, entry.day)
        if client is not None and meaning is not None and meaning.mapped and entry.tokens.all:
            model = meaning.model
            group = _Group(client, period(client, entry.day), is_metered(client, model, entry.day))
            groups.setdefault(group, []).append(_Row(entry, model))
    return groups


def _period(mapping: Written, client: str, day: date) -> int:
    """Number the billing period in which a day's usage is stamped, from the anchor's on."""
    anchor, at = (mapping.clients[client].period or mapping.period).anchor, stamp(day, mapping.windows.zone)
    months = (at.year - anchor.year) * 12 + at.month - anchor.month
    return next(number for number in (months + 1, months, months - 1) if period_end(anchor, number) <= at)


def _terms(mapping: Written, lists: Sequence[PriceList], group: _Group) -> PriceList:
    """Give what the client pays in the period; before its first day what it will, without a day what it does last."""
    own = [found for found in lists if found.client == group.client]
    if group.period is None:
        return own[-1]
    anchor = (mapping.clients[group.client].period or mapping.period).anchor
    start, end = period_end(anchor, group.period), period_end(anchor, group.period + 1)
    inside = (found for found in own if found.since < end and (found.until is None or start < found.until))
    return next(inside, own[0])


def _home(mapping: Written, terms: PriceList) -> Decimal:
    """Say how many minor units of a client's currency are one unit of the mapping's."""
    day = terms.since.astimezone(ZoneInfo(mapping.windows.zone)).date()
    with localcontext(prec=PRECISION):
        return minor_units(terms.currency) * exchange_rate(on(mapping, day), terms.currency)


def _amounts(terms: PriceList, weights: Weights, rows: Sequence[_Row]) -> Amounts:
    """Make the invoice, and give each use of a pair on a day its part of it."""
    used = [one for row in rows for one in row.used()]
    made = make_statement(terms, weights, used, terms.since, terms.since, renews=False)
    amounts: Amounts = {}
    with localcontext(prec=PRECISION):
        unused = sum((_into(amounts, charge) for charge in made.charges), ZERO)
        ordered = sorted(amounts, key=lambda one: one.day)
        left = Decimal(made.invoice.credit)
        for one in ordered:
            paid = min(left, max(amounts[one], ZERO))
            amounts[one], left = amounts[one] - paid, left - paid
        if ordered:
            amounts[ordered[-1]] += unused - left
    return amounts


def _into(amounts: Amounts, charge: Charge) -> Decimal:
    """Add one price's shares; what its lines charge beside them goes to the last, or is given back without any."""
    rest = sum((line.amount for line in charge.lines), ZERO) - sum((share.exact for share in charge.shares), ZERO)
    for share in charge.shares:
        amounts[share.used] = share.exact
    if not charge.shares:
        return rest
    amounts[charge.shares[-1].used] += rest
    return ZERO


def _shared(rows: Sequence[_Row], amounts: Mapping[Used, Decimal]) -> Iterator[tuple[Taken, Decimal]]:
    """Share each amount out to the rows that it is for, by their tokens; the last takes what is left."""
    left = {(one.day, one.model, one.token_type): (one.tokens, amount) for one, amount in amounts.items()}
    for row in rows:
        charged = ZERO
        with localcontext(prec=PRECISION):
            for one in row.used():
                tokens, amount = left.get(one[:3], (0, ZERO))
                part = amount * one.tokens / tokens if tokens else ZERO
                left[one[:3]] = tokens - one.tokens, amount - part
                charged += part
        yield row.taken, charged
