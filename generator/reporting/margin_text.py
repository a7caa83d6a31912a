"""The margin report in words and tables, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from generator.mapping.words import TokenType
from generator.pricing.amounts import format_decimal, round_places
from generator.pricing.margin import Line, Total
from generator.pricing.margin_report import ClientRow, Report
from generator.reporting.amounts import show_money, show_percent
from generator.reporting.terminal import counted

NOBODY, UNNAMED, UNDATED = "(all usage)", "(no model)", "(no date)"


def sentence(report: Report) -> str:
    """Say the report in one sentence: what went to tokens, and how much of the retainers that is."""
    if report.retainer is None:
        charged = f"metered at {rates(report)} they {_would(report)} {_shown(report.total.metered, report)}"
        return f"{_spent(report.total, report)}{_whose(report.clients)}; {charged}."
    paying = _paying(report)
    spent = Total()
    spent.cost = sum((row.total.cost for row in paying), Decimal(0))
    spent.unpriced = sum(row.total.unpriced for row in paying)
    fee, many = _shown(report.retainer, report), len(paying) > 1
    fees = f"{fee} of retainers" if many else f"a {fee} retainer"
    part = show_percent(spent.cost * 100 / report.retainer) if report.retainer else "all of it"
    return f"{_spent(spent, report)}{_whose(paying)} on {fees}: {part} goes to tokens."


def _paying(report: Report) -> list[ClientRow]:
    return [row for row in report.clients if row.retainer is not None]


def _spent(total: Total, report: Report) -> str:
    return f"{'at least ' if total.unpriced else ''}{_shown(total.cost, report)} of tokens"


def _whose(rows: Sequence[ClientRow]) -> str:
    return f" for {len(rows)} clients" if len(rows) > 1 else ""


def _shown(amount: Decimal, report: Report) -> str:
    return show_money(amount, report.currency)


def rates(report: Report) -> str:
    """Say at what is metered: `2×` of the cost, or at the mapping's prices."""
    return f"{format_decimal(report.markup)}×" if report.own_rates else "the mapping's prices"


def metered_head(report: Report) -> str:
    """Head a column with what metering charges."""
    return f"metered at {rates(report)}" if report.own_rates else "metered"


def _would(report: Report) -> str:
    return "are charged" if report.billed else "would have been charged"


def more_sentences(report: Report) -> Iterator[str]:
    """Say what else matters: the dearest client, metering, who has no retainer, how far days and months fit."""
    paying = _paying(report)
    dearest = max((row for row in paying if row.share), key=_worst, default=None)
    if dearest and dearest.share and dearest.retainer and len(paying) > 1:
        amounts = f"{_shown(dearest.total.cost, report)} on {_shown(dearest.retainer, report)}"
        yield f"Dearest: {dearest.name}, {amounts}: {show_percent(dearest.share)}."
    if paying:
        charged = _shown(sum((row.total.metered for row in paying), Decimal(0)), report)
        whom = "them" if len(paying) > 1 else "these tokens"
        charges = "charges" if report.billed else "would have charged"
        yield f"Metering at {rates(report)} {charges} {charged} for {whom}."
    if paying and (others := len(report.clients) - len(paying)):
        spent = _shown(sum((row.total.cost for row in report.clients if row not in paying), Decimal(0)), report)
        yield f"{counted(others, 'more client')} without a retainer: {spent} of tokens."
    if report.first and report.last and (days := (report.last - report.first).days + 1) < 28:
        yield f"The file covers {counted(days, 'day')}; retainers are counted for a whole month."


def _worst(row: ClientRow) -> Decimal:
    return row.share or Decimal(0)


def heading(report: Report) -> str:
    """Say the days, their zone and the date of the prices."""
    days = f"{report.first} … {report.last} ({report.zone})" if report.first else "no dates"
    return f"{days}, provider prices of {report.as_of}"


def client_rows(report: Report) -> Iterator[dict[str, str]]:
    """Write one table row per client."""
    for row in report.clients:
        yield {
            "client": _client(row),
            **_amounts(row.total, report),
            "retainer": _money(row.retainer, report),
            "to tokens": show_percent(row.share) if row.share is not None else "",
            "margin": _money(row.margin, report),
            metered_head(report): _money(row.total.metered, report),
            "margin with it": show_money(row.margin_with_metering, report.currency),
        }


def _client(row: ClientRow) -> str:
    return (row.name or NOBODY) + (" (not in the mapping)" if row.unmatched else "")


def model_rows(report: Report) -> Iterator[dict[str, str]]:
    """Write one table row per model."""
    for model, total in report.models.items():
        tokens = {kind.replace("_", " "): f"{getattr(total, kind):,}" for kind in TokenType}
        cost = "no price" if total.unpriced else show_money(total.cost, report.currency)
        metered = show_money(total.metered, report.currency)
        yield {"model": model or UNNAMED, **tokens, "cost": cost, metered_head(report): metered}


def day_rows(report: Report) -> Iterator[dict[str, str]]:
    """Write one table row per day."""
    for day, total in report.days.items():
        metered = show_money(total.metered, report.currency)
        shown = day.isoformat() if day else UNDATED
        yield {"day": shown, **_amounts(total, report), metered_head(report): metered}


def _amounts(total: Total, report: Report) -> dict[str, str]:
    cost = show_money(total.cost, report.currency) + (" +?" if total.unpriced else "")
    reported = {"own cost": _money(total.reported, report)} if report.total.reported is not None else {}
    return {"tokens": f"{total.tokens:,}", "cost": cost, **reported}


def _money(amount: Decimal | None, report: Report) -> str:
    return "" if amount is None else show_money(amount, report.currency)


def report_json(report: Report) -> dict[str, object]:
    """Give the report as data: money as exact text."""
    return {
        "sentence": sentence(report),
        "from": report.first and report.first.isoformat(),
        "to": report.last and report.last.isoformat(),
        "zone": report.zone,
        "currency": report.currency,
        "markup": format_decimal(report.markup),
        "prices_as_of": report.as_of.isoformat(),
        "price_sources": report.sources,
        "total": _total(report.total),
        "clients": [_client_json(row) for row in report.clients],
        "models": [{"model": name, **_total(total)} for name, total in report.models.items()],
        "days": [{"day": day and day.isoformat(), **_total(total)} for day, total in report.days.items()],
        "rows": [line_json(line) for line in report.lines],
    }


def _total(total: Total) -> dict[str, object]:
    return {
        "tokens": total.tokens,
        "input": total.input,
        "cached_input": total.cached_input,
        "cached_write": total.cached_write,
        "output": total.output,
        "requests": total.requests,
        "cost": format_decimal(total.cost),
        "metered": format_decimal(total.metered),
        "reported_cost": _text(total.reported),
        "unpriced_tokens": total.unpriced,
    }


def _client_json(row: ClientRow) -> dict[str, object]:
    return {
        "client": row.client,
        "name": row.name,
        "in_mapping": not row.unmatched,
        **_total(row.total),
        "retainer": _text(row.retainer),
        "charged": _text(row.charged),
        "margin": _text(row.margin),
        "percent_to_tokens": None if row.share is None else format_decimal(round_places(row.share, 2)),
        "margin_with_metering": format_decimal(row.margin_with_metering),
    }


def line_json(line: Line) -> dict[str, object]:
    """Give one client's use of one model on one day as data; also the columns of `--csv`."""
    return {
        "client": line.client,
        "model": line.model,
        "day": line.day and line.day.isoformat(),
        "tokens": line.tokens.all,
        "input": line.tokens.input,
        "cached_input": line.tokens.cached_input,
        "cached_write": line.tokens.cached_write,
        "output": line.tokens.output,
        "requests": line.requests,
        "cost": _text(line.cost),
        "metered": _text(line.metered),
        "reported_cost": _text(line.reported),
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else format_decimal(amount)
