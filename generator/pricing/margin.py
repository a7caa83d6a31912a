"""Margin: what usage cost by dated provider prices, what was charged for it, and what metering would have charged."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple, TypeVar

from generator.mapping.words import TokenType
from generator.pricing.rates import MILLION

Costs = Mapping[TokenType, Decimal]
"""Provider prices in currency per million tokens."""

BATCH = Decimal("0.5")
"""Batches cost half at OpenAI and Anthropic (their price pages)."""
LONG_WRITE = 2
"""Writes that the provider keeps for an hour or twelve cost twice the input price (LiteLLM's price map)."""
MONTH = 30
K = TypeVar("K", bound=Hashable)


class Tokens(NamedTuple):
    """Disjoint counts; `long_write` is the part of `cached_write` that costs more."""

    input: int = 0
    cached_input: int = 0
    cached_write: int = 0
    output: int = 0
    long_write: int = 0

    def of(self, kind: TokenType) -> int:
        """Give the count of one token type."""
        number: int = getattr(self, kind.value)
        return number

    @property
    def all(self) -> int:
        """Add the four disjoint counts."""
        return self.input + self.cached_input + self.cached_write + self.output


@dataclass(frozen=True, slots=True)
class Line:
    """One client's use of one model on one day: cost and charge in currency, None where nothing has a price.

    `model` is the catalogue's or mapping's name where the file's is known. `reported` is the source's own cost.
    """

    client: str
    model: str
    day: date | None
    tokens: Tokens
    requests: int
    cost: Decimal | None
    metered: Decimal | None
    reported: Decimal | None = None


@dataclass(slots=True)
class Total:
    """Lines added up."""

    input: int = 0
    cached_input: int = 0
    cached_write: int = 0
    output: int = 0
    requests: int = 0
    cost: Decimal = Decimal(0)
    metered: Decimal = Decimal(0)
    reported: Decimal | None = None
    unpriced: int = 0
    """Tokens of models without a price: their cost is missing in `cost`."""
    days: set[date] = field(default_factory=set)

    @property
    def tokens(self) -> int:
        """Add the four disjoint counts."""
        return self.input + self.cached_input + self.cached_write + self.output

    def add(self, line: Line) -> None:
        """Add a line."""
        for kind in TokenType:
            setattr(self, kind.value, getattr(self, kind.value) + line.tokens.of(kind))
        self.requests += line.requests
        self.unpriced += line.tokens.all if line.cost is None else 0
        with localcontext(prec=60):
            self.cost += line.cost or 0
            self.metered += line.metered or 0
            if line.reported is not None:
                self.reported = (self.reported or Decimal(0)) + line.reported
        if line.day:
            self.days.add(line.day)


def provider_cost(tokens: Tokens, costs: Costs, *, batch: bool = False) -> Decimal | None:
    """Price tokens as the provider does, exactly; None where a type that was used has no price.

    A provider without a price for cache reads or writes charges them as input.
    """
    plain, output = costs.get(TokenType.INPUT), costs.get(TokenType.OUTPUT)
    if (plain is None and tokens.all > tokens.output) or (output is None and tokens.output):
        return None
    plain, output = plain or Decimal(0), output or Decimal(0)
    write = costs.get(TokenType.CACHED_WRITE)
    long = plain if write is None else plain * LONG_WRITE
    with localcontext(prec=60):
        total = (
            tokens.input * plain
            + tokens.cached_input * costs.get(TokenType.CACHED_INPUT, plain)
            + (tokens.cached_write - tokens.long_write) * (plain if write is None else write)
            + tokens.long_write * long
            + tokens.output * output
        )
        return total / MILLION * (BATCH if batch else 1)


def metered_charge(tokens: Tokens, costs: Costs, markup: Decimal) -> Decimal | None:
    """Charge tokens at cost × markup, where no mapping names rates: one flat rate per token type, no batches."""
    cost = provider_cost(tokens._replace(long_write=0), costs)
    with localcontext(prec=60):
        return None if cost is None else cost * markup


def add_up(lines: Iterable[Line], key: Callable[[Line], K]) -> dict[K, Total]:
    """Add lines up under a key, in the order in which keys are met."""
    totals: dict[K, Total] = {}
    for line in lines:
        totals.setdefault(key(line), Total()).add(line)
    return totals


def months(first: date, last: date) -> Decimal:
    """Say how many monthly fees the days from `first` to `last` hold.

    Up to a month is one fee, since an export may hold few days of a month that is charged whole; whole calendar months
    count as they are; longer stretches by 30 days.
    """
    days = (last - first).days + 1
    if days <= MONTH + 1:
        return Decimal(1)
    if first.day == 1 and date.fromordinal(last.toordinal() + 1).day == 1:
        return Decimal((last.year - first.year) * 12 + last.month - first.month + 1)
    with localcontext(prec=12):
        return Decimal(days) / MONTH


def share(cost: Decimal, charged: Decimal | None) -> Decimal | None:
    """Say how much of a charge goes to tokens, in percent; None where nothing was charged."""
    if not charged:
        return None
    with localcontext(prec=28):
        return cost * 100 / charged
