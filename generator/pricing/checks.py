"""Rules over prices: nothing unpriced, nothing priced as something else, nothing rounded in silence."""

from __future__ import annotations

from collections.abc import Iterator

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import KeyPath, Places, dotted
from generator.mapping.rules import Rule
from generator.mapping.terms import OwnMarkups
from generator.mapping.words import TokenType
from generator.pricing.amounts import PLACES, format_decimal
from generator.pricing.catalogue import Catalogue, Price
from generator.pricing.checks_lists import check_lists
from generator.pricing.checks_terms import check_terms
from generator.pricing.rates import FROM_MAPPING, Rate, costs

UNKNOWN = Rule(
    "pricing.unknown-model",
    Level.ERROR,
    "a model has no price, neither in the catalogue nor in the mapping",
    "write its prices under `cost:`",
)
UNPRICED = Rule(
    "pricing.unpriced-type",
    Level.ERROR,
    "`token_types` names a type that has no price",
    "write its price under `cost:`, or drop the type",
)
CURRENCY = Rule(
    "pricing.other-currency",
    Level.ERROR,
    "the mapping's currency is not the catalogue's, and a model has no prices of its own",
    "write the model's prices under `cost:`, in the mapping's currency",
)
MARKUP = Rule(
    "pricing.low-markup",
    Level.WARNING,
    "a markup is below 2",
    "2 is the least advisable: below it, free tokens, fees and retries eat the margin",
)
ROUNDED = Rule(
    "pricing.rounded-rate",
    Level.WARNING,
    "a rate has more than 12 decimal places of a cent, the most that Stripe takes",
    "choose a markup with fewer decimals if the rate must be exact",
)
TIERED = Rule(
    "pricing.long-context",
    Level.WARNING,
    "a model's long prompts cost more per token, while the client's rate is flat",
    "raise the markup if such prompts are common",
)
MOVING = Rule(
    "pricing.moving-name",
    Level.WARNING,
    "a model or alias ends in `-latest`: the provider may move it to a model with other prices",
    "name the dated model, or write its prices under `cost:`",
)
OTHER_PRICE = Rule(
    "pricing.alias-priced-differently",
    Level.WARNING,
    "the catalogue has other prices for an alias than for its model",
    "make the alias a model of its own",
)
COMING = Rule(
    "pricing.price-changes",
    Level.WARNING,
    "the catalogue knows of other prices from a later day on",
    "write the new prices under `cost:` when they hold, with a new `since` at a period boundary",
)


def check_prices(mapping: Mapping, catalogue: Catalogue, rates: list[Rate], places: Places) -> Iterator[Finding]:
    """List what is wrong or surprising about the prices of a mapping."""
    yield from _markups(mapping, places)
    for name in mapping.models:
        yield from _model(mapping, name, catalogue, places)
        yield from _aliases(mapping, name, catalogue, places)
    yield from (_rounded(rate, places) for rate in rates if rate.rate != rate.exact)
    yield from check_terms(mapping, places)
    yield from check_lists(mapping, catalogue, places)


def _markups(mapping: Mapping, places: Places) -> Iterator[Finding]:
    blocks: list[tuple[KeyPath, OwnMarkups | None]] = [(("markup",), mapping.markup)]
    blocks += [(("models", name, "markup"), model.markup) for name, model in mapping.models.items()]
    blocks += [(("clients", key, "markup"), client.markup) for key, client in mapping.clients.items()]
    blocks += [(("changes", n, "markup"), change.markup) for n, change in enumerate(mapping.changes)]
    for path, block in blocks:
        for key in OwnMarkups.model_fields if block else ():
            value = getattr(block, key)
            if value is not None and value < 2:
                own = path if key == "default" else (*path, key)
                yield MARKUP.at(places.at(*own), f"{dotted(own)} is {format_decimal(value)}, below 2")


def _model(mapping: Mapping, name: str, catalogue: Catalogue, places: Places) -> Iterator[Finding]:
    price, where = catalogue.find(name), places.at("models", name)
    sources = {cost.token_type: cost.source for cost in costs(mapping, name, catalogue)}
    if not sources:
        yield _unpriced_model(mapping, name, price, catalogue, places)
        return
    missing = [kind.value for kind in mapping.models[name].token_types or () if kind not in sources]
    if missing:
        text = f"{name} has no price for {', '.join(missing)}; it has {', '.join(kind.value for kind in sources)}"
        yield UNPRICED.at(places.at("models", name, "token_types"), text)
    if price and set(sources.values()) != {FROM_MAPPING}:
        if price.above:
            yield TIERED.at(where, f"{name} costs more per token in prompts above {price.above:,} tokens")
        if price.changes:
            yield COMING.at(where, f"{name} has other provider prices from {price.changes} on")


def _unpriced_model(mapping: Mapping, name: str, price: Price | None, catalogue: Catalogue, places: Places) -> Finding:
    where = places.at("models", name)
    if price:
        text = f"the catalogue's price of {name} is in {catalogue.currency}, the mapping bills in {mapping.currency}"
        return CURRENCY.at(where, text)
    close = " or ".join(f"`{other}`" for other in catalogue.closest(name))
    hint = f"did you mean {close}? Else write its prices under `cost:`" if close else ""
    return UNKNOWN.at(where, f"{name} has no known price", hint)


def _aliases(mapping: Mapping, name: str, catalogue: Catalogue, places: Places) -> Iterator[Finding]:
    model = mapping.models[name]
    if model.cost and {TokenType.INPUT, TokenType.OUTPUT} <= {k for k in TokenType if model.cost.of(k) is not None}:
        return
    spellings = {name: places.at("models", name)}
    spellings |= {a.name: places.at("models", name, "aliases", n) for n, a in enumerate(model.aliases)}
    price, creator = catalogue.find(name), name.partition("/")[0]
    for spelling, where in spellings.items():
        other = catalogue.find(spelling) or catalogue.find(f"{creator}/{spelling}")
        if spelling.endswith("-latest"):
            yield MOVING.at(where, f"{spelling} may come to mean another model")
        elif price and other and other.costs != price.costs:
            yield OTHER_PRICE.at(where, f"{spelling} costs {_costs(other)} per million; {name} costs {_costs(price)}")


def _costs(price: Price) -> str:
    return ", ".join(f"{format_decimal(cost)} {kind.value}" for kind, cost in price.costs.items())


def _rounded(rate: Rate, places: Places) -> Finding:
    exact, rounded = format_decimal(rate.exact), format_decimal(rate.rate)
    text = f"{rate.model} {rate.token_type.value}: {exact} cents per token became {rounded} ({PLACES} places)"
    return ROUNDED.at(places.at("models", rate.model), text)
