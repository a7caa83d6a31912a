"""The one clock of a replay: Stripe's rules, the engine and the interpreter all read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import RLock

Listener = Callable[[datetime], None]


class VirtualClock:
    """A clock that a case sets and that waits move forward, safe to use from several threads.

    It stands still unless moved. With `ticking`, it also runs along with real time: the n8n engine needs that, since
    its own work takes real time, and Stripe's rate limits would otherwise see every request in the same instant.
    """

    def __init__(self, start: datetime, *, ticking: bool = False) -> None:
        self._lock = RLock()
        self._listeners: list[Listener] = []
        self._ticking = ticking
        self._at = _utc(start)
        self._since = time.monotonic()

    def now(self) -> datetime:
        """Tell the time, as an aware UTC instant."""
        with self._lock:
            if not self._ticking:
                return self._at
            return self._at + timedelta(seconds=time.monotonic() - self._since)

    def set(self, to: datetime) -> None:
        """Jump to an instant, also backwards: the start of a case."""
        with self._lock:
            self._at = _utc(to)
            self._since = time.monotonic()
            for listener in tuple(self._listeners):
                listener(self._at)

    def advance_to(self, to: datetime) -> None:
        """Move forward to an instant; one that has passed changes nothing, so parallel waits do not add up."""
        with self._lock:
            if _utc(to) > self.now():
                self.set(to)

    def advance(self, seconds: float) -> None:
        """Move forward by a number of seconds."""
        if seconds < 0:
            raise ValueError(f"a clock cannot advance by {seconds} seconds")
        with self._lock:
            self.advance_to(self.now() + timedelta(seconds=seconds))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` the new time after every jump, before the jump returns; the result ends the subscription.

        Listeners are called while the clock is locked: no other thread reads a time that a listener does not know yet.
        """
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._unsubscribe(listener)

    def _unsubscribe(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.remove(listener)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; a replay knows only aware instants")
    return instant.astimezone(UTC)
