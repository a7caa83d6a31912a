"""Client rates: provider cost × markup, in cents per token, exact decimals rounded once, and said when rounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping, Model
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import TokenType
from generator.pricing.amounts import PLACES, format_decimal, minor_units, round_places
from generator.pricing.catalogue import Catalogue, Price

MILLION = 1_000_000

UNKNOWN = Rule(
    "pricing.unknown-model", "a model without a price in the catalogue or the mapping", "write its prices under `cost:`"
)
UNPRICED = Rule(
    "pricing.unpriced-type",
    "`token_types` names a type that has no price",
    "write its price under `cost:`, or drop the type",
)
CURRENCY = Rule(
    "pricing.other-currency",
    "the mapping's currency is not the catalogue's, and the model has no prices of its own",
    "write the model's prices under `cost:`, in the mapping's currency",
)
MARKUP = Rule(
    "pricing.low-markup",
    "a markup below 2",
    "2 is the least advisable: below it, fees and retries eat the margin",
    Level.WARNING,
)
ROUNDED = Rule(
    "pricing.rounded-rate",
    "a rate has more than 12 decimal places of a cent",
    "choose a markup with fewer decimals if the rate must be exact",
    Level.WARNING,
)
TIERED = Rule(
    "pricing.long-context",
    "a model whose long prompts cost more, while the client's rate is flat",
    "raise the markup if such prompts are common",
    Level.WARNING,
)
MOVING = Rule(
    "pricing.moving-name",
    "a model or alias ending in `-latest`: the provider may move it to a model with other prices",
    "name the dated model, or write its prices under `cost:`",
    Level.WARNING,
)
COMING = Rule(
    "pricing.price-changes",
    "the catalogue holds other prices from a later day on",
    "make a new catalogue then, and give the model a new `since`",
    Level.WARNING,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one token of a pair costs and charges, in cents; `exact` is the rate before rounding."""

    model: str
    token_type: TokenType
    cost: Decimal
    markup: Decimal
    rate: Decimal
    exact: Decimal
    source: str
    as_of: date | None


def make_rates(mapping: Mapping, catalogue: Catalogue, places: Places) -> tuple[list[Rate], list[Finding]]:
    """Price every model × token type of a mapping, in the mapping's order; models without a price are findings."""
    rates: list[Rate] = []
    findings = list(_markups(mapping, places))
    for name in mapping.models:
        price = catalogue.find(name)
        findings += _model_findings(mapping, name, price, catalogue, places)
        rates += _model_rates(mapping, name, price, catalogue)
    findings += [_rounded(rate, places) for rate in rates if rate.rate != rate.exact]
    return rates, findings


def make_rate(cost_per_million: Decimal, markup: Decimal, currency: str = "usd") -> tuple[Decimal, Decimal]:
    """Give (cost, exact client rate) in cents per token for a cost in currency per million tokens."""
    with localcontext(prec=60):
        cost = cost_per_million * minor_units(currency) / MILLION
        return cost, cost * markup


def _costs(
    mapping: Mapping, name: str, price: Price | None, catalogue: Catalogue
) -> Iterator[tuple[TokenType, Decimal, str, date | None]]:
    own = mapping.models[name].cost
    listed = price if price and catalogue.currency == mapping.currency else None
    for kind in TokenType:
        if own and (cost := own.of(kind)) is not None:
            yield kind, cost, "mapping", None
        elif listed and kind in listed.costs:
            yield kind, listed.costs[kind], listed.source, listed.as_of


def _model_rates(mapping: Mapping, name: str, price: Price | None, catalogue: Catalogue) -> Iterator[Rate]:
    model = mapping.models[name]
    markup = model.markup or mapping.markup
    for kind, per_million, source, as_of in _costs(mapping, name, price, catalogue):
        if model.token_types is None or kind in model.token_types:
            cost, exact = make_rate(per_million, markup, mapping.currency)
            yield Rate(name, kind, cost, markup, round_places(exact), exact, source, as_of)


def _markups(mapping: Mapping, places: Places) -> Iterator[Finding]:
    if mapping.markup < 2:
        yield MARKUP.at(places.at("markup"), f"markup is {format_decimal(mapping.markup)}, below 2")
    for name, model in mapping.models.items():
        if model.markup is not None and model.markup < 2:
            where = places.at("models", name, "markup")
            yield MARKUP.at(where, f"models.{name}.markup is {format_decimal(model.markup)}, below 2")


def _model_findings(
    mapping: Mapping, name: str, price: Price | None, catalogue: Catalogue, places: Places
) -> Iterator[Finding]:
    model, where = mapping.models[name], places.at("models", name)
    priced = {kind for kind, *_ in _costs(mapping, name, price, catalogue)}
    if not priced:
        yield _unpriced_model(mapping, name, price, catalogue, places)
    missing = [kind.value for kind in model.token_types or () if priced and kind not in priced]
    if missing:
        yield UNPRICED.at(
            places.at("models", name, "token_types"),
            f"{name} has no price for {', '.join(missing)}; it has {_list(priced)}",
        )
    if price and priced and not _all_own(model):
        if price.above:
            yield TIERED.at(where, f"{name} costs more per token in prompts above {price.above:,} tokens")
        if price.changes:
            yield COMING.at(where, f"{name} has other provider prices from {price.changes} on")
    if name.endswith("-latest") and not _all_own(model):
        yield MOVING.at(where, f"{name} may come to mean another model")


def _unpriced_model(mapping: Mapping, name: str, price: Price | None, catalogue: Catalogue, places: Places) -> Finding:
    where = places.at("models", name)
    if price:
        text = f"{name} is priced in {catalogue.currency} in the catalogue, the mapping bills in {mapping.currency}"
        return CURRENCY.at(where, text)
    close = catalogue.closest(name)
    hint = (
        f"did you mean {' or '.join(f'`{other}`' for other in close)}? Else write its prices under `cost:`"
        if close
        else ""
    )
    return UNKNOWN.at(where, f"{name} has no known price", hint)


def _all_own(model: Model) -> bool:
    return model.cost is not None and all(
        model.cost.of(kind) is not None for kind in (TokenType.INPUT, TokenType.OUTPUT)
    )


def _list(kinds: set[TokenType]) -> str:
    return ", ".join(kind.value for kind in TokenType if kind in kinds)


def _rounded(rate: Rate, places: Places) -> Finding:
    pair, exact, rounded = (
        f"{rate.model} {rate.token_type.value}",
        format_decimal(rate.exact),
        format_decimal(rate.rate),
    )
    text = f"{pair}: {exact} cents per token became {rounded} ({PLACES} places)"
    return ROUNDED.at(places.at("models", rate.model), text)
