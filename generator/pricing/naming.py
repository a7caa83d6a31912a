"""Naming: which client and which model a usage file means, by the mapping, by the user's aliases, by the catalogue."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from generator.mapping.model import Mapping
from generator.mapping.words import TokenType
from generator.pricing.amounts import minor_units
from generator.pricing.catalogue import Catalogue
from generator.pricing.margin import Costs, Tokens, metered_charge, provider_cost, rated_charge
from generator.pricing.rates import costs, make_rates
from generator.pricing.spelling import Spellings


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a model's name in a file means: its name, its prices, and the client rates where the mapping has it."""

    model: str
    costs: Costs
    rates: Map[TokenType, Decimal] | None
    source: str
    above: int | None = None
    changes: date | None = None
    dated: bool = False
    """Whether the name is a dated version that the catalogue does not list by itself."""


class Names:
    """Looks names up; each name once."""

    def __init__(
        self, catalogue: Catalogue, mapping: Mapping | None, aliases: Map[str, str], markup: Decimal | None
    ) -> None:
        """Take the catalogue, a mapping or none, the user's own aliases, and a markup that replaces the mapping's."""
        self.catalogue, self.mapping, self.aliases = catalogue, mapping, aliases
        self.markup = markup or (mapping.markup.default if mapping else Decimal(2))
        self.own_rates = mapping is None or markup is not None
        self.minor_units = minor_units(mapping.currency if mapping else catalogue.currency)
        self._spellings = Spellings(catalogue)
        self._models: dict[str, Meaning | None] = {}
        self._clients = _client_names(mapping) if mapping else {}
        self._rates: dict[str, dict[TokenType, Decimal]] = {}
        for rate in make_rates(mapping, catalogue) if mapping else []:
            self._rates.setdefault(rate.model, {})[rate.token_type] = rate.rate

    def client(self, name: str) -> str | None:
        """Give the mapping's key of a client's name; None where the mapping has none such."""
        return self._clients.get(name) if self.mapping else name

    def model(self, name: str) -> Meaning | None:
        """Say what a model's name means; None where nothing knows its price."""
        if name not in self._models:
            self._models[name] = self._meaning(self.aliases.get(name, name))
        return self._models[name]

    def cost(self, name: str, tokens: Tokens, *, batch: bool) -> Decimal | None:
        """Price tokens of a model by its name in the file."""
        meaning = self.model(name)
        return None if meaning is None else provider_cost(tokens, meaning.costs, batch=batch)

    def charge(self, name: str, tokens: Tokens) -> Decimal | None:
        """Say what metering would charge for tokens of a model; None where it would charge nothing."""
        meaning = self.model(name)
        if meaning is None:
            return None
        if self.own_rates:
            return metered_charge(tokens, meaning.costs, self.markup)
        return None if meaning.rates is None else rated_charge(tokens, meaning.rates, self.minor_units)

    def _meaning(self, name: str) -> Meaning | None:
        known = self._in_mapping(name)
        if known and self.mapping:
            listed = {cost.token_type: cost for cost in costs(self.mapping, known, self.catalogue)}
            prices = {kind: cost.per_million for kind, cost in listed.items()}
            source = next((cost.source for cost in listed.values()), "")
            price = self.catalogue.find(known)
            rates = self._rates.get(known, {})
            above, changes = (price.above, price.changes) if price else (None, None)
            return Meaning(known, prices, rates, source, above, changes)
        found = self._spellings.find(name)
        if found is None or (self.mapping and self.mapping.currency != self.catalogue.currency):
            return None
        price = found.price
        return Meaning(price.model, price.costs, None, price.source, price.above, price.changes, found.dated)

    def _in_mapping(self, name: str) -> str | None:
        if self.mapping is None:
            return None
        if name in self.mapping.models:
            return name
        models = self.mapping.models.items()
        return next((key for key, model in models if any(alias.name == name for alias in model.aliases)), None)


def _client_names(mapping: Mapping) -> dict[str, str]:
    """Map every spelling of a client to its key: key, aliases, name, customer ids."""
    names: dict[str, str] = {}
    for key, client in mapping.clients.items():
        ids = (client.customer.sandbox, client.customer.live)
        for name in (key, *client.aliases, client.name, *(one for one in ids if one)):
            names.setdefault(name, key)
    return names
