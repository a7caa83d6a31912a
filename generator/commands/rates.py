"""`rates` and `explain`: what a client pays per token, and why."""

from __future__ import annotations

from argparse import Namespace
from decimal import Decimal

from generator.commands.check import failed, summary
from generator.commands.read import catalogue, mapping_path
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.mapping.places import dotted
from generator.pricing.amounts import format_decimal, minor_units
from generator.pricing.rates import FROM_MAPPING, MILLION, Rate, make_rates
from generator.rendering.resolve import resolve
from generator.reporting.terminal import note, result, show_findings, show_json, show_table

COLUMNS = {
    "model": "model",
    "token_type": "type",
    "cost_per_million": "cost/1M",
    "markup": "markup",
    "rate_per_thousand": "cents/1,000",
    "rate_per_million": "rate/1M",
    "unit_amount_decimal": "unit_amount_decimal",
    "as_of": "as of",
    "source": "source",
}


def run(args: Namespace) -> int:
    """Show the rate of every pair of a mapping; 1 if the mapping has errors."""
    path = mapping_path(args.mapping)
    loaded, prices = load(path), catalogue()
    _, findings = resolve(loaded, prices)
    rest = loaded.rest if loaded.rest and not loaded.rest.blocks else None
    mapping = loaded.mapping or (rest.mapping if rest else None)
    found = make_rates(mapping, prices) if mapping else []
    whole = [rate for rate in found if rest is None or rest.is_whole(dotted(("models", rate.model)))]
    rows = [row(rate, mapping.currency) for rate in whole] if mapping else []
    if args.format == "json":
        show_json(rows)
    else:
        show_table([{title: entry[key] for key, title in COLUMNS.items()} for entry in rows])
    if findings:
        note(f"{path}: {summary(findings)}; see: python -m generator check {path}")
    return failed(findings)


def row(rate: Rate, currency: str) -> dict[str, str]:
    """Write one rate for people and for Stripe: per million in currency, per thousand and per token in cents."""
    per_unit = Decimal(MILLION) / minor_units(currency)
    return {
        "model": rate.model,
        "token_type": rate.token_type.value,
        "cost_per_million": format_decimal(rate.cost * per_unit),
        "markup": format_decimal(rate.markup),
        "rate_per_thousand": format_decimal(rate.rate * 1000),
        "rate_per_million": format_decimal(rate.rate * per_unit),
        "unit_amount_decimal": format_decimal(rate.rate),
        "currency": currency,
        "as_of": rate.as_of.isoformat() if rate.as_of else "",
        "source": rate.source,
    }


def explain(args: Namespace) -> int:
    """Say what a spelling means, and how its rates come about; 1 if nothing knows it."""
    path = mapping_path(args.mapping)
    loaded, prices = load(path), catalogue()
    mapping = loaded.mapping
    if mapping is None:
        show_findings(loaded.findings, args.format)
        return 1
    model = _meaning(mapping, args.model)
    rates = [rate for rate in make_rates(mapping, prices) if rate.model == model]
    known = prices.find(args.model)
    if args.format == "json":
        rows = [row(rate, mapping.currency) for rate in rates]
        show_json({"name": args.model, "model": model, "catalogue": known.model if known else None, "rates": rows})
    else:
        result(_story(path.as_posix(), args.model, model, known.model if known else None, prices.closest(args.model)))
        for rate in rates:
            result(f"  {_arithmetic(rate, mapping.currency)}")
    return 0 if model else 1


def _meaning(mapping: Mapping, name: str) -> str | None:
    if name in mapping.models:
        return name
    return next((key for key, m in mapping.models.items() if any(alias.name == name for alias in m.aliases)), None)


def _story(path: str, name: str, model: str | None, known: str | None, close: list[str]) -> str:
    if model:
        return f"{name} is {model} in {path}" if model != name else f"{name} is a model of {path}"
    if known:
        return f"{name} is not in {path}, so its rows are parked; the catalogue prices it as {known}"
    near = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"{name} is neither in {path} nor in the catalogue{near}"


def _arithmetic(rate: Rate, currency: str) -> str:
    shown = row(rate, currency)
    unit = currency.upper()
    cost = f"{shown['cost_per_million']} {unit} per million × {shown['markup']}"
    origin = "your mapping" if rate.source == FROM_MAPPING else f"{rate.source}, {shown['as_of']}"
    return (
        f"{shown['token_type']}: {cost} = {shown['rate_per_million']} {unit} per million "
        f"= {shown['rate_per_thousand']} cents per 1,000 ({origin})"
    )
