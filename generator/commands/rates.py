"""`rates` and `explain`: what a client pays per token, and why."""

from __future__ import annotations

from argparse import Namespace
from decimal import Decimal

from generator.commands.rates_update import update
from generator.commands.read import catalogue, mapping_path
from generator.errors import WrongUsage
from generator.mapping.dated import change_days
from generator.mapping.findings import failed
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.mapping.places import dotted
from generator.pricing.amounts import format_decimal, minor_units
from generator.pricing.catalogue import Catalogue
from generator.pricing.priced import Priced, priced
from generator.pricing.rates import FROM_MAPPING, MILLION, Rate, make_rates
from generator.pricing.spelling import Found, Spellings
from generator.rendering.resolve import resolve
from generator.reporting.price_text import sentence, tiers
from generator.reporting.terminal import note, result, show_findings, show_json, show_table, summary

COLUMNS = {
    "model": "model",
    "token_type": "type",
    "cost_per_million": "cost/1M",
    "markup": "markup",
    "rate_per_thousand": "cents/1,000",
    "rate_per_million": "rate/1M",
    "unit_amount_decimal": "unit_amount_decimal",
    "event_name": "event name",
    "as_of": "as of",
    "source": "source",
}


def run(args: Namespace) -> int:
    """Show the rate of every pair of a mapping, or what one client pays; 1 if the mapping has errors."""
    if args.update or args.apply:
        return update(args)
    path = mapping_path(args.mapping)
    loaded, prices = load(path), catalogue()
    _, findings = resolve(loaded, prices)
    rest = loaded.rest if loaded.rest and not loaded.rest.blocks else None
    mapping = loaded.mapping or (rest.mapping if rest else None)
    if mapping and args.client and args.client not in mapping.clients:
        raise WrongUsage(f"{path} has no client {args.client}; there are: {', '.join(mapping.clients)}")
    found = list(priced(mapping, prices, args.client)) if mapping else []
    whole = [entry for entry in found if rest is None or rest.is_whole(dotted(("models", entry.rate.model)))]
    if args.format == "json":
        show_json([_entry(entry) for entry in whole])
    else:
        _show(whole)
        _coming(mapping, prices)
    if findings:
        note(f"{path}: {summary(findings)}; see: python -m generator check {path}")
    return failed(findings)


def _entry(entry: Priced) -> dict[str, object]:
    price = entry.price
    shape = {"event_name": price.event_name, "dimensions": price.dimensions, "lookup_key": price.lookup_key}
    amounts = {"shape": price.shape.value, "divide_by": price.divide_by, "tiers": tiers(price)}
    return {**row(entry.rate, entry.rate.currency), **shape, **amounts, "weight": entry.weight, "since": entry.since}


def _show(entries: list[Priced]) -> None:
    begins = list(dict.fromkeys(entry.since for entry in entries))
    for since in begins:
        if len(begins) > 1:
            result(f"from {since}")
        own = [entry for entry in entries if entry.since == since]
        rows = [(entry, row(entry.rate, entry.rate.currency) | {"event_name": entry.price.event_name}) for entry in own]
        heads = COLUMNS | {"rate_per_thousand": _minor(own[0].rate.currency) + "/1,000"}
        show_table([{title: cells[key] for key, title in heads.items()} for _, cells in rows])
        for words in dict.fromkeys(f"{e.price.title}: {sentence(e.price)}" for e in own if sentence(e.price)):
            result(f"  {words}")


def _minor(currency: str) -> str:
    """Name what Stripe counts in: a yen is its own smallest unit."""
    units = minor_units(currency)
    return "cents" if units == 100 else currency.upper() if units == 1 else "thousandths"


def _coming(mapping: Mapping | None, prices: Catalogue) -> None:
    """Say which provider prices and own terms have a later date."""
    for name in mapping.models if mapping else ():
        known = prices.find(name)
        if known and known.changes:
            note(f"{name}: its provider has announced other prices from {known.changes} on")
    if mapping:
        days = sorted({day for client in mapping.clients.values() for day in change_days(mapping, client)})
        if days:
            note(f"the mapping's terms change on {', '.join(map(str, days))}; see: rates --client CLIENT")


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
    known = Spellings(prices).read(args.model)
    if args.format == "json":
        rows = [row(rate, mapping.currency) for rate in rates]
        show_json(
            {"name": args.model, "model": model, "catalogue": known.price.model if known else None, "rates": rows}
        )
    else:
        result(_story(path.as_posix(), args.model, model, known, mapping, prices.closest(args.model)))
        for rate in rates:
            result(f"  {_arithmetic(rate, mapping.currency)}")
    return 0 if model else 1


def _meaning(mapping: Mapping, name: str) -> str | None:
    if name in mapping.models:
        return name
    return next((key for key, m in mapping.models.items() if any(alias.name == name for alias in m.aliases)), None)


def _story(path: str, name: str, model: str | None, known: Found | None, mapping: Mapping, close: list[str]) -> str:
    if model:
        return f"{name} is {model} in {path}" if model != name else f"{name} is a model of {path}"
    if known:
        return f"{name} is not in {path}, so its rows are parked; {_reading(known, mapping)}"
    near = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"{name} is neither in {path} nor in the catalogue{near or '; give it a price under `models`'}"


def _reading(known: Found, mapping: Mapping) -> str:
    """Say as what the catalogue knows a name, and what to write."""
    model = known.price.model
    around = [*known.steps, *(["a date"] if known.dated else [])]
    without = f" (without {', '.join(around)})" if around else ""
    home = _meaning(mapping, model)
    told = f"; it would be an alias of {home}" if home and known.differs == "" else ""
    price = (
        f"; but {known.differs}: give it a model with its own `cost`, and this name as alias" if known.differs else ""
    )
    return f"the catalogue prices it as {model}{without}{told}{price}"


def _arithmetic(rate: Rate, currency: str) -> str:
    shown = row(rate, currency)
    unit = currency.upper()
    cost = f"{shown['cost_per_million']} {unit} per million × {shown['markup']}"
    origin = "your mapping" if rate.source == FROM_MAPPING else f"{rate.source}, {shown['as_of']}"
    return (
        f"{shown['token_type']}: {cost} = {shown['rate_per_million']} {unit} per million "
        f"= {shown['rate_per_thousand']} {_minor(currency)} per 1,000 ({origin})"
    )
