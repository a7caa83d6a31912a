"""The usage source: each kind takes some keys of the block and needs some of them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.mapping.billed import BilledSource, billed_sources
from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import WindowSize

LACKS = Rule(
    "source.missing-key",
    Level.ERROR,
    "the usage source lacks a key that its kind cannot do without",
    "write the key into the source's block",
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
EARLY = Rule(
    "source.early-run",
    Level.WARNING,
    "the run starts before the usage source's newest window is whole, so every run leaves that window to the next one",
    "start later",
)
LONG = Rule(
    "source.more-than-a-page",
    Level.WARNING,
    "`lookback` covers more windows than one page of the usage source holds, and Make reads one page",
    "use a shorter `lookback`; on n8n it may stay",
)
ONE_PLATFORM = Rule(
    "source.one-platform",
    Level.WARNING,
    "the usage source can be read on n8n alone: the blueprint for Make stops and says so",
    "use the n8n workflows",
)
SIZE = Rule(
    "source.window-size",
    Level.ERROR,
    "the usage source has no numbers for windows of this size",
    "use the size that the kind's page names",
)
ADDRESS = Rule(
    "source.address",
    Level.ERROR,
    "`source.url` is no address of what this kind reads",
    "copy the address that the kind's page shows",
)
OF_EVERY_KIND = frozenset({"kind"})


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Run the rules over the block of each source."""
    for one in billed_sources(mapping):
        yield from _keys(one, places)
        yield from _windows(mapping, one, places)


def _keys(one: BilledSource, places: Places) -> Iterator[Finding]:
    source, facts, title = one.source, one.facts, one.title
    for key in facts.needs:
        if getattr(source, key) is None:
            yield LACKS.at(places.at(*one.path, key), f"{title}.{key} is missing: {facts.kind} needs it")
    known = OF_EVERY_KIND.union(facts.needs, facts.takes, ("client",) if facts.clients else ())
    known |= {"models"} if one.name else set()
    for key in sorted(source.model_fields_set - known):
        yield UNUSED.at(places.at(*one.path, key), f"{title}.{key} means nothing to {facts.kind}")
    if source.url and not (source.url.startswith(facts.address) and source.url != facts.address):
        text = f"{title}.url is {source.url}; {facts.kind} needs an address that begins with {facts.address}"
        yield ADDRESS.at(places.at(*one.path, "url"), text)
    if source.client is not None and facts.clients and source.client not in facts.clients:
        text = f"{title}.client is {source.client}; {facts.kind} knows {', '.join(facts.clients)}"
        yield CLIENT.at(places.at(*one.path, "client"), text)
    if "make" not in facts.platforms:
        yield ONE_PLATFORM.at(places.at(*one.path, "kind"), f"{title}.kind is {facts.kind}, which Make cannot read")


def _windows(mapping: Mapping, one: BilledSource, places: Places) -> Iterator[Finding]:
    windows, facts = mapping.windows, one.facts
    after = windows.run_at.hour * 3600 + windows.run_at.minute * 60
    if windows.size is WindowSize.DAY and after < facts.ready_s:
        waits = f"{facts.title} is taken {facts.ready_s // 60} minutes after a day"
        yield EARLY.at(places.at("windows", "run_at"), f"windows.run_at is {windows.run_at:%H:%M}; {waits}")
    if (size := windows.size.value) not in facts.sizes:
        text = f"windows.size is {size}; {facts.title}: numbers by {' or '.join(facts.sizes)}"
        yield SIZE.at(places.at("windows", "size"), text)
    page = facts.page.get(size, windows.lookback)
    if windows.lookback > page and not facts.by_cursor:
        text = f"windows.lookback is {windows.lookback}; a page of {facts.title} holds {page}"
        yield LONG.at(places.at("windows", "lookback"), text)
