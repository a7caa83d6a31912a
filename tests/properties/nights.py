"""Nights in a row, as pure rules: a log that grows, a Stripe that remembers and lags, and runs that converge the one to
the other. A `Rules` with something else in it is a planted bug."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from generator.metering.differences import Differences, Read, differences
from generator.metering.identifiers import identifier
from generator.metering.windows import DAY, HOUR, Window, between, covered

ZONE = "America/Chicago"
FIRST_NIGHT = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
NAME_MEMORY, KEY_MEMORY = DAY, 30 * DAY
"""How long Stripe knows an identifier, and an Idempotency-Key (Stripe docs: meter events, idempotent requests)."""


@dataclass(frozen=True)
class Rules:
    """What a run goes by; each can be replaced by a wrong one."""

    name: Callable[[Window, int, datetime], str] = lambda window, base, now: identifier(
        "day", window.start, "cus_1", "d", base
    )
    share: Callable[[Sequence[Read], int], Differences] = differences
    unread: Callable[[int], int | None] = lambda _logs: None
    """What a failed read of a fact is taken for."""
    stamp: Callable[[Window, datetime], datetime] = lambda window, now: window.event_time
    newest_for: timedelta = DAY
    """How long after its end the newest window is posted unread."""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong in one run, by the number of the request that meets it."""

    unread: frozenset[int] = frozenset()
    """Reads that fail."""
    lost: frozenset[int] = frozenset()
    """Posts that Stripe takes and whose answer is lost: the run tries again."""
    dead: int | None = None
    """The post before which the run is killed."""


CALM = Trouble()


@dataclass(frozen=True)
class Event:
    """One meter event that Stripe counts."""

    name: str
    at: datetime
    value: int
    taken: datetime


@dataclass
class Stripe:
    """What Stripe remembers, counts and shows: summaries show a prefix of the events."""

    events: list[Event] = field(default_factory=list)
    shown: int = 0
    """How many events the summaries show."""

    def post(self, event: Event) -> None:
        """Count an event, unless its name or its key is known: then nothing is added."""
        for one in self.events:
            age = event.taken - one.taken
            if one.name == event.name and age < max(KEY_MEMORY, NAME_MEMORY):
                return
        self.events.append(event)

    def counted(self, start: datetime, end: datetime) -> int:
        """Add up all that is counted, shown or not."""
        return sum(one.value for one in self.events if start <= one.at < end)

    def read(self, start: datetime, end: datetime) -> int:
        """Answer a summary."""
        return sum(one.value for one in self.events[: self.shown] if start <= one.at < end)

    def catch_up(self, hidden: int) -> None:
        """Show all but the last few; what was shown once stays."""
        self.shown = max(self.shown, len(self.events) - hidden)


@dataclass
class World:
    """One client, one meter, one pair."""

    rules: Rules = field(default_factory=Rules)
    log: list[tuple[datetime, int]] = field(default_factory=list)
    stripe: Stripe = field(default_factory=Stripe)

    def logged(self, window: Window) -> int:
        """Add up the log's tokens of a window."""
        return sum(tokens for at, tokens in self.log if window.start <= at < window.end)

    def night(self, now: datetime, lookback: int, trouble: Trouble) -> None:
        """Run as the schedule does."""
        windows = covered(now, "day", ZONE, lookback)
        newest = windows[-1] if now - windows[-1].end < self.rules.newest_for else None
        self._run(now, [one for one in windows if one != newest], newest, trouble)

    def backfill(self, now: datetime, zone: str, first: date, last: date, trouble: Trouble) -> None:
        """Run for some days again, cut as another mapping may cut them."""
        self._run(now, between(now, "day", zone, first, last), None, trouble)

    def _run(self, now: datetime, older: Sequence[Window], newest: Window | None, trouble: Trouble) -> None:
        for n, (window, base, value) in enumerate(self._posts(older, newest, trouble)):
            if trouble.dead == n:
                return
            event = Event(self.rules.name(window, base, now), self.rules.stamp(window, now), value, now)
            for _ in range(2 if n in trouble.lost else 1):
                self.stripe.post(event)

    def _posts(
        self, older: Sequence[Window], newest: Window | None, trouble: Trouble
    ) -> Iterator[tuple[Window, int, int]]:
        """List what a run posts: the window, the base, the value."""
        if newest and self.logged(newest):
            yield newest, 0, self.logged(newest)
        known = [one for one in older if self.logged(one)]
        if not known or 0 in trouble.unread:
            return
        whole = self.stripe.read(older[0].start, older[-1].end)
        bases = [self._base(n, window, trouble) for n, window in enumerate(known, 1)]
        shared = self.rules.share([Read(self.logged(w), b) for w, b in zip(known, bases, strict=True)], whole)
        for window, base, value in zip(known, bases, shared.post, strict=True):
            if value:
                yield window, base or 0, value

    def _base(self, n: int, window: Window, trouble: Trouble) -> int | None:
        if n in trouble.unread:
            return self.rules.unread(self.logged(window))
        return self.stripe.read(window.start, window.end)


def nights(count: int) -> list[datetime]:
    """Give the instants at which the schedule fires."""
    return [FIRST_NIGHT + n * DAY for n in range(count)]


def noon_of(night: datetime, days_ago: int) -> datetime:
    """Give an instant on the day that ended before a night, or on one before that."""
    return night - 12 * HOUR - days_ago * DAY
