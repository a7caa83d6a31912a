"""Logs against Stripe for a range: equal, behind, ahead, or uncounted although a day has passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from generator.metering.facts import Fact
from generator.metering.windows import Window
from generator.rendering.plan import Billing, Client, Pair, Plan
from generator.rendering.setup import meters
from generator.stripe_account.connection import Connection
from generator.stripe_account.counts import Values, meter_ids, read_counts
from generator.stripe_account.meters import DIMENSIONS
from generator.stripe_account.outside import speaking

DAY = timedelta(days=1)


class Verdict(StrEnum):
    """How Stripe's count stands to the logs."""

    EQUAL = "equal"
    BEHIND = "behind"
    AHEAD = "ahead"
    UNCOUNTED = "uncounted after a day"
    MISMATCH = "dimension mismatch"
    COUNTED = "counted"


WRONG = frozenset({Verdict.AHEAD, Verdict.UNCOUNTED, Verdict.MISMATCH})
"""What a person should look at; what is behind is counted by the next runs."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One client and meter (in `dimensions` one pair of it), over the whole range or, where that differs, a window."""

    client: str
    meter: str
    model: str
    token_type: str
    span: str
    logs: int | None
    counted: int
    verdict: Verdict


def reconcile(
    account: Connection, plan: Plan, facts: Mapping[Fact, int] | None, windows: Sequence[Window], now: datetime
) -> list[Compared]:
    """Compare every client and meter; `facts` are tokens, in `weighted` credits; without them only Stripe is shown."""
    with speaking("read what Stripe counted"):
        preview = plan.billing is Billing.DIMENSIONS
        reader = _Reader(account, plan, facts, windows, now, meter_ids(account, meters(plan), preview=preview))
        return [row for client in plan.clients for row in reader.client(client)]


@dataclass(frozen=True, slots=True)
class _Reader:
    account: Connection
    plan: Plan
    facts: Mapping[Fact, int] | None
    windows: Sequence[Window]
    now: datetime
    meters: Mapping[str, str]

    def client(self, client: Client) -> Iterator[Compared]:
        since = max(client.since, self.plan.since)
        windows = [one for one in self.windows if one.start >= since]
        if not windows:
            return
        for event in self.meters:
            pairs = self.pairs(event)
            whole = self.rows(client, event, pairs, windows)
            differing = [row for row in whole if row.verdict not in (Verdict.EQUAL, Verdict.COUNTED)]
            yield from (row for row in whole if row not in differing)
            if differing and len(windows) > 1:
                yield from self.windowed(client, event, pairs, windows)
            else:
                yield from differing

    def windowed(
        self, client: Client, event: str, pairs: Mapping[Values, Pair | None], windows: Sequence[Window]
    ) -> Iterator[Compared]:
        """Name the windows in which a meter differs."""
        for window in windows:
            rows = self.rows(client, event, pairs, [window])
            yield from (row for row in rows if row.verdict is not Verdict.EQUAL)

    def pairs(self, event: str) -> dict[Values, Pair | None]:
        """List what a meter counts: by dimension values, or as the one thing that it counts."""
        if self.plan.billing is Billing.DIMENSIONS:
            return {(pair.model, pair.token_type.value): pair for pair in self.plan.pairs}
        return {(): next((pair for pair in self.plan.pairs if pair.event_name == event), None)}

    def rows(
        self, client: Client, event: str, pairs: Mapping[Values, Pair | None], windows: Sequence[Window]
    ) -> list[Compared]:
        by = DIMENSIONS if self.plan.billing is Billing.DIMENSIONS else ()
        start, end = windows[0].start, windows[-1].end
        counted = read_counts(self.account, self.meters[event], client.customer, start, end, by)
        span = windows[0].label if len(windows) == 1 else f"{windows[0].label} … {windows[-1].label}"
        rows = []
        for values in dict.fromkeys([*pairs, *counted]):
            pair, number = pairs.get(values), counted.get(values, 0)
            model, kind = (pair.model, pair.token_type.value) if pair else values or ("", "")
            logs = self.logs(client, model, kind, windows)
            verdict = self.verdict(logs, number, windows) if values in pairs else Verdict.MISMATCH
            rows.append(Compared(client.key, event, model, kind, span, logs, number, verdict))
        return [row for row in rows if row.logs or row.counted]

    def logs(self, client: Client, model: str, kind: str, windows: Sequence[Window]) -> int | None:
        if self.facts is None:
            return None
        return sum(self.facts.get(Fact(client.key, model, kind, window), 0) for window in windows)

    def verdict(self, logs: int | None, counted: int, windows: Sequence[Window]) -> Verdict:
        if logs is None or logs == counted:
            return Verdict.COUNTED if logs is None else Verdict.EQUAL
        if counted > logs:
            return Verdict.AHEAD
        return Verdict.UNCOUNTED if windows[-1].end + DAY <= self.now else Verdict.BEHIND
