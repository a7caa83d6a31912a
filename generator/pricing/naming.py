"""Naming: which client and which model a usage file means, by the mapping, by the user's aliases, by the catalogue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from generator.mapping.dated import change_days, on
from generator.mapping.model import Mapping
from generator.mapping.patterns import Ranked
from generator.pricing.catalogue import Catalogue
from generator.pricing.margin import Costs, Tokens, metered_charge, provider_cost
from generator.pricing.rates import costs
from generator.pricing.spelling import Spellings


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a model's name in a file means: its name, its prices, and whether the mapping has it."""

    model: str
    costs: Costs
    source: str
    above: int | None = None
    changes: date | None = None
    dated: bool = False
    """Whether the name is a dated version that the catalogue does not list by itself."""
    mapped: bool = False


class Names:
    """Looks names up; each name once for the time in which a mapping's terms stay the same."""

    def __init__(
        self, catalogue: Catalogue, mapping: Mapping | None, aliases: Map[str, str], markup: Decimal | None
    ) -> None:
        """Take the catalogue, a mapping or none, the user's own aliases, and a markup that replaces the mapping's."""
        self.catalogue, self.mapping, self.aliases = catalogue, mapping, aliases
        self.markup = markup or (mapping.markup.default if mapping else Decimal(2))
        self.own_rates = mapping is None or markup is not None
        self._spellings = Spellings(catalogue)
        self._clients = _client_names(mapping) if mapping else {}
        clients = mapping.clients.items() if mapping else ()
        self._patterns = Ranked((pattern, key) for key, client in clients for pattern in client.every_pattern)
        self._changes = _changes(mapping) if mapping else []
        self._terms: dict[int, Mapping] = {}
        self._models: dict[tuple[int, str], Meaning | None] = {}

    def client(self, name: str) -> str | None:
        """Give the mapping's key of a client's name; None where the mapping has none such."""
        if self.mapping and name not in self._clients:
            self._clients[name] = self._patterns.find(name)
        return self._clients.get(name) if self.mapping else name

    def model(self, name: str, day: date | None = None) -> Meaning | None:
        """Say what a model's name means on a day; None where nothing knows its price."""
        key = (self._stage(day), name)
        if key not in self._models:
            self._models[key] = self._meaning(self.aliases.get(name, name), key[0])
        return self._models[key]

    def cost(self, name: str, tokens: Tokens, day: date | None = None, *, batch: bool = False) -> Decimal | None:
        """Price tokens of a model by its name in the file."""
        meaning = self.model(name, day)
        return None if meaning is None else provider_cost(tokens, meaning.costs, batch=batch)

    def charge(self, name: str, tokens: Tokens, day: date | None = None) -> Decimal | None:
        """Charge tokens at their cost × markup; None where nothing has a price."""
        meaning = self.model(name, day)
        return None if meaning is None else metered_charge(tokens, meaning.costs, self.markup)

    def _stage(self, day: date | None) -> int:
        """Count the changes of terms up to a day; usage without a day is priced by the newest."""
        return len(self._changes) if day is None else bisect_right(self._changes, day)

    def _mapping_at(self, stage: int) -> Mapping | None:
        if self.mapping and stage not in self._terms:
            self._terms[stage] = on(self.mapping, self._changes[stage - 1]) if stage else self.mapping
        return self._terms.get(stage)

    def _meaning(self, name: str, stage: int) -> Meaning | None:
        known, mapping = self._in_mapping(name), self._mapping_at(stage)
        if known and mapping:
            listed = {cost.token_type: cost for cost in costs(mapping, known, self.catalogue)}
            prices = {kind: cost.per_million for kind, cost in listed.items()}
            source = next((cost.source for cost in listed.values()), "")
            price = self.catalogue.find(known)
            above, changes = (price.above, price.changes) if price else (None, None)
            return Meaning(known, prices, source, above, changes, mapped=True)
        found = self._spellings.find(name)
        if found is None or (mapping and mapping.currency != self.catalogue.currency):
            return None
        price = found.price
        return Meaning(price.model, price.costs, price.source, price.above, price.changes, dated=found.dated)

    def _in_mapping(self, name: str) -> str | None:
        if self.mapping is None:
            return None
        if name in self.mapping.models:
            return name
        models = self.mapping.models.items()
        return next((key for key, model in models if any(alias.name == name for alias in model.aliases)), None)


def _changes(mapping: Mapping) -> list[date]:
    return sorted({day for client in mapping.clients.values() for day in change_days(mapping, client)})


def _client_names(mapping: Mapping) -> dict[str, str | None]:
    """Map every spelling of a client to its key: key, aliases, name, customer ids."""
    names: dict[str, str | None] = {}
    for key, client in mapping.clients.items():
        ids = (client.customer.sandbox, client.customer.live)
        for name in (key, *client.aliases, client.name, *(one for one in ids if one)):
            names.setdefault(name, key)
    return names
