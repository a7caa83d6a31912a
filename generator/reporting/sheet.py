"""The sheet: calculator and mapping sheet as one page, from a mapping and the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from generator.mapping.model import Mapping
from generator.mapping.words import Billing, TokenType
from generator.pricing.amounts import format_decimal, minor_units
from generator.pricing.catalogue import Catalogue
from generator.pricing.rates import MILLION, Rate, make_rates
from generator.reporting.amounts import currency_sign
from generator.reporting.pages import COPY, read_scripts, render_page

SCRIPTS = tuple(f"sheet/{name}.js" for name in ("decimal", "rates", "month", "snippet", "chart", "sheet"))
VOLUME = 100_000_000
PERCENT = {TokenType.INPUT: "75", TokenType.CACHED_INPUT: "0", TokenType.CACHED_WRITE: "0"}
"""What the page begins with: 50,000 queries of 2,000 tokens, a quarter of them output."""


def sheet_page(mapping: Mapping, catalogue: Catalogue, templates: Path) -> str:
    """Write the sheet of a mapping."""
    values: dict[str, object] = {"name": mapping.name, "as_of": catalogue.as_of}
    scripts = read_scripts(templates, (*SCRIPTS, COPY), sheet_data(mapping, catalogue))
    return render_page(templates, "sheet/page.html.j2", values, scripts)


def sheet_data(mapping: Mapping, catalogue: Catalogue) -> dict[str, object]:
    """Give what the page's scripts begin with; all numbers are text, exact."""
    mode, rates = mapping.billing.mode, make_rates(mapping, catalogue)
    known = catalogue.currency == mapping.currency
    retainer = max((client.retainer for client in mapping.clients.values() if client.retainer), default=Decimal(0))
    return {
        "mode": (Billing.METER_PER_RATE if mode is Billing.WATCH else mode).value,
        "meter": mapping.meter,
        "currency": mapping.currency,
        "sign": currency_sign(mapping.currency),
        "minor": minor_units(mapping.currency),
        "credit": format_decimal(mapping.billing.credit) if mapping.billing.credit else None,
        "markup": format_decimal(mapping.markup.default),
        "volume": str(VOLUME),
        "percent": {kind.value: part for kind, part in PERCENT.items()},
        "free": str(mapping.pricing.free_tokens.default if mapping.pricing.free_tokens else 0),
        "retainer": format_decimal(retainer),
        "shaped": _is_shaped(mapping),
        "models": [_model(mapping, name, [rate for rate in rates if rate.model == name]) for name in mapping.models],
        "catalogue": {name: _prices(catalogue, name) for name in catalogue} if known else {},
        "aliases": catalogue.aliases if known else {},
    }


def _is_shaped(mapping: Mapping) -> bool:
    """Say whether prices have more to them than what the page moves: steps, credits, terms of a model or client."""
    general = mapping.pricing
    models = any(model.pricing or model.changes for model in mapping.models.values())
    clients = any(client.pricing or client.changes or client.markup for client in mapping.clients.values())
    return bool(general.tiers or general.monthly_credit or mapping.changes or models or clients)


def _model(mapping: Mapping, name: str, rates: Iterable[Rate]) -> dict[str, object]:
    """Give one model with its costs and its own markups, by token type."""
    model, minor = mapping.models[name], minor_units(mapping.currency)
    priced = list(rates)
    return {
        "name": name,
        "aliases": [
            {"name": alias.name, "since": alias.since.isoformat() if alias.since else ""} for alias in model.aliases
        ],
        "since": model.since.isoformat() if model.since else "",
        "costs": {rate.token_type.value: format_decimal(rate.cost * MILLION / minor) for rate in priced},
        "markups": {
            rate.token_type.value: format_decimal(rate.markup)
            for rate in priced
            if rate.markup != mapping.markup.default
        },
    }


def _prices(catalogue: Catalogue, name: str) -> dict[str, str]:
    price = catalogue.find(name)
    return {kind.value: format_decimal(cost) for kind, cost in price.costs.items()} if price else {}
