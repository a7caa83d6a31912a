"""Several usage sources: each client and model is billed from exactly one of them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.mapping.billed import shares, sources_of, tells
from generator.mapping.complaints import MISSING, did_you_mean
from generator.mapping.findings import Finding, Level
from generator.mapping.model import Client, Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import Billing, Path

BOTH = Rule(
    "sources.both",
    Level.ERROR,
    "a mapping has `source` and `sources`",
    "move the block of `source` below `sources`, with a name of its own",
)
UNKNOWN = Rule(
    "sources.unknown",
    Level.ERROR,
    "a client or a source names something that is not there",
    "correct the name, or add what it names",
)
NONE = Rule(
    "sources.none",
    Level.ERROR,
    "there are several usage sources, and a client does not say which one bills it",
    "name it: `source:` at the client",
)
AMBIGUOUS = Rule(
    "sources.ambiguous",
    Level.ERROR,
    "a client has several usage sources, and those before one bill every model that it could: "
    "a call that two of them show would be billed twice, or the last one never",
    "put the source that bills fewer models first, give it its `models:`, or name one source for the client",
)
ONE_METER = Rule(
    "sources.one-meter",
    Level.ERROR,
    "a client's usage comes from several sources, and this billing mode counts it on one meter: "
    "each run would take the other's events for its own",
    "use `billing: meter_per_rate`, where every model has meters of its own, or one source for the client",
)
UNBILLED = Rule(
    "sources.unbilled-model",
    Level.WARNING,
    "no source of a client bills a model: such usage is told every run, and not billed",
    "add a source to the client, or the model to the `models:` of one",
)
UNUSED = Rule(
    "sources.unused",
    Level.WARNING,
    "a usage source bills no client: its run would do nothing",
    "name it at a client, or take it out",
)
UNWATCHED = Rule(
    "sources.unwatched-month",
    Level.WARNING,
    "the month of a client whose usage comes from several sources is in no one place: usage-thresholds leaves it out",
    "use one source for the client where its month is to be watched, or take out what is expected of it",
)


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Run the rules over `source`, `sources` and every client."""
    if mapping.source is None and mapping.sources is None:
        hint = "add `source:`: where usage rows come from"
        yield MISSING.at(places.at("source"), "source is missing", hint)
    elif mapping.sources is None:
        yield from _without(mapping, places)
    elif mapping.source is not None:
        yield BOTH.at(places.at("source"), "source stands beside sources")
    else:
        yield from _several(mapping, places)


def _without(mapping: Mapping, places: Places) -> Iterator[Finding]:
    for key, client in mapping.clients.items():
        if client.source is not None:
            words = f"clients.{key}.source is {', '.join(client.source)}, but the mapping has no `sources`"
            yield UNKNOWN.at(places.at("clients", key, "source"), words, "take it out")


def _several(mapping: Mapping, places: Places) -> Iterator[Finding]:
    sources, used = mapping.sources or {}, set[str]()
    for name, source in sources.items():
        for number, model in enumerate(source.models or ()):
            if model not in mapping.models:
                where = places.at("sources", name, "models", number)
                words = f"sources.{name}.models names {model}, which is not under `models`"
                yield UNKNOWN.at(where, words, did_you_mean(model, list(mapping.models)))
    for key, client in mapping.clients.items():
        if client.path is Path.WORKFLOW:
            used |= {*sources_of(mapping, client)}
            yield from _client(mapping, key, client, places)
    for name in sources:
        if name not in used:
            yield UNUSED.at(places.at("sources", name), f"sources.{name} bills no client")


def _client(mapping: Mapping, key: str, client: Client, places: Places) -> Iterator[Finding]:
    sources, where = mapping.sources or {}, places.at("clients", key, "source")
    for name in client.source or ():
        if name not in sources:
            words = f"clients.{key}.source names {name}, which is not under `sources`"
            yield UNKNOWN.at(where, words, did_you_mean(name, list(sources)))
    named = sources_of(mapping, client)
    if not named and not client.source:
        yield NONE.at(where, f"clients.{key} does not say which of {', '.join(sources)} bills it")
    own = dict(shares(mapping, client))
    for name in (name for name in named[1:] if not own[name]):
        rest = ", ".join(sorted(tells(mapping, sources[name]))) or "nothing of `models`"
        yield AMBIGUOUS.at(where, f"clients.{key}.source leaves nothing to {name}, which could bill {rest}")
    missing = mapping.models.keys() - frozenset[str]().union(*own.values())
    if named and missing:
        yield UNBILLED.at(
            where, f"clients.{key} is billed from {' and '.join(named)}, not for {', '.join(sorted(missing))}"
        )
    if len(named) > 1:
        yield from _divided(mapping, key, client, named, places)


def _divided(mapping: Mapping, key: str, client: Client, named: list[str], places: Places) -> Iterator[Finding]:
    mode, names = mapping.billing.mode, " and ".join(named)
    if mode in (Billing.DIMENSIONS, Billing.WEIGHTED):
        text = f"clients.{key} is billed from {names}, and {mode.value} has one meter for all of it"
        yield ONE_METER.at(places.at("clients", key, "source"), text)
    for name in ("expected_month", "expected_tokens", "retainer"):
        if getattr(client, name) is not None:
            text = f"clients.{key}.{name} is not watched: its usage comes from {names}"
            yield UNWATCHED.at(places.at("clients", key, name), text)
