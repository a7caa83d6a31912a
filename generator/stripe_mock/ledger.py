"""What a judge may read: the mock's own books, without lag and without a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import RLock

from . import invoices, reports
from .account import Account
from .alert import Notice
from .books import Books
from .call import Logged
from .event import MeterEvent
from .invoice import Invoice
from .meter import Meter
from .report import Report
from .switches import Switches
from .usage import inside, matching, total


class Ledger:
    """The reading half of the mock; every answer is a snapshot."""

    _books: Books
    _lock: RLock
    _log: list[Logged]

    @property
    def events(self) -> Sequence[MeterEvent]:
        """List every stored meter event, rejected and cancelled ones included, as received."""
        with self._lock:
            return tuple(self._books.events)

    @property
    def calls(self) -> Sequence[Logged]:
        """List every exchange, as answered."""
        with self._lock:
            return tuple(self._log)

    @property
    def invoices(self) -> Sequence[Invoice]:
        """List the invoices that are final by now, oldest first."""
        with self._lock:
            self._settle()
            return tuple(self._books.invoices)

    @property
    def reports(self) -> Sequence[Report]:
        """List the async error reports that are out by now; `.thin()` is what a webhook carries."""
        with self._lock:
            self._settle()
            return tuple(self._books.reports)

    @property
    def notices(self) -> Sequence[Notice]:
        """List the alerts that fired; `.rendered()` is what a webhook carries."""
        with self._lock:
            return tuple(self._books.notices)

    @property
    def meters(self) -> Sequence[Meter]:
        """List all meters, oldest first."""
        with self._lock:
            return tuple(self._books.meters.values())

    @property
    def account(self) -> Account:
        """Give the account's settings."""
        return self._books.account

    @property
    def switches(self) -> Switches:
        """Give the switches in force."""
        return self._books.switches

    @property
    def lag(self) -> timedelta:
        """How far summaries are behind; what they once showed they go on showing, whatever is set."""
        return self._books.lag

    @lag.setter
    def lag(self, lag: timedelta) -> None:
        with self._lock:
            self._books.lag = lag

    def counted(
        self,
        customer: str,
        event_name: str,
        start: datetime | None = None,
        end: datetime | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> int:
        """Total what counts for a customer in [start, end), over all meters of the name; open ends are for ever."""
        with self._lock:
            named = [meter for meter in self._books.meters.values() if meter.event_name == event_name]
            return sum(self._counted(meter, customer, start, end, dimensions or {}) for meter in named)

    def _counted(
        self, meter: Meter, customer: str, start: datetime | None, end: datetime | None, dimensions: Mapping[str, str]
    ) -> int:
        alive = [event for event in self._books.usage(meter.id, customer) if event.counts]
        if alive:
            stamps = [event.timestamp for event in alive]
            alive = inside(alive, start or min(stamps), end or max(stamps) + timedelta(seconds=1))
        return int(total(meter, matching(alive, dimensions)))

    def _settle(self) -> None:
        """Do what time brought: finalise due invoices, publish reports."""
        invoices.finalize_due(self._books)
        reports.publish(self._books)
