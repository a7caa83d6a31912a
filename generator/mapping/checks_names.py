"""Names: each spelling in the logs means one model or one client."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.patterns import Rank, begins_with, is_beginning, meet, rank, regular
from generator.mapping.places import KeyPath, Places, dotted
from generator.mapping.rules import Rule
from generator.mapping.words import Path

TWICE = Rule(
    "names.twice",
    Level.ERROR,
    "one spelling stands for two models, for two clients, or twice for one",
    "keep one of the two",
)

TIED = Rule(
    "names.tied",
    Level.ERROR,
    "patterns of two clients have as many literal characters, and some spelling fits both: neither of them would win",
    "write more of what the spellings of one of the two clients share, so that its pattern is the longer one",
)

GATEWAY = Rule(
    "names.gateway",
    Level.ERROR,
    "a client that a gateway meters has a spelling that fits another client's pattern: its rows in the log would be "
    "billed to the other one",
    "write the pattern so that it does not fit",
)


@dataclass(frozen=True, slots=True)
class _Spelling:
    meant: str
    written: str
    path: KeyPath


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Report every spelling after its first, patterns between which nothing decides, and those that fit too much."""
    patterns, clients = list(_patterns(mapping)), list(_clients(mapping))
    yield from _twice(_models(mapping), places)
    yield from _twice(clients, places)
    yield from _twice(patterns, places)
    yield from _tied(patterns, places)
    yield from _by_gateway(mapping, clients, patterns, places)


def _models(mapping: Mapping) -> Iterator[_Spelling]:
    yield from (_Spelling(name, name, ("models", name)) for name in mapping.models)
    for key, model in mapping.models.items():
        names = [alias.name for alias in model.aliases]
        yield from _listed(names, names, ("models", key, "aliases"))


def _clients(mapping: Mapping) -> Iterator[_Spelling]:
    yield from (_Spelling(key, key, ("clients", key)) for key in mapping.clients)
    for key, client in mapping.clients.items():
        yield from _listed(client.aliases, client.aliases, ("clients", key, "aliases"))


def _patterns(mapping: Mapping) -> Iterator[_Spelling]:
    for key, client in mapping.clients.items():
        yield from _listed(map(begins_with, client.prefixes), client.prefixes, ("clients", key, "prefixes"))
        yield from _listed(client.patterns, client.patterns, ("clients", key, "patterns"))


def _listed(meant: Iterable[str], written: Iterable[str], path: KeyPath) -> Iterator[_Spelling]:
    yield from (_Spelling(*spelling, (*path, n)) for n, spelling in enumerate(zip(meant, written, strict=True)))


def _twice(spellings: Iterable[_Spelling], places: Places) -> Iterator[Finding]:
    first: dict[str, KeyPath] = {}
    for one in spellings:
        if one.meant in first:
            text = f"{_said(one)}, which {_at(first[one.meant], places)} already stands for"
            yield TWICE.at(places.at(*one.path), text)
        first.setdefault(one.meant, one.path)


def _tied(spellings: Iterable[_Spelling], places: Places) -> Iterator[Finding]:
    """Compare each pattern with those before it that are as strong; no spelling has two beginnings of one length."""
    before: dict[Rank, list[_Spelling]] = defaultdict(list)
    for one in spellings:
        if is_beginning(one.meant):
            continue
        equals = before[rank(one.meant)]
        rivals = (rival for rival in equals if rival.path[1] != one.path[1] and rival.meant != one.meant)
        if rival := next((rival for rival in rivals if meet(rival.meant, one.meant)), None):
            text = f"{_said(one)}, and some spelling fits '{rival.written}' as well, {_at(rival.path, places)}: "
            text += f"both have {-rank(one.meant)[1]} literal characters"
            yield TIED.at(places.at(*one.path), text)
        equals.append(one)


def _by_gateway(
    mapping: Mapping, clients: Sequence[_Spelling], patterns: Sequence[_Spelling], places: Places
) -> Iterator[Finding]:
    """Hold the spellings of clients that no run meters against the patterns of those that it meters."""
    gateway = {key for key, client in mapping.clients.items() if client.path is Path.GATEWAY}
    theirs = [one for one in clients if one.path[1] in gateway]
    for one in patterns if theirs else ():
        fits = re.compile(regular(one.meant)).fullmatch
        taken = next((other for other in theirs if fits(other.meant)), None)
        if taken and one.path[1] not in gateway:
            text = f"{_said(one)}, and that fits '{taken.written}', {_at(taken.path, places)}, which a gateway meters"
            yield GATEWAY.at(places.at(*one.path), text)


def _said(one: _Spelling) -> str:
    return f"{dotted(one.path)} is '{one.written}'"


def _at(path: KeyPath, places: Places) -> str:
    return f"{dotted(path)} on line {places.at(*path).line}"
