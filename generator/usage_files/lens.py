"""A lens: the function that reads every row of one shape, put together once from the fields that the rows have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from generator.usage_files.counts import money
from generator.usage_files.record import Ask, BadRow, LeftOut, Used, When
from generator.usage_files.shapes import (
    CACHED,
    CALLS,
    ENDS,
    EXCLUSIVE,
    FRESH,
    KIND_WORDS,
    LONG_WRITES,
    OUTPUTS,
    PROMPTS,
    REQUESTS,
    SHORT_WRITES,
    TIMES,
    WRITES,
    Impossible,
    Shape,
    plain,
    plain_path,
)
from generator.usage_files.times import read_bucket, read_time

Row = TypeVar("Row")
Get = Callable[[Row], object]
Lens = Callable[[Row], Used | LeftOut]
Counts5 = tuple[int, int, int, int, int]
"""Input, cached input, cached write, output, and the long part of cached write."""
NOTHING = {"", "false", "0", "none", "null"}


@dataclass(frozen=True, slots=True)
class Fields(Generic[Row]):
    """How to get at each field of a row, and how its counts are written."""

    get: Mapping[str, Get[Row]]
    whole: Callable[[object], int]

    def first(self, names: Sequence[str]) -> Get[Row] | None:
        """Give the first field that is there."""
        return next((self.get[name] for name in names if name in self.get), None)

    def every(self, names: Sequence[str]) -> list[Get[Row]]:
        """Give all fields that are there."""
        return [self.get[name] for name in names if name in self.get]


def make_lens(shape: Shape, fields: Fields[Row], ask: Ask, counts: Callable[[Row], Counts5] | None = None) -> Lens[Row]:
    """Put a shape's lens together; `counts` reads the counts where they are not plain fields."""
    if shape.amount:
        return _cost_lens(shape, fields, ask)
    counts = counts or (_one_count(shape, fields) if shape.kind else _counts(shape, fields, ask))
    rest = _Rest.of(shape, fields)
    name, model, when = _client(shape, fields, ask), _name(fields, shape.models, ask.model), _when(fields)
    plain_rows = rest.plain

    def read(row: Row) -> Used | LeftOut:
        fresh, cached, write, output, long = counts(row)
        if plain_rows:
            return Used(name(row), model(row), when(row), fresh, cached, write, output, long)
        if rest.is_free(row):
            return LeftOut("answered from a cache, at no cost")
        more = rest.read(row)
        return Used(name(row), model(row), when(row), fresh, cached, write, output, long, *more)

    return read


@dataclass(frozen=True, slots=True)
class _Rest(Generic[Row]):
    """What only some shapes have: number of calls, cost, batch, rows that cost nothing."""

    requests: Get[Row] | None
    cost: Get[Row] | None
    batch: Get[Row] | None
    batch_values: tuple[str, ...]
    free: Get[Row] | None
    free_values: tuple[str, ...]
    call: Get[Row] | None
    whole: Callable[[object], int]
    alone: int

    @classmethod
    def of(cls, shape: Shape, fields: Fields[Row]) -> _Rest[Row]:
        batch, free = shape.batch, shape.free
        return cls(
            fields.first(REQUESTS),
            fields.first(shape.costs),
            fields.first(batch[:1]),
            batch[1:],
            fields.first(free[:1]),
            free[1:],
            None if shape.kind else fields.first(CALLS),
            fields.whole,
            0 if shape.sums else 1,
        )

    @property
    def plain(self) -> bool:
        return self.alone == 1 and not (self.requests or self.cost or self.batch or self.free or self.call)

    def is_free(self, row: Row) -> bool:
        if self.free is None:
            return False
        value = str(self.free(row) or "").lower()
        return value in self.free_values if self.free_values else value not in NOTHING

    def read(self, row: Row) -> tuple[int, Decimal | None, bool, str]:
        requests = self.whole(self.requests(row)) if self.requests else self.alone
        batch = self.batch is not None and str(self.batch(row)).lower() in self.batch_values
        call = str(self.call(row) or "") if self.call else ""
        return requests, money(self.cost(row)) if self.cost else None, batch, call


def _counts(shape: Shape, fields: Fields[Row], ask: Ask) -> Callable[[Row], Counts5]:
    """Give the function that reads (input, cached input, cached write, output, long write), disjoint."""
    fresh, prompt = fields.first(FRESH), fields.first(PROMPTS)
    cached, write, output = fields.first(CACHED), fields.first(WRITES), fields.first(OUTPUTS)
    short, long, whole = fields.every(SHORT_WRITES), fields.every(LONG_WRITES), fields.whole
    total = fresh or prompt
    inside = fresh is None and _cached_inside(shape, fields, ask)
    parts = write is None and bool(short or long)

    if total and cached and write and output and not (inside or parts or long):
        return lambda row: (whole(total(row)), whole(cached(row)), whole(write(row)), whole(output(row)), 0)

    def read(row: Row) -> Counts5:
        first = whole(total(row)) if total else 0
        reads = whole(cached(row)) if cached else 0
        longer = sum(whole(part(row)) for part in long) if long else 0
        writes = longer + sum(whole(part(row)) for part in short) if parts else whole(write(row)) if write else 0
        if inside and (reads or writes):
            first, reads = _outside(first, reads, writes, shape.impossible)
        return first, reads, writes, whole(output(row)) if output else 0, longer

    return read


def _one_count(shape: Shape, fields: Fields[Row]) -> Callable[[Row], Counts5]:
    """Read rows that hold one count and say of what; counts are disjoint, and a row of a total says nothing new."""
    kind, number, whole = fields.get[shape.kind], fields.get[shape.number], fields.whole
    known = {name: place for place, names in enumerate(KIND_WORDS) for name in names}

    def read(row: Row) -> Counts5:
        place = known.get(plain(str(kind(row) or "")).removesuffix("tokens").removesuffix("token"))
        if place is None:
            raise BadRow(f"{kind(row)!r} is no kind of token: input, cached_input, cached_write or output")
        count = whole(number(row))
        return count * (place == 0), count * (place == 1), count * (place == 2), count * (place == 3), 0

    return read


def _outside(total: int, cached: int, write: int, impossible: Impossible) -> tuple[int, int]:
    """Take what was cached out of the input that includes it."""
    rest = total - cached - write
    if rest >= 0:
        return rest, cached
    if impossible is Impossible.OUTSIDE:
        return total, cached
    if impossible is Impossible.CLAMP and write <= total:
        return 0, total - write
    raise BadRow(f"{cached + write:,} cached tokens are more than its {total:,} input tokens")


def _cached_inside(shape: Shape, fields: Fields[Row], ask: Ask) -> bool:
    if ask.cached:
        return ask.cached == "inside"
    if shape.cached_inside is not None:
        return shape.cached_inside
    return not ("inputtokens" in fields.get and EXCLUSIVE & set(fields.get))


def _client(shape: Shape, fields: Fields[Row], ask: Ask) -> Callable[[Row], str]:
    if not ask.client_field:
        return _name(fields, shape.clients, "")
    return _name(fields, (plain_path(ask.client_field),), "")


def _name(fields: Fields[Row], names: Sequence[str], otherwise: str) -> Callable[[Row], str]:
    """Read the first of some fields that says anything."""
    found = fields.every(names)
    if not found:
        return lambda _: otherwise
    first, more = found[0], found[1:]

    def read(row: Row) -> str:
        value = first(row)
        if type(value) is str and value:
            return value
        values = [value, *(get(row) for get in more)]
        return next((str(value) for value in values if value is not None and value != ""), otherwise)

    return read


def _when(fields: Fields[Row]) -> Callable[[Row], When]:
    start, end = fields.first(TIMES), fields.first(ENDS)
    if start is None:
        return lambda _: None
    if end is None:
        return _instant(start)
    known: dict[tuple[object, object], When] = {}

    def read(row: Row) -> When:
        ends = (start(row), end(row))
        if ends not in known:
            known[ends] = read_bucket(*ends)
        return known[ends]

    return read


def _instant(get: Get[Row]) -> Callable[[Row], When]:
    """Read times, the usual spelling without any detour."""
    fast = datetime.fromisoformat

    def read(row: Row) -> When:
        value = get(row)
        if type(value) is str:
            try:
                found = fast(value)
                if found.tzinfo is UTC:
                    return found
            except ValueError:
                pass
        return read_time(value)

    return read


def _cost_lens(shape: Shape, fields: Fields[Row], ask: Ask) -> Lens[Row]:
    """Read rows that hold money and no tokens; Anthropic's amounts are cents, as text (its Usage and Cost API)."""
    name, model, when = _client(shape, fields, ask), _name(fields, shape.models, ask.model), _when(fields)
    amount, unit = fields.get[shape.amount], Decimal(100 if shape.amount == "amount" else 1)

    def read(row: Row) -> Used | LeftOut:
        value = money(amount(row))
        if value is None:
            raise BadRow("it names no amount")
        words = model(row).partition(",")[0]
        return Used(name(row), words, when(row), 0, 0, 0, 0, 0, 0, value / unit)

    return read
