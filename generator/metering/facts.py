"""Facts: totals of the log per client, model, token type and window, and what is parked on the way there."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from generator.mapping.patterns import Ranked
from generator.metering.usage import TOKEN_TYPES, Row, outside_name, row_counts, row_time
from generator.metering.windows import Window


class ClientTerms(Protocol):
    """What metering knows of a client."""

    @property
    def key(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def patterns(self) -> Sequence[str]: ...
    @property
    def since(self) -> datetime: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def models(self) -> Sequence[str] | None: ...


class NameTerms(Protocol):
    """One spelling of a model in the log, and from when on it means that model."""

    @property
    def name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def since(self) -> datetime: ...


class PairTerms(Protocol):
    """What metering knows of a model × token type."""

    @property
    def model(self) -> str: ...
    @property
    def token_type(self) -> str: ...
    @property
    def weight(self) -> int | None: ...
    @property
    def since(self) -> datetime: ...


class Terms(Protocol):
    """The agreed meaning of names: any plan that has these."""

    @property
    def since(self) -> datetime: ...
    @property
    def clients(self) -> Sequence[ClientTerms]: ...
    @property
    def model_names(self) -> Sequence[NameTerms]: ...
    @property
    def pairs(self) -> Sequence[PairTerms]: ...
    @property
    def elsewhere(self) -> Sequence[str]: ...
    @property
    def elsewhere_patterns(self) -> Sequence[str]: ...


class Fact(NamedTuple):
    """What one total is about. In `weighted`, model and token type are empty."""

    client: str
    model: str
    token_type: str
    window: Window


@dataclass(slots=True)
class Parked:
    """Usage left out for one reason: how many tokens, and the 1-based positions of the rows."""

    tokens: int = 0
    rows: set[int] = field(default_factory=set)
    details: dict[str, None] = field(default_factory=dict)
    """Names as the log spells them, each once, in order."""


@dataclass(frozen=True, slots=True)
class Totals:
    """A log, read: tokens per fact, and what is parked, by reason."""

    facts: dict[Fact, int]
    parked: dict[str, Parked]


def total_rows(rows: Iterable[Row], terms: Terms, windows: Sequence[Window]) -> Totals:
    """Total the rows of a range, or park them; rows outside all windows are ignored, a repeated request counts once.

    ``windows`` come oldest first. Every token of a row inside is in exactly one fact or parked for exactly one reason,
    except those of rows whose time or counts cannot be read.
    """
    reader = _Reader(terms, windows)
    for position, row in enumerate(rows, 1):
        reader.read(position, row)
    return Totals(_in_order(reader.facts, terms), dict(reader.parked))


def weigh(facts: dict[Fact, int], terms: Terms) -> dict[Fact, int]:
    """Turn tokens per pair into credits per client and window: Σ tokens × weight."""
    weights = {(pair.model, pair.token_type): pair.weight or 0 for pair in terms.pairs}
    credits: dict[Fact, int] = defaultdict(int)
    for fact, tokens in facts.items():
        credits[Fact(fact.client, "", "", fact.window)] += tokens * weights[fact.model, fact.token_type]
    return {fact: total for fact, total in credits.items() if total}


class _Elsewhere:
    """Stands for every client that another source of the mapping bills."""


_ELSEWHERE = _Elsewhere()
_Owner = ClientTerms | _Elsewhere | None


class _Reader:
    """The state of one pass over the rows."""

    def __init__(self, terms: Terms, windows: Sequence[Window]) -> None:
        self.facts: dict[Fact, int] = defaultdict(int)
        self.parked: dict[str, Parked] = {}
        self._terms, self._windows = terms, windows
        self._starts = [window.start for window in windows]
        self._seen: set[str] = set()
        self._clients: dict[str, _Owner] = {name: c for c in terms.clients for name in c.names}
        self._clients |= dict.fromkeys(terms.elsewhere, _ELSEWHERE)
        patterns: list[tuple[str, _Owner]] = [(one, client) for client in terms.clients for one in client.patterns]
        patterns += [(one, _ELSEWHERE) for one in terms.elsewhere_patterns]
        self._patterns = Ranked(patterns)
        self._pairs = {(pair.model, pair.token_type): pair for pair in terms.pairs}

    def read(self, position: int, row: Row) -> None:
        time = row_time(row.get("time"))
        window = self._window(time) if time else None
        if time and (window is None or self._repeats(row)):
            return
        counts = row_counts(row) if window else None
        if window is None or counts is None:
            self._park("bad_count" if window else "bad_time", 0, position, str(position))
            return
        name = outside_name(row.get("client"))
        for model, four in counts.items():
            for kind, tokens in zip(TOKEN_TYPES, four, strict=True):
                if tokens:
                    self._judge(position, (name, model, kind), tokens, window)

    def _repeats(self, row: Row) -> bool:
        """Whether a row before this one had the same `request_id`."""
        request = outside_name(row.get("request_id"))
        known = request in self._seen
        if request:
            self._seen.add(request)
        return known

    def _window(self, time: datetime) -> Window | None:
        place = bisect_right(self._starts, time) - 1
        return self._windows[place] if place >= 0 and time < self._windows[place].end else None

    def _judge(self, position: int, names: tuple[str, str, str], tokens: int, window: Window) -> None:
        name, spelling, kind = names
        if name not in self._clients:
            self._clients[name] = self._patterns.find(name)
        client = self._clients[name]
        if client is None or isinstance(client, _Elsewhere):
            return self._park("other_source" if client else "unknown_client", tokens, position, name)
        meanings = [one for one in self._terms.model_names if one.name == spelling]
        if not meanings:
            return self._park("unknown_model", tokens, position, spelling)
        model = self._meaning(meanings, client, window)
        if model is None:
            return self._park("before_since", tokens, position, name)
        if client.until and window.end > client.until:
            return self._park("after_until", tokens, position, name)
        if client.models is not None and model not in client.models:
            return self._park("other_source", tokens, position, name)
        if (model, kind) not in self._pairs:
            return self._park("unpriced", tokens, position, f"{spelling} {kind}")
        self.facts[Fact(client.key, model, kind, window)] += tokens
        return None

    def _meaning(self, meanings: Sequence[NameTerms], client: ClientTerms, window: Window) -> str | None:
        """Give the model that a name means in a window; None before it, its client or the mapping has begun."""
        latest = max((one for one in meanings if one.since <= window.start), key=lambda one: one.since, default=None)
        if latest is None:
            return None
        own = [pair.since for pair in self._terms.pairs if pair.model == latest.model]
        return latest.model if max([self._terms.since, client.since, *own]) <= window.start else None

    def _park(self, reason: str, tokens: int, position: int, detail: str) -> None:
        parked = self.parked.setdefault(reason, Parked())
        parked.tokens += tokens
        parked.rows.add(position)
        parked.details.setdefault(detail)


def _in_order(facts: dict[Fact, int], terms: Terms) -> dict[Fact, int]:
    """Order facts as everywhere: windows by start, clients and pairs as the mapping has them."""
    clients = {client.key: place for place, client in enumerate(terms.clients)}
    pairs = {(pair.model, pair.token_type): place for place, pair in enumerate(terms.pairs)}

    def place(fact: Fact) -> tuple[datetime, int, int]:
        return fact.window.start, clients[fact.client], pairs[fact.model, fact.token_type]

    return {fact: facts[fact] for fact in sorted(facts, key=place)}
