"""The margin report as one self-contained page with charts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from generator.mapping.findings import Finding
from generator.pricing.margin import Line
from generator.pricing.margin_report import ClientRow, Report
from generator.reporting.amounts import show_money, show_percent
from generator.reporting.margin_text import (
    NOBODY,
    UNDATED,
    UNNAMED,
    client_rows,
    day_rows,
    heading,
    metered_head,
    model_rows,
    more_sentences,
    rates,
    sentence,
)
from generator.reporting.pages import render_page

COLOURS = 6
MOST_DAYS = 400
MOST_ROWS = 3000
"""Rows of detail above which a page becomes slow; `--csv` has them all."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of the chart, in units of a tenth of a day and a hundredth of the scale."""

    x: int
    y: str
    height: str
    fill: int
    words: str


def margin_page(report: Report, findings: Sequence[Finding], templates: Path) -> str:
    """Write the page."""
    only = report.clients[0].name if len(report.clients) == 1 else ""
    values: dict[str, object] = {
        "only": only,
        "days": f"{report.first} to {report.last}" if report.first else "undated",
        "sentence": sentence(report),
        "sentences": list(more_sentences(report)),
        "heading": heading(report),
        "tiles": list(_tiles(report)),
        "findings": list(findings),
        "shares": [_share(row, report) for row in report.clients if row.share is not None],
        "clients": list(client_rows(report)),
        "models": list(model_rows(report)),
        "per_day": list(day_rows(report)),
        "chart": _chart(report),
        "prices_as_of": report.as_of,
        "rates": f"rates of {rates(report)} cost" if report.own_rates else "the mapping's prices",
        "sources": sorted({source for source in report.sources.values() if source.startswith("https://")}),
        **_details(report),
    }
    return render_page(templates, "margin/page.html.j2", values)


def _tiles(report: Report) -> Iterator[dict[str, str]]:
    def money(amount: Decimal) -> str:
        return show_money(amount, report.currency)

    yield {"label": "Cost of tokens", "value": money(report.total.cost)}
    if (fee := report.retainer) is not None:
        paying = [row for row in report.clients if row.retainer is not None]
        cost = sum((row.total.cost for row in paying), Decimal(0))
        yield {"label": "Retainers" if len(paying) > 1 else "Retainer", "value": money(fee)}
        if fee:
            yield {"label": "Goes to tokens", "value": show_percent(cost * 100 / fee)}
        yield {"label": "Left of it", "value": money(fee - cost)}
    yield {"label": metered_head(report).capitalize(), "value": money(report.total.metered)}
    yield {"label": "Tokens", "value": f"{report.total.tokens:,}"}


def _share(row: ClientRow, report: Report) -> dict[str, object]:
    share = row.share or Decimal(0)
    width = format(max(min(share, Decimal(100)), Decimal(0)).quantize(Decimal("0.01")), "f")
    left = show_money(row.margin or Decimal(0), report.currency)
    name = row.name or NOBODY
    return {"name": name, "width": width, "over": share > 100, "share": show_percent(share), "left": left}


def _chart(report: Report) -> dict[str, object] | None:
    """Stack each day's cost by model, the costliest at the bottom; the least of many models are one."""
    if not (report.first and report.last) or not report.total.cost or (report.last - report.first).days >= MOST_DAYS:
        return None
    models = [model for model, total in report.models.items() if total.cost]
    named = models if len(models) <= COLOURS else models[: COLOURS - 1]
    names = named if len(models) <= COLOURS else [*named, "others"]
    costs: defaultdict[date, dict[str, Decimal]] = defaultdict(dict)
    for line in report.lines:
        if line.day and line.cost:
            name = line.model if line.model in named else names[-1]
            costs[line.day][name] = costs[line.day].get(name, Decimal(0)) + line.cost
    top = max((sum(parts.values(), Decimal(0)) for parts in costs.values()), default=Decimal(0))
    if not top:
        return None
    dearest = max(costs, key=lambda day: sum(costs[day].values(), Decimal(0)))
    days = (report.last - report.first).days + 1
    return {
        "names": [name or UNNAMED for name in names],
        "width": days * 10,
        "bars": [bar for n in range(days) for bar in _bars(n, report.first + timedelta(n), costs, names, top, report)],
        "top": show_money(top, report.currency),
        "zero": show_money(Decimal(0), report.currency),
        "first": report.first,
        "last": report.last,
        "words": f"Cost per day by model; the dearest day is {dearest} with {show_money(top, report.currency)}.",
    }


def _bars(
    number: int, day: date, costs: dict[date, dict[str, Decimal]], names: Sequence[str], top: Decimal, report: Report
) -> Iterator[Bar]:
    foot = Decimal(0)
    for fill, name in enumerate(names, 1):
        cost = costs.get(day, {}).get(name, Decimal(0))
        if cost > 0:
            height = cost * 100 / top
            foot += height
            words = f"{day}, {name or UNNAMED}: {show_money(cost, report.currency)}"
            yield Bar(number * 10 + 1, _two(100 - foot), _two(height), fill, words)


def _two(number: Decimal) -> str:
    return format(number.quantize(Decimal("0.01")), "f")


def _details(report: Report) -> dict[str, object]:
    if len(report.lines) > MOST_ROWS:
        words = f"{len(report.lines):,} rows by client, day and model are too many for a page: --csv FILE writes them."
        return {"details": [], "not_shown": words}
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for line in report.lines:
        lines[line.client].append(line)
    details = [
        {"name": row.name or NOBODY, "rows": [_detail(line, report) for line in lines[row.client]]}
        for row in report.clients
    ]
    return {"details": details, "not_shown": ""}


def _detail(line: Line, report: Report) -> dict[str, str]:
    return {
        "day": line.day.isoformat() if line.day else UNDATED,
        "model": line.model or UNNAMED,
        "input": f"{line.tokens.input:,}",
        "cached input": f"{line.tokens.cached_input:,}",
        "cached write": f"{line.tokens.cached_write:,}",
        "output": f"{line.tokens.output:,}",
        "cost": "no price" if line.cost is None else show_money(line.cost, report.currency),
        metered_head(report): "" if line.metered is None else show_money(line.metered, report.currency),
    }
