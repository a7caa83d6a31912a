"""Terms have a date: a mapping as it stands on one day, all changes up to then applied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from generator.mapping.model import Client, Mapping, Model
from generator.mapping.part import Part
from generator.mapping.terms import Change, ClientChange, MappingChange, ModelChange

SomePart = TypeVar("SomePart", bound=Part)
SomeChange = TypeVar("SomeChange", bound=Change)


def on(mapping: Mapping, day: date) -> Mapping:
    """Give the mapping with the terms of a day, as if they had been written without dates."""
    models = {name: _model(model, day) for name, model in mapping.models.items()}
    clients = {key: _client(client, day) for key, client in mapping.clients.items()}
    for change in _until(mapping.changes, day):
        mapping = _mapping(mapping, change)
    return mapping.model_copy(update={"models": models, "clients": clients, "changes": ()})


def change_days(mapping: Mapping, client: Client) -> list[date]:
    """List the days on which a client's terms may change."""
    changes: list[Change] = [*mapping.changes, *client.changes]
    changes += [change for model in mapping.models.values() for change in model.changes]
    return sorted({change.since for change in changes})


def merged(old: SomePart | None, new: SomePart | None) -> SomePart | None:
    """Give a block in which the keys that `new` names are new and all others stay."""
    if old is None or new is None:
        return new or old
    return old.model_copy(update={key: getattr(new, key) for key in new.model_fields_set})


def _until(changes: Iterable[SomeChange], day: date) -> list[SomeChange]:
    return sorted((change for change in changes if change.since <= day), key=lambda change: change.since)


def _mapping(mapping: Mapping, change: MappingChange) -> Mapping:
    markup = mapping.markup
    if change.markup:
        markup = type(markup)(
            **change.markup.model_dump(exclude={"default"}), default=change.markup.default or markup.default
        )
    exchange = mapping.exchange | (change.exchange or {})
    pricing = merged(mapping.pricing, change.pricing)
    return mapping.model_copy(update={"markup": markup, "exchange": exchange, "pricing": pricing})


def _model(model: Model, day: date) -> Model:
    for change in _until(model.changes, day):
        model = _changed_model(model, change)
    return model


def _changed_model(model: Model, change: ModelChange) -> Model:
    cost, pricing = merged(model.cost, change.cost), merged(model.pricing, change.pricing)
    return model.model_copy(update={"cost": cost, "pricing": pricing, "markup": change.markup or model.markup})


def _client(client: Client, day: date) -> Client:
    for change in _until(client.changes, day):
        client = _changed_client(client, change)
    return client


def _changed_client(client: Client, change: ClientChange) -> Client:
    retainer = client.retainer if change.retainer is None else change.retainer
    pricing = merged(client.pricing, change.pricing)
    return client.model_copy(
        update={"retainer": retainer, "pricing": pricing, "markup": change.markup or client.markup}
    )
