"""Names: each spelling in the logs means one model or one client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import KeyPath, Places, dotted
from generator.mapping.rules import Rule

TWICE = Rule(
    "names.twice",
    Level.ERROR,
    "one spelling stands for two models, for two clients, or twice for one",
    "keep one of the two",
)


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Report every spelling after its first."""
    yield from _twice(_models(mapping), places)
    yield from _twice(_clients(mapping), places)
    yield from _twice(_prefixes(mapping), places)


def _models(mapping: Mapping) -> Iterator[tuple[str, KeyPath]]:
    yield from ((name, ("models", name)) for name in mapping.models)
    for name, model in mapping.models.items():
        yield from ((alias.name, ("models", name, "aliases", n)) for n, alias in enumerate(model.aliases))


def _clients(mapping: Mapping) -> Iterator[tuple[str, KeyPath]]:
    yield from ((key, ("clients", key)) for key in mapping.clients)
    for key, client in mapping.clients.items():
        yield from ((alias, ("clients", key, "aliases", n)) for n, alias in enumerate(client.aliases))


def _prefixes(mapping: Mapping) -> Iterator[tuple[str, KeyPath]]:
    for key, client in mapping.clients.items():
        yield from ((prefix, ("clients", key, "prefixes", n)) for n, prefix in enumerate(client.prefixes))


def _twice(spellings: Iterable[tuple[str, KeyPath]], places: Places) -> Iterator[Finding]:
    first: dict[str, KeyPath] = {}
    for spelling, path in spellings:
        if spelling in first:
            line = places.at(*first[spelling]).line
            text = f"{dotted(path)} is '{spelling}', which {dotted(first[spelling])} on line {line} already stands for"
            yield TWICE.at(places.at(*path), text)
        first.setdefault(spelling, path)
