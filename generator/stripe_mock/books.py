"""Everything the mock remembers, in one place: the endpoints are functions over it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .account import Account, Key
from .alert import Alert, Notice
from .credit_grant import CreditGrant
from .customer import Customer
from .event import MeterEvent
from .flights import Flights
from .idempotency import Memory
from .invoice import Invoice
from .meter import Meter
from .price import Price
from .product import Product
from .rate import Rates
from .refusal import Refusal, missing_object
from .report import Problem, Report
from .subscription import Subscription
from .switches import Switches

if TYPE_CHECKING:
    from .thing import Thing


@dataclass(slots=True)
class Books:
    """The state of one account. Only `StripeMock` may touch it, one call at a time."""

    clock: Callable[[], datetime]
    account: Account
    switches: Switches
    rates: Rates
    keys: dict[str, Key] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    meters: dict[str, Meter] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    prices: dict[str, Price] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)
    events: list[MeterEvent] = field(default_factory=list)
    grants: dict[str, CreditGrant] = field(default_factory=dict)
    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    """What is only kept, by kind and id."""
    alerts: dict[str, Alert] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    sessions: dict[str, datetime] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    flights: Flights = field(default_factory=Flights)
    lag: timedelta = timedelta()
    seen: int = 0
    """How many entries of the journal the summaries know; it never falls."""
    journal: list[datetime] = field(default_factory=list)
    combinations: defaultdict[tuple[str, str], set[tuple[str | None, ...]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """The dimension values that a meter has met, by customer and by hour."""
    _counters: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _places: defaultdict[tuple[str | None, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    _identifiers: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def now(self) -> datetime:
        """Read the virtual clock."""
        return self.clock()

    def new_id(self, prefix: str) -> str:
        """Name the next object: `mtr_test_1`, `cus_test_2`, …"""
        self._counters[prefix] += 1
        return f"{prefix}_{'' if self.account.livemode else 'test_'}{self._counters[prefix]}"

    def store(self, event: MeterEvent) -> None:
        """Add an event to the ledger."""
        place, entry = len(self.events), self._entered()
        self.events.append(replace(event, entry=entry))
        self._places[event.meter, event.customer].append(place)
        self._identifiers[event.identifier].append(place)

    def cancel(self, event: MeterEvent) -> None:
        """Mark an event as cancelled now."""
        for place in self._identifiers[event.identifier]:
            if self.events[place] is event:
                self.events[place] = replace(event, cancelled=self.now(), cancel_entry=self._entered())

    def _entered(self) -> int:
        self.journal.append(self.now())
        return len(self.journal) - 1

    def named(self, identifier: str) -> Iterator[MeterEvent]:
        """List the events that carry an identifier, oldest first."""
        return (self.events[place] for place in self._identifiers.get(identifier, ()))

    def usage(self, meter: str, customer: str) -> Iterator[MeterEvent]:
        """List what one customer sent to one meter, oldest first."""
        return (self.events[place] for place in self._places.get((meter, customer), ()))

    def seen_entries(self) -> int:
        """Say how much of the journal summaries know: what is older than the lag, and never less than before."""
        self.seen = max(self.seen, bisect_right(self.journal, self.now() - self.lag))
        return self.seen

    def has_customer(self, identity: str) -> bool:
        """Tell whether a customer exists."""
        return identity in self.customers or (self.account.any_customer and identity.startswith("cus_"))

    def meter(self, identity: str, param: str = "id") -> Meter:
        """Find a meter by id or refuse."""
        if identity not in self.meters:
            raise missing_object("meter", identity, param)
        return self.meters[identity]

    def meter_of(self, event_name: str) -> Meter | None:
        """Find the meter of an event name: the active one, else the newest inactive one."""
        named = [meter for meter in self.meters.values() if meter.event_name == event_name]
        active = [meter for meter in named if meter.active]
        return next(iter(active or named[-1:]), None)

    def require_customer(self, identity: str) -> None:
        """Refuse a parameter that names no customer."""
        if not self.has_customer(identity):
            raise missing_object("customer", identity, "customer")

    def require_sandbox_stream(self) -> None:
        """Refuse the stream in a sandbox where the switch says so."""
        if self.switches.sandbox_stream == "refused" and not self.account.livemode:
            raise Refusal(400, "Meter event streams are only available in live mode.", "livemode_only")
