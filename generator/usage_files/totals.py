"""Totals: rows of any number of files, added up per client, model and local day; with what was not counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from generator.metering.usage import TOKEN_TYPES
from generator.usage_files.record import Event, LeftOut, Met, Rejected, Used, When

KEPT = 1000
"""Rejected rows that are kept with their reason; the others are only counted."""
REPEATED = "a repeated id: the same call again"


class Key(NamedTuple):
    """What rows are added up by; the day is None where a row has no time."""

    client: str
    model: str
    day: date | None
    batch: bool


@dataclass(slots=True)
class Sum:
    """Tokens, calls and the source's own cost under one key; `largest` is the longest prompt of a single call."""

    input: int = 0
    cached_input: int = 0
    cached_write: int = 0
    output: int = 0
    long_write: int = 0
    requests: int = 0
    largest: int = 0
    cost: Decimal | None = None
    summed: bool = False
    """Whether a row was a total of several calls, so that long prompts cannot be seen."""

    def merge(self, other: Sum) -> None:
        """Add another sum."""
        for name in (*TOKEN_TYPES, "long_write", "requests"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.largest, self.summed = max(self.largest, other.largest), self.summed or other.summed
        if other.cost is not None:
            self.cost = other.cost if self.cost is None else self.cost + other.cost


@dataclass(slots=True)
class File:
    """What became of one file's rows."""

    name: str
    shapes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    first_rejected: list[Rejected] = field(default_factory=list)

    def merge(self, part: File, before: int) -> None:
        """Take over what became of a part of this file that begins after so many lines."""
        self.shapes = list(dict.fromkeys([*self.shapes, *part.shapes]))
        self.remarks = list(dict.fromkeys([*self.remarks, *part.remarks]))
        self.rows += part.rows
        self.left_out += part.left_out
        self.rejected += part.rejected
        moved = (row._replace(line=row.line + before) for row in part.first_rejected)
        self.first_rejected = [*self.first_rejected, *moved][:KEPT]


class Totals:
    """Adds rows up; the only state of a reading."""

    def __init__(self, zone: str = "UTC") -> None:
        """Begin with nothing; instants become days of `zone`."""
        self.sums: dict[Key, Sum] = {}
        self.files: list[File] = []
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._calls: set[str] = set()
        self._utc = zone in ("UTC", "Etc/UTC")
        self._days: dict[datetime, date] = {}

    def add(self, name: str, events: Iterable[Event]) -> None:
        """Add the rows of a file."""
        file, rows = File(name), 0
        self.files.append(file)
        sums, utc = self.sums, self._utc
        for event in events:
            if type(event) is not Used:
                _note(file, event)
                continue
            client, model, when, fresh, cached, write, output, long, requests, cost, batch, call = event
            if call and not self._is_new(call):
                file.left_out[REPEATED] += 1
                continue
            day = when.date() if utc and type(when) is datetime else self._day(when)
            key = (client, model, day, batch)
            total = sums.get(key)  # type: ignore[call-overload]
            if total is None:
                total = sums[Key(*key)] = Sum()
            rows += 1
            total.input += fresh
            total.cached_input += cached
            total.cached_write += write
            total.output += output
            total.requests += requests
            if long:
                total.long_write += long
            if requests != 1:
                total.summed = total.summed or bool(fresh or output)
            elif (prompt := fresh + cached + write) > total.largest:
                total.largest = prompt
            if cost is not None:
                total.cost = cost if total.cost is None else total.cost + cost
        file.rows = rows

    def take(self, name: str, parts: Iterable[tuple[int, Totals]]) -> None:
        """Take over the totals of a file's parts, each with the number of lines before it."""
        whole = File(name)
        self.files.append(whole)
        for before, part in parts:
            whole.merge(part.files[0], before)
            for key, total in part.sums.items():
                self.sums.setdefault(key, Sum()).merge(total)

    def _is_new(self, call: str) -> bool:
        before = len(self._calls)
        self._calls.add(call)
        return len(self._calls) > before

    def _day(self, when: When) -> date | None:
        if type(when) is not datetime:
            return when
        minute = when.replace(second=0, microsecond=0)
        if minute not in self._days:
            self._days[minute] = minute.astimezone(self._zone).date()
        return self._days[minute]


def _note(file: File, event: Event) -> None:
    if isinstance(event, Rejected):
        file.rejected += 1
        if len(file.first_rejected) < KEPT:
            file.first_rejected.append(event)
    elif isinstance(event, LeftOut):
        file.left_out[event.why] += 1
    elif isinstance(event, Met):
        if event.shape and event.shape not in file.shapes:
            file.shapes.append(event.shape)
        if event.remark and event.remark not in file.remarks:
            file.remarks.append(event.remark)
