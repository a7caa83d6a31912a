"""A statement for the client, as page and as CSV: what was used, at which rate, how it adds up; no cost, no margin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path

from generator.pricing.amounts import PRECISION, format_decimal, minor_units
from generator.pricing.invoice import Line
from generator.pricing.price import FixedPrice, Price
from generator.pricing.statement import Charge, Statement, days_of
from generator.reporting.amounts import currency_sign, show_money
from generator.reporting.pages import render_page

MILLION = 1_000_000
Row = dict[str, str]


def statement_page(
    statement: Statement, said: dict[str, object], zone: str, templates: Path, differences: list[str] | None
) -> str:
    """Write the page; `said` holds the names, and whether the period is still open."""
    first, last = days_of(statement.start, statement.end, zone)
    values: dict[str, object] = {
        **said,
        "days": f"{show_day(first)} to {show_day(last)}",
        "zone": zone,
        "tokens": f"{statement.tokens:,}",
        "total": total_words(statement),
        "lines": [line_row(line, statement) for line in statement.invoice.lines],
        "sums": list(sums(statement)),
        "bars": day_bars(statement, first, last),
        "charges": [_charge(charge, statement) for charge in statement.charges if charge.shares],
        "weighted": any(charge.price.token_type is None for charge in statement.charges),
        "differences": differences,
    }
    return render_page(templates, "statement/page.html.j2", values)


def line_row(line: Line, statement: Statement) -> Row:
    """Show one line of the invoice, before and after its rounding."""
    with localcontext(prec=PRECISION):
        rounding = line.amount - line.exact
    return {
        "line": describe(line),
        "quantity": f"{line.quantity:,}" if not isinstance(line.price, FixedPrice) else "",
        "rate": _rate(line, statement),
        "exact": exact(line.exact, statement.invoice.currency),
        "rounding": exact(rounding, statement.invoice.currency) if rounding else "",
        "amount": _whole(line.amount, statement),
    }


def total_words(statement: Statement) -> str:
    """Write what is owed."""
    return _whole(statement.invoice.total, statement)


def describe(line: Line) -> str:
    """Name a line in the client's words."""
    price = line.price
    if isinstance(price, FixedPrice):
        return f"retainer, per {price.interval}"
    words = price.title if price.divide_by == 1 else f"{price.title}, in thousands"
    if not line.tier:
        return words
    before = price.tiers[line.tier - 2].up_to if line.tier > 1 else 0
    end = price.tiers[line.tier - 1].up_to
    if price.tiers[line.tier - 1].unit_amount == 0 and not before:
        return f"{words}: the first {end:,}, free" if end else f"{words}: free"
    return f"{words}: from {(before or 0) + 1:,} on" if end is None else f"{words}: {(before or 0) + 1:,} to {end:,}"


def _rate(line: Line, statement: Statement) -> str:
    """Show the rate per million tokens, as people compare it."""
    amount = _unit_amount(line)
    if amount is None or isinstance(line.price, FixedPrice):
        return ""
    with localcontext(prec=PRECISION):
        return exact(amount * MILLION / line.price.divide_by, statement.invoice.currency)


def _unit_amount(line: Line) -> Decimal | None:
    price = line.price
    if isinstance(price, FixedPrice):
        return None
    if price.unit_amount is not None:
        return price.unit_amount
    if line.tier:
        return price.tiers[line.tier - 1].unit_amount
    return next(t.unit_amount for t in price.tiers if t.up_to is None or line.quantity <= t.up_to)


def sums(statement: Statement) -> Iterator[Row]:
    """Lead from the exact lines to what is owed."""
    currency, invoice = statement.invoice.currency, statement.invoice
    with localcontext(prec=PRECISION):
        rounding = invoice.subtotal - statement.exact
    yield {"words": "all lines, exact", "amount": exact(statement.exact, currency)}
    yield {"words": f"rounding, each line once to the nearest {_least(currency)}", "amount": exact(rounding, currency)}
    if invoice.credit:
        yield {"words": "subtotal", "amount": _whole(invoice.subtotal, statement)}
        yield {"words": "monthly credit", "amount": _whole(-invoice.credit, statement)}


def _least(currency: str) -> str:
    return "cent" if minor_units(currency) == 100 else f"{exact(Decimal(1), currency)}"


def exact(amount: Decimal, currency: str) -> str:
    """Write an amount of minor units with all of its digits, at least those that its currency has."""
    minor = minor_units(currency)
    with localcontext(prec=PRECISION):
        text = format_decimal(abs(amount) / minor)
    whole, _, fraction = text.partition(".")
    places = len(str(minor)) - 1
    shown = f"{int(whole):,}" + (f".{fraction.ljust(places, '0')}" if places or fraction else "")
    return f"{'-' if amount < 0 else ''}{currency_sign(currency)}{shown}"


def show_day(day: date) -> str:
    """Write a day for people: `1 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def _whole(amount: int, statement: Statement) -> str:
    currency = statement.invoice.currency
    return show_money(Decimal(amount) / minor_units(currency), currency)


def _charge(charge: Charge, statement: Statement) -> dict[str, object]:
    """Show the days of one price, and that they add up to its lines."""
    currency, weighted = statement.invoice.currency, charge.price.token_type is None
    rows = [
        {
            "day": share.used.day.isoformat(),
            "what": f"{share.used.model} {share.used.token_type.value.replace('_', ' ')}" if weighted else "",
            "tokens": f"{share.used.tokens:,}",
            "units": f"{share.units:,}" if weighted else "",
            "amount": exact(share.exact, currency),
        }
        for share in charge.shares
    ]
    with localcontext(prec=PRECISION):
        added = sum((line.exact for line in charge.lines), Decimal(0))
    return {
        "title": charge.price.title,
        "rate": _rates(charge.price, statement),
        "weighted": weighted,
        "rows": rows,
        "tokens": f"{sum(share.used.tokens for share in charge.shares):,}",
        "units": f"{sum(share.units for share in charge.shares):,}",
        "fixed": exact(charge.fixed, currency) if charge.fixed else "",
        "exact": exact(added, currency),
        "amount": _whole(sum(line.amount for line in charge.lines), statement),
    }


def _rates(price: Price, statement: Statement) -> str:
    currency, unit = statement.invoice.currency, "credits" if price.token_type is None else "tokens"
    if price.unit_amount is not None:
        with localcontext(prec=PRECISION):
            return f"{exact(price.unit_amount * MILLION / price.divide_by, currency)} per million {unit}"
    parts: list[str] = []
    for tier in price.tiers:
        rate = "free" if not tier.unit_amount else f"{exact(tier.unit_amount * MILLION, currency)} per million"
        parts.append(f"{rate} up to {tier.up_to:,}" if tier.up_to else f"then {rate}" if parts else rate)
    return ", ".join(parts)


def day_bars(statement: Statement, first: date, last: date) -> dict[str, object] | None:
    """Give each day's charge as a bar, in hundredths of the dearest day."""
    days: dict[date, Decimal] = {}
    for charge in statement.charges:
        for share in charge.shares:
            days[share.used.day] = days.get(share.used.day, Decimal(0)) + share.exact
    top = max(days.values(), default=Decimal(0))
    if top <= 0:
        return None
    span = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    bars = [
        {
            "x": number * 10 + 1,
            "height": format((days.get(day, Decimal(0)) * 100 / top).quantize(Decimal("0.01")), "f"),
            "words": f"{day}: {exact(days.get(day, Decimal(0)), statement.invoice.currency)}",
        }
        for number, day in enumerate(span)
    ]
    dearest = max(days, key=lambda day: days[day])
    currency = statement.invoice.currency
    money = show_money(top / minor_units(currency), currency)
    words = f"Charge of each day; the largest is {money} on {show_day(dearest)}."
    return {"bars": bars, "width": len(span) * 10, "top": money, "words": words, "first": first, "last": last}


def csv_rows(statement: Statement) -> Iterator[Row]:
    """Write everything from days to lines to the total, `level` by level; amounts are exact, in minor units."""
    currency, invoice = statement.invoice.currency, statement.invoice
    empty = dict.fromkeys(("line", "day", "model", "token_type", "tokens", "quantity", "unit_amount", "exact"), "")
    end = {"currency": currency}
    for charge in statement.charges:
        for share in charge.shares:
            used = share.used
            named = {"line": charge.price.title, "day": used.day.isoformat(), "model": used.model}
            counted = {"token_type": used.token_type.value, "tokens": str(used.tokens), "quantity": str(share.units)}
            yield {
                "level": "day",
                **empty,
                **named,
                **counted,
                "exact": format_decimal(share.exact),
                "amount": "",
                **end,
            }
    for line in invoice.lines:
        unit = _unit_amount(line)
        numbers = {"quantity": str(line.quantity), "exact": format_decimal(line.exact), "amount": str(line.amount)}
        priced = {"unit_amount": "" if unit is None else format_decimal(unit)}
        yield {"level": "line", **empty, "line": describe(line), **priced, **numbers, **end}
    if invoice.credit:
        yield {"level": "credit", **empty, "amount": str(-invoice.credit), **end}
    yield {"level": "total", **empty, "amount": str(invoice.total), **end}
