"""What `margin` and `init` begin with: usage files → totals, and findings about what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from generator.errors import WrongUsage
from generator.mapping.findings import Finding, Place
from generator.pricing.margin import Tokens
from generator.pricing.margin_report import Taken
from generator.pricing.naming import Names
from generator.reporting.terminal import counted, note
from generator.usage_files.parts import add_file
from generator.usage_files.record import Ask
from generator.usage_files.rules import BAD_ROW, CUT, REMARK
from generator.usage_files.totals import File, Totals

SHOWN = 10
"""Bad rows of one file that are listed one by one."""


def read_files(paths: Sequence[Path], ask: Ask, zone: str) -> Totals:
    """Read all files, and say on standard error what each was taken for."""
    totals = Totals(zone)
    for path in paths:
        add_file(totals, path, ask)
        note(_taken_for(totals.files[-1]))
    return totals


def _taken_for(file: File) -> str:
    shapes = " and ".join(file.shapes) or "nothing known"
    left = [f"{counted(number, 'row')} left out ({why})" for why, number in file.left_out.items()]
    bad = [f"{counted(file.rejected, 'bad row')}"] if file.rejected else []
    return f"{file.name}: {shapes}, {', '.join([counted(file.rows, 'row'), *left, *bad])}"


def taken(totals: Totals) -> list[Taken]:
    """Give the totals as the report takes them."""
    return [
        Taken(
            client=key.client,
            model=key.model,
            day=key.day,
            tokens=Tokens(total.input, total.cached_input, total.cached_write, total.output, total.long_write),
            requests=total.requests,
            reported=total.cost,
            batch=key.batch,
            largest=total.largest,
            summed=total.summed,
        )
        for key, total in totals.sums.items()
        if total.input or total.cached_input or total.cached_write or total.output or total.cost
    ]


def reading_findings(totals: Totals, shown: int = SHOWN) -> Iterator[Finding]:
    """Report what could not be counted: row by row at first, the rest as one number."""
    for file in totals.files:
        for row in file.first_rejected[:shown]:
            yield BAD_ROW.at(Place(file.name, row.line, 1 if row.line else 0), row.reason)
        if file.rejected > shown:
            yield BAD_ROW.at(Place(file.name), f"{file.rejected - shown:,} more rows cannot be counted")
        for remark in file.remarks:
            yield (CUT if "has_more" in remark else REMARK).at(Place(file.name), remark)


def of_client(entries: list[Taken], client: str | None, names: Names) -> list[Taken]:
    """Keep one client's usage, by its name in the files or in the mapping; usage that names no client is that one's."""
    if client is None:
        return entries
    named = sorted({entry.client for entry in entries} - {""})
    if not named:
        return [replace(entry, client=client) for entry in entries]
    key = names.client(client)
    kept = [entry for entry in entries if entry.client and key in (entry.client, names.client(entry.client))]
    kept = kept or [entry for entry in entries if entry.client == client]
    if not kept:
        raise WrongUsage(f"no usage of a client {client!r}; the usage names {', '.join(named[:20])}")
    return kept


def between(entries: list[Taken], first: date | None, last: date | None, days: int | None) -> list[Taken]:
    """Keep the usage of some days; `days` counts back from `last`, or from the newest day that there is."""
    dated = [entry for entry in entries if entry.day]
    if days:
        last = last or max((entry.day for entry in dated if entry.day), default=None)
        first = first or (last - timedelta(days=days - 1) if last else None)
    if first is None and last is None:
        return entries
    low, high = first or date.min, last or date.max
    return [entry for entry in dated if entry.day and low <= entry.day <= high]
