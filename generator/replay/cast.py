"""Cast a case, written for the example's business, with the clients, models, zone and dates of another mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from generator.mapping.sources import source_facts
from generator.rendering.plan import Client, Plan
from generator.replay.case import Act, Backfill, Case, Dates, Step, UsageRow
from generator.replay.expected import spellings

CLIENTS = ("acme", "globex", "initech", "umbrella")
MODELS = {"openai/gpt-4o": "gpt-4o", "openai/gpt-4o-mini": "gpt-4o-mini", "anthropic/claude-3-haiku": "claude-3-haiku"}
"""The example's models, and how its log calls them."""
ZONE, FIRST_DAY = "America/Chicago", date(2026, 11, 1)
STAND_IN = "https://usage.example.com/v1/usage"
"""The address of a log, for a mapping that has none."""
ANCHOR = (1, 6, 0)
"""Day, hour and minute (UTC) at which the example's billing periods begin."""


def is_at_home(plan: Plan) -> bool:
    """Whether a mapping is the example's business, so that the cases' own numbers hold for it."""
    return (
        {c.key for c in plan.clients} >= set(CLIENTS)
        and {p.model for p in plan.pairs} >= set(MODELS)
        and (plan.windows.zone, plan.windows.size, plan.since.date()) == (ZONE, "day", FIRST_DAY)
        and all((c.anchor.day, c.anchor.hour, c.anchor.minute) == ANCHOR for c in plan.clients)
    )


def variant(plan: Plan, case: Case, engine: str) -> Plan:
    """Change what the case changes: lookback, window size, page size, currency, outside names of clients.

    n8n's own Stripe node has the plain path only, whatever the lookback. A case's lookback is days, unless it cuts
    hours itself: a mapping of hours looks back as far.
    """
    size = case.window or plan.windows.size
    hours = 24 if size == "hour" and case.window is None else 1
    lookback = 1 if engine == "n8n-native" else hours * (case.lookback or 0) or plan.windows.lookback
    windows = replace(plan.windows, lookback=lookback, size=size)
    facts = source_facts(case.source)
    windows = replace(windows, zone="UTC" if facts.utc and windows.size == "day" else windows.zone)
    clients = tuple(replace(c, names=(*c.names, case.names[c.key])) if c.key in case.names else c for c in plan.clients)
    clients = tuple(replace(c, patterns=(*c.patterns, *case.patterns.get(c.key, ()))) for c in clients)
    clients = tuple(_dated(c, case.clients[c.key], windows.zone) if c.key in case.clients else c for c in clients)
    own = case.source == plan.source
    return replace(
        plan, windows=windows, clients=clients, per_page=case.per_page or plan.per_page, source=case.source,
        source_client=case.by or (plan.source_client if own else next(iter(facts.clients), "")),
        currency=case.currency or plan.currency, source_ready_s=facts.ready_s,
        source_url=(case.url or (plan.source_url if own else "") or STAND_IN) if "url" in facts.needs else "",
    )  # fmt: skip


def _dated(client: Client, days: Dates, zone: str) -> Client:
    """Give a client its own first and last day."""

    def begins(day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)

    since = begins(days.since) if days.since else client.since
    return replace(client, since=since, until=begins(days.until + timedelta(days=1)) if days.until else client.until)


def cast(case: Case, plan: Plan) -> Case:
    """Give the case as it runs for a plan: unchanged at home; elsewhere recast, without the numbers it names."""
    if is_at_home(plan):
        return case
    of_utc = source_facts(case.source).utc or (case.window or plan.windows.size) == "hour"
    recast = Recast(plan, keep_clock=of_utc)
    runs = tuple(recast.step(step) for step in case.runs)
    taken = {name for client in plan.clients for name in client.names}
    names = {recast.client(key): name for key, name in case.names.items() if name not in taken}
    patterns = {recast.client(key): own for key, own in case.patterns.items()}
    clients = {recast.client(key): recast.dates(days) for key, days in case.clients.items()}
    return case.model_copy(
        update={"runs": runs, "names": names, "patterns": patterns, "clients": clients, "expect": None}
    )


@dataclass(frozen=True)
class Recast:
    """The example's clients, models and days as those of another plan."""

    plan: Plan
    keep_clock: bool
    """Hourly windows are hours of UTC in every zone, and reports of providers have days of UTC."""

    @cached_property
    def later(self) -> timedelta:
        """Whole weeks by which a mapping begins after the example's."""
        days = max(0, (self.plan.since.astimezone(ZoneInfo(self.plan.windows.zone)).date() - FIRST_DAY).days)
        return timedelta(days=-(-days // 7) * 7)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Outside names: the example's → this plan's, roles in the order of the mapping."""
        clients = {role: self.client(role) for role in CLIENTS}
        return clients | {outside: self.model_name(model) for model, outside in MODELS.items()}

    def client(self, role: str) -> str:
        return self.plan.clients[CLIENTS.index(role) % len(self.plan.clients)].key

    def model(self, role: str) -> str:
        models = list(dict.fromkeys(p.model for p in self.plan.pairs))
        return models[list(MODELS).index(role) % len(models)]

    def model_name(self, role: str) -> str:
        return next(n.name for n in self.plan.model_names if n.model == self.model(role))

    def at(self, instant: datetime) -> datetime:
        """Keep the wall clock of the example's zone, in the plan's zone and years."""
        if self.keep_clock:
            return instant + self.later
        wall = instant.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) + self.later
        return wall.replace(tzinfo=ZoneInfo(self.plan.windows.zone))

    def step(self, step: Step) -> Step:
        drawn = step.drawn and step.drawn.model_copy(update={"day": step.drawn.day + self.later})
        change: dict[str, Any] = {
            "at": self.at(step.at),
            "usage": tuple(self.row(row) for row in step.usage),
            "acts": tuple(self.act(act) for act in step.acts),
            "drawn": drawn,
            "backfill": step.backfill and self.backfill(step.backfill),
        }
        return step.model_copy(update=change)

    def row(self, row: UsageRow) -> UsageRow:
        change = {name: say(getattr(row, name)) for name, say in self._words.items() if name in row.model_fields_set}
        if row.raw is not None:
            change["raw"] = {k: self._words[k](v) if k in self._words else v for k, v in row.raw.items()}
        if row.at is not None:
            change["at"] = self.at(row.at)
        return row.model_copy(update=change)

    @property
    def _words(self) -> Mapping[str, Callable[[object], object]]:
        return {"client": self.spelling, "model": self.word}

    @cached_property
    def _turns(self) -> Mapping[str, Iterator[str]]:
        return {client.key: cycle(spellings(self.plan, client)) for client in self.plan.clients}

    def spelling(self, word: object) -> object:
        """Write a client in another way each time: by its key, its aliases, what its patterns fit."""
        return next(self._turns[self.client(word)]) if isinstance(word, str) and word in CLIENTS else word

    def word(self, word: object) -> object:
        return self.names.get(word, word) if isinstance(word, str) else word

    def act(self, act: Act) -> Act:
        change = {
            "client": act.client and self.client(act.client),
            "model": act.model and self.model(act.model),
            "at": act.at and self.at(act.at),
        }
        return act.model_copy(update=change)

    def backfill(self, ask: Backfill) -> Backfill:
        on = ask.on and ask.on + self.later
        return ask.model_copy(update={"first": ask.first + self.later, "last": ask.last + self.later, "on": on})

    def dates(self, days: Dates) -> Dates:
        return Dates(since=days.since and days.since + self.later, until=days.until and days.until + self.later)
