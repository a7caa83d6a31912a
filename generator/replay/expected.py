"""The judge's own small model: what the rows of a log mean for one run. Imports nothing of `metering` on purpose."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from generator.rendering.plan import Billing, Client, Pair, Plan, TokenType
from generator.replay.case import Backfill
from generator.replay.counts import parts_of, spelled
from generator.replay.usage.source import Row, instant

DAY = timedelta(days=1)
OLDEST = timedelta(days=35)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?[0-5]\d)?)?", re.ASCII)
QUIET = frozenset({"before_since", "after_until", "other_source"})
"""Reasons of parking that are no news: nobody has to mend anything."""


class Window(NamedTuple):
    """A closed stretch of time, [start, end)."""

    start: datetime
    end: datetime
    label: str

    @property
    def last_second(self) -> datetime:
        """The time that its events carry."""
        return self.end - timedelta(seconds=1)


class Fact(NamedTuple):
    """What is billed on its own: in `weighted` without model and token type."""

    client: str
    model: str
    token_type: str
    window: Window


@dataclass(slots=True)
class Parked:
    """The rows that one reason parked: positions over all pages, outside names in the order met."""

    rows: dict[int, None] = field(default_factory=dict)
    clients: dict[str, None] = field(default_factory=dict)
    models: dict[str, None] = field(default_factory=dict)
    types: dict[str, None] = field(default_factory=dict)
    oldest: bool = False
    """Whether one of them lies in the run's oldest window."""

    @property
    def choices(self) -> list[list[str]]:
        """List what a report may name: clients, models, or models with the token type."""
        return [list(names) for names in (self.clients, self.models, self.types)]


@dataclass(slots=True)
class Reading:
    """The rows of one run, understood: totals per fact, and tokens parked per reason."""

    windows: list[Window]
    newest: Window | None
    facts: dict[Fact, int] = field(default_factory=lambda: defaultdict(int))
    parked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    details: dict[str, Parked] = field(default_factory=lambda: defaultdict(Parked))
    missing: list[Window] = field(default_factory=list)
    """Windows that the source did not tell of."""
    position: int = 0
    """Of the row that is being read, 1-based over all rows that the source gives for the run."""

    def park(
        self, reason: str, tokens: int, window: Window | None, client: str = "", name: str = "", kind: str = ""
    ) -> None:
        """Park tokens of the row that is being read."""
        self.parked[reason] += tokens
        held = self.details[reason]
        held.rows[self.position] = held.clients[client] = held.models[name] = held.types[f"{name} {kind}"] = None
        held.oldest |= window is not None and window == self.oldest

    @property
    def oldest(self) -> Window:
        """Give the oldest window that the run was about."""
        return min([*self.windows, *self.missing])


def windows_of(plan: Plan, now: datetime, backfill: Backfill | None) -> tuple[list[Window], Window | None]:
    """List the windows of a run, oldest first, and the one that may be posted unread."""
    due = now - timedelta(seconds=plan.source_ready_s)
    if backfill:
        days = [backfill.first + DAY * n for n in range((backfill.last - backfill.first).days + 1)]
        return [w for d in days for w in cut(plan, d) if w.end <= due], None
    today = due.astimezone(ZoneInfo(plan.windows.zone)).date()
    spare = plan.windows.lookback + 2
    days = [today - DAY * n for n in range(spare, -1, -1)]
    closed = [w for d in days for w in cut(plan, d) if w.end <= due][-plan.windows.lookback :]
    return closed, closed[-1] if now - closed[-1].end < DAY else None


def cut(plan: Plan, day: date) -> list[Window]:
    """Cut one local day into its windows."""
    return list(_cut(plan.windows.size, plan.windows.zone, day))


@lru_cache(maxsize=4096)
def _cut(size: str, zone_name: str, day: date) -> tuple[Window, ...]:
    zone = ZoneInfo(zone_name)
    start, end = (datetime.combine(d, time(), zone).astimezone(ZoneInfo("UTC")) for d in (day, day + DAY))
    if size == "day":
        return (Window(start, end, day.isoformat()),)
    first = start.replace(minute=0)
    hours = [first + timedelta(hours=n) for n in range(26)]
    return tuple(Window(h, h + timedelta(hours=1), h.strftime("%Y-%m-%dT%H:%MZ")) for h in hours if start <= h < end)


def read(
    plan: Plan,
    rows: Sequence[Row],
    now: datetime,
    backfill: Backfill | None,
    missing: Sequence[Window] = (),
    *,
    in_one: bool = False,
) -> Reading:
    """Total the rows of one run per fact, or park them with a reason; what the source did not tell of is left out.

    `in_one`: the source gives all of its rows, whatever is asked, and they are counted from the first of all.
    """
    asked, newest = windows_of(plan, now, backfill)
    windows = [window for window in asked if window not in missing]
    reading = Reading(windows, None if newest in missing else newest, missing=list(missing))
    seen: set[str] = set()
    for row in rows:
        at = instant(row) if _TIME.fullmatch(str(row.get("time"))) else None
        reading.position += in_one or is_served(row, asked)
        if at is None:
            reading.park("bad_time", 0, None)
            continue
        window = next((w for w in windows if w.start <= at < w.end), None)
        if window is None:
            continue
        request = spelled(row.get("request_id"))
        if request in seen:
            continue
        seen |= {request} - {""}
        _count(plan, row, window, reading)
    return reading


def is_served(row: Row, windows: Sequence[Window]) -> bool:
    """Whether the source gives a row for the range of these windows; one without a readable time it always gives."""
    at = instant(row)
    return at is None or bool(windows and windows[0].start <= at < windows[-1].end)


def _count(plan: Plan, row: Row, window: Window, reading: Reading) -> None:
    parts = parts_of(row)
    if parts is None:
        reading.park("bad_count", 0, window)
        return
    name = spelled(row.get("client"))
    client, elsewhere = _client(plan, name)
    for outside, counts in parts.items():
        for token_type, tokens in counts.items():
            if tokens:
                count = (outside, token_type, tokens)
                reason = "other_source" if elsewhere else _judged(plan, client, count, window, reading)
                if reason:
                    reading.park(reason, tokens, window, name, outside, token_type.value)


def spellings(plan: Plan, client: Client) -> list[str]:
    """List what a log may write for a client: its names, and of each of its patterns one spelling that is its own."""
    made = [pattern.replace("*", "x") for pattern in client.patterns]
    return [*client.names, *(name for name in made if _client(plan, name) == (client, False))]


def _client(plan: Plan, name: str) -> tuple[Client | None, bool]:
    """Find a client by its spelling, else by the strongest pattern; and whether another source bills it."""
    whole = [(name in c.names, c) for c in plan.clients]
    if name in plan.elsewhere or any(found for found, _ in whole):
        return next((c for found, c in whole if found), None), name in plan.elsewhere
    owners: list[tuple[str, Client | None]] = [(pattern, c) for c in plan.clients for pattern in c.patterns]
    owners += [(pattern, None) for pattern in plan.elsewhere_patterns]
    fitting = [(_strength(pattern), client) for pattern, client in owners if _form(pattern).fullmatch(name)]
    _, strongest = max(fitting, key=lambda one: one[0], default=(0, None))
    return strongest, bool(fitting) and strongest is None


@lru_cache
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile("(?s:.*)".join(map(re.escape, pattern.split("*"))))


def _strength(pattern: str) -> tuple[bool, int]:
    """Say how strong a pattern is: a beginning before others, then the one with the most literal signs."""
    return re.fullmatch(r"[^*]+\*", pattern) is not None, len(pattern.replace("*", ""))


def _judged(
    plan: Plan, client: Client | None, count: tuple[str, TokenType, int], window: Window, reading: Reading
) -> str:
    """Add a count to its fact, or give the reason that parks it."""
    outside, token_type, tokens = count
    meanings = sorted((n.since, n.model) for n in plan.model_names if n.name == outside)
    if client is None or not meanings:
        return "unknown_model" if client else "unknown_client"
    begun = [model for since, model in meanings if since <= window.start]
    if not begun:
        return "before_since"
    since = max(plan.since, client.since, *(p.since for p in plan.pairs if p.model == begun[-1]))
    if window.start < since:
        return "before_since"
    if client.until and window.end > client.until:
        return "after_until"
    if client.models is not None and begun[-1] not in client.models:
        return "other_source"
    pair = next((p for p in plan.pairs if (p.model, p.token_type) == (begun[-1], token_type)), None)
    if pair is None:
        return "unpriced"
    fact, units = _fact(plan, client, pair, window)
    reading.facts[fact] += tokens * units
    return ""


def _fact(plan: Plan, client: Client, pair: Pair, window: Window) -> tuple[Fact, int]:
    if plan.billing is Billing.WEIGHTED:
        return Fact(client.key, "", "", window), pair.weight or 0
    return Fact(client.key, pair.model, pair.token_type, window), 1


def closed_before(client: Client, now: datetime) -> datetime:
    """Find the client's last billing period end that Stripe has already invoiced: nothing before it is billed."""
    months = (now.year - client.anchor.year) * 12 + now.month - client.anchor.month
    ends = (add_months(client.anchor, months + n) for n in (1, 0, -1, -2))
    return next(end for end in ends if end + client.grace <= now)


def add_months(anchor: datetime, months: int) -> datetime:
    """Move an anchor by months, clamped to the month's last day (Stripe: billing cycle anchor)."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)
