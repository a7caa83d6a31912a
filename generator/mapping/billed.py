"""Which usage source bills which client and model: exactly one for each, so that nothing is billed twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.mapping import model as shape
from generator.mapping.places import KeyPath, dotted
from generator.mapping.sources import SourceFacts, source_facts


@dataclass(frozen=True, slots=True)
class BilledSource:
    """One usage source of a mapping. `name` is empty where there is only one, under `source`."""

    name: str
    source: shape.Source
    clients: Mapping[str, frozenset[str]]
    """Key of each client that is billed from here → the models that are."""

    @property
    def path(self) -> KeyPath:
        """Give where its block stands in the file."""
        return ("sources", self.name) if self.name else ("source",)

    @property
    def title(self) -> str:
        """Name its block as findings do."""
        return dotted(self.path)

    @property
    def facts(self) -> SourceFacts:
        """Give what is known of its kind."""
        return source_facts(self.source.kind)


def billed_sources(mapping: shape.Mapping) -> list[BilledSource]:
    """List a mapping's sources in its order, each with what it bills; none where the mapping names none."""
    if mapping.sources is None:
        every = dict.fromkeys(mapping.clients, frozenset(mapping.models))
        return [BilledSource("", mapping.source, every)] if mapping.source else []
    owned = {key: dict(shares(mapping, client)) for key, client in mapping.clients.items()}
    return [
        BilledSource(name, source, {key: own[name] for key, own in owned.items() if name in own})
        for name, source in mapping.sources.items()
    ]


def shares(mapping: shape.Mapping, client: shape.Client) -> Iterator[tuple[str, frozenset[str]]]:
    """Give the models that each source of a client bills: what the sources before it leave, in the client's order."""
    sources, taken = mapping.sources or {}, frozenset[str]()
    for name in sources_of(mapping, client):
        own = tells(mapping, sources[name]) - taken
        taken |= own
        yield name, own


def sources_of(mapping: shape.Mapping, client: shape.Client) -> list[str]:
    """Name a client's sources that are there, each once; where the mapping has one alone, it need not be named."""
    sources = mapping.sources or {}
    named = client.source or (sources if len(sources) == 1 else ())
    return [name for name in dict.fromkeys(named) if name in sources]


def tells(mapping: shape.Mapping, source: shape.Source) -> frozenset[str]:
    """Give the models that a source bills where no other does: those it names, else all that its kind can tell of."""
    if source.models is not None:
        return frozenset(source.models) & mapping.models.keys()
    prefixes = source_facts(source.kind).models or ("",)
    return frozenset(name for name in mapping.models if name.startswith(prefixes))
