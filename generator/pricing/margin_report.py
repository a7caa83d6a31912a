"""The margin report: totals of usage in, priced lines and one row per client out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from generator.pricing.margin import Line, Tokens, Total, add_up, months, share
from generator.pricing.naming import Names


@dataclass(frozen=True, slots=True)
class Taken:
    """Usage of one client and model on one day, as files name them; `largest` is the longest prompt of one call."""

    client: str
    model: str
    day: date | None
    tokens: Tokens
    requests: int = 0
    reported: Decimal | None = None
    batch: bool = False
    largest: int = 0
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Fees:
    """Flat monthly fees by client, and one for a client that is not named there."""

    by_client: Mapping[str, Decimal] = field(default_factory=dict)
    any_client: Decimal | None = None
    billed: bool = False
    """Whether metering is charged today; else it is what would have been charged."""


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client: its usage, its fee for the time, and whether the mapping knows it."""

    client: str
    name: str
    total: Total
    retainer: Decimal | None
    billed: bool
    unmatched: bool = False

    @property
    def charged(self) -> Decimal | None:
        """Give what the client pays flat; without a flat fee, the metered tokens where they are billed."""
        return self.total.metered if self.retainer is None and self.billed else self.retainer

    @property
    def margin(self) -> Decimal | None:
        """Give what is left of the charge after tokens."""
        with localcontext(prec=60):
            return None if self.charged is None else self.charged - self.total.cost

    @property
    def share(self) -> Decimal | None:
        """Give the percentage of the charge that goes to tokens."""
        return share(self.total.cost, self.charged)

    @property
    def margin_with_metering(self) -> Decimal:
        """Give what would be left with the flat fee and metered tokens together."""
        with localcontext(prec=60):
            return (self.retainer or Decimal(0)) + self.total.metered - self.total.cost


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a margin report shows; money in currency, exact."""

    currency: str
    markup: Decimal
    zone: str
    first: date | None
    last: date | None
    as_of: date
    lines: tuple[Line, ...]
    clients: tuple[ClientRow, ...]
    models: dict[str, Total]
    days: dict[date | None, Total]
    total: Total
    sources: dict[str, str]
    own_rates: bool

    @property
    def retainer(self) -> Decimal | None:
        """Add the flat fees of all clients that have one."""
        fees = [row.retainer for row in self.clients if row.retainer is not None]
        return sum(fees, Decimal(0)) if fees else None

    @property
    def billed(self) -> bool:
        """Whether metering is charged today."""
        return any(row.billed for row in self.clients)


def make_report(
    taken: Sequence[Taken], names: Names, fees: Fees, zone: str, charges: Mapping[Taken, Decimal] | None = None
) -> Report:
    """Price usage and add it up per client, model and day; `charges` are what a mapping's prices charge for it."""
    with_tokens = {entry.client for entry in taken if entry.tokens.all}
    lines = sorted(
        (_line(entry, names, charges or {}, tokens_known=entry.client in with_tokens) for entry in taken), key=_order
    )
    days = sorted({line.day for line in lines if line.day})
    first, last = (days[0], days[-1]) if days else (None, None)
    rows = _clients(lines, names, fees, months(first, last) if first and last else Decimal(1))
    return Report(
        currency=names.mapping.currency if names.mapping else names.catalogue.currency,
        markup=names.markup,
        zone=zone,
        first=first,
        last=last,
        as_of=names.catalogue.as_of,
        lines=tuple(lines),
        clients=tuple(sorted(rows, key=lambda row: (row.unmatched, -row.total.cost, row.name))),
        models=_by_cost(add_up(lines, lambda line: line.model)),
        days=add_up(lines, lambda line: line.day),
        total=_all(lines),
        sources=_sources(taken, names),
        own_rates=names.own_rates,
    )


def _line(entry: Taken, names: Names, charges: Mapping[Taken, Decimal], *, tokens_known: bool) -> Line:
    meaning = names.model(entry.model, entry.day) if entry.tokens.all else None
    cost = names.cost(entry.model, entry.tokens, entry.day, batch=entry.batch) if entry.tokens.all else Decimal(0)
    if cost is None or (not entry.tokens.all and not tokens_known):
        cost = entry.reported or cost
    client = names.client(entry.client)
    return Line(
        client=entry.client if client is None else client,
        model=meaning.model if meaning else entry.model,
        day=entry.day,
        tokens=entry.tokens,
        requests=entry.requests,
        cost=cost,
        metered=None if client is None else _charge(entry, names, charges, cost),
        reported=entry.reported,
    )


def _charge(entry: Taken, names: Names, charges: Mapping[Taken, Decimal], cost: Decimal | None) -> Decimal | None:
    """Charge tokens as a mapping does, or at cost × markup; where a file has money alone, its cost × markup."""
    if entry.tokens.all and not names.own_rates:
        return charges.get(entry)
    if entry.tokens.all:
        return names.charge(entry.model, entry.tokens, entry.day)
    with localcontext(prec=60):
        return None if cost is None else cost * names.markup


def _all(lines: Iterable[Line]) -> Total:
    total = Total()
    for line in lines:
        total.add(line)
    return total


def _order(line: Line) -> tuple[date, str, str]:
    return line.day or date.min, line.client, line.model


def _clients(lines: Iterable[Line], names: Names, fees: Fees, scale: Decimal) -> Iterable[ClientRow]:
    totals = add_up(lines, lambda line: line.client)
    listed = names.mapping.clients if names.mapping else {}
    for client, total in totals.items():
        fee = fees.by_client.get(client, fees.any_client)
        with localcontext(prec=60):
            retainer = None if fee is None else fee * scale
        unmatched = names.mapping is not None and client not in listed
        name = listed[client].name if client in listed else client
        yield ClientRow(client, name, total, retainer, fees.billed and not unmatched, unmatched)


def _by_cost(totals: dict[str, Total]) -> dict[str, Total]:
    return dict(sorted(totals.items(), key=lambda item: (-item[1].cost, item[0])))


def _sources(taken: Iterable[Taken], names: Names) -> dict[str, str]:
    """Say where each priced model's prices come from."""
    meanings = [names.model(name) for name in dict.fromkeys(entry.model for entry in taken if entry.tokens.all)]
    return {meaning.model: meaning.source for meaning in meanings if meaning}
