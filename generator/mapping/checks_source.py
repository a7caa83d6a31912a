"""The usage source: each kind takes some keys of the block and needs some of them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping, Source
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.sources import SourceFacts, source_facts

LACKS = Rule(
    "source.missing-key",
    Level.ERROR,
    "the usage source lacks a key that its kind cannot do without",
    "write the key below `source:`",
)
UNUSED = Rule(
    "source.unused-key",
    Level.ERROR,
    "the usage source has a key that its kind does not know",
    "take the key out",
)
CLIENT = Rule(
    "source.client",
    Level.ERROR,
    "the usage source cannot name clients by this word",
    "use one of the words that the kind's page lists",
)
OF_EVERY_KIND = frozenset({"kind"})


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Run the rules over the `source` block."""
    source, facts = mapping.source, source_facts(mapping.source.kind)
    for key in facts.needs:
        if getattr(source, key) is None:
            yield LACKS.at(places.at("source", key), f"source.{key} is missing: {facts.kind} needs it")
    known = OF_EVERY_KIND.union(facts.needs, facts.takes, ("client",) if facts.clients else ())
    for key in sorted(source.model_fields_set - known):
        yield UNUSED.at(places.at("source", key), f"source.{key} means nothing to {facts.kind}")
    yield from _client(source, facts, places)


def _client(source: Source, facts: SourceFacts, places: Places) -> Iterator[Finding]:
    if source.client is not None and facts.clients and source.client not in facts.clients:
        text = f"source.client is {source.client}; {facts.kind} knows {', '.join(facts.clients)}"
        yield CLIENT.at(places.at("source", "client"), text)
