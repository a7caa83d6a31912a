"""Totals: rows of any number of files, added up per client, model and local day; with what was not counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from generator.usage_files.record import Event, LeftOut, Met, Rejected, Used, When

KEPT = 1000
"""Rejected rows that are kept with their reason; the others are only counted."""


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


class Totals:
    """Adds rows up; the only state of a reading."""

    def __init__(self, zone: str = "UTC") -> None:
        """Begin with nothing; instants become days of `zone`."""
        self.sums: dict[Key, Sum] = {}
        self.files: list[File] = []
        self._zone = ZoneInfo(zone)
        self._utc = zone in ("UTC", "Etc/UTC")
        self._days: dict[datetime, date] = {}

    def add(self, name: str, events: Iterable[Event]) -> None:
        """Add the rows of a file."""
        file = File(name)
        self.files.append(file)
        for event in events:
            if type(event) is Used:
                self._count(event)
                file.rows += 1
            else:
                _note(file, event)

    def _count(self, row: Used) -> None:
        client, model, when, fresh, cached, write, output, long, requests, cost, batch = row
        key = (client, model, self._day(when), batch)
        total = self.sums.get(key)  # type: ignore[call-overload]
        if total is None:
            total = self.sums[Key(*key)] = Sum()
        total.input += fresh
        total.cached_input += cached
        total.cached_write += write
        total.output += output
        total.long_write += long
        total.requests += requests
        if requests != 1:
            total.summed = total.summed or bool(fresh or output)
        elif (prompt := fresh + cached + write) > total.largest:
            total.largest = prompt
        if cost is not None:
            total.cost = cost if total.cost is None else total.cost + cost

    def _day(self, when: When) -> date | None:
        if type(when) is not datetime:
            return when
        if self._utc:
            return when.date()
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
