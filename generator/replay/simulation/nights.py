"""The nights of a world in order: what comes into the log, what fails, what a person does, and a quiet end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from generator.rendering.plan import Plan
from generator.replay.case import Act, Backfill, Case, Step, UsageRow
from generator.replay.expected import DAY, Window
from generator.replay.simulation.habits import Entry, entries
from generator.replay.simulation.mishaps import lag, mishaps, outage
from generator.replay.simulation.premise import Premise

_ROUGH = (0.15, 0.4, 0.8)


def nights(premise: Premise) -> Case:
    """Write a world as a case."""
    rng = Random(f"{premise.seed}:nights")
    log = entries(Random(f"{premise.seed}:log"), premise.everybody, premise.windows, premise.quiet)
    diary = _Diary(premise, rng, rng.choice(_ROUGH), log)
    return Case(
        name=f"world-{premise.seed}", modes=(), lookback=premise.plan.windows.lookback, switches="default",
        runs=tuple(diary.steps()), quiet=premise.quiet, expect=None,
    )  # fmt: skip


@dataclass(slots=True)
class _Diary:
    """Writes one step after the other."""

    premise: Premise
    rng: Random
    rough: float
    log: Sequence[Entry]
    written: int = 0
    """Entries that steps have taken up."""
    lagging: bool = False
    known: set[str] = field(default_factory=set)
    """`request_id`s that are in the log."""

    def steps(self) -> Iterator[Step]:
        """Give all runs; a night that nobody runs leaves its rows to the next."""
        windows, missed = self.premise.windows, 0
        noisy = len(windows) - self.premise.quiet
        for n, window in enumerate(windows):
            if n >= noisy:
                yield self._quiet(n, window)
                continue
            missed = missed - 1 if missed else outage(self.rng, self.rough)
            if not missed:
                yield from self._noisy(n, window)

    def _quiet(self, n: int, window: Window) -> Step:
        acts = self._lag(0) if self.lagging else ()
        self.lagging = False
        usage, drop = self._changes(n)
        return Step(at=window.end + timedelta(minutes=20), usage=usage, drop=drop, acts=acts)

    def _noisy(self, n: int, window: Window) -> Iterator[Step]:
        rng, at = self.rng, window.end + timedelta(minutes=self._minutes())
        usage, drop = self._changes(n)
        acts = (*self._by_gateway(usage, window), *self._weather())
        twice = rng.random() < 0.06
        faults = () if twice else mishaps(rng, at, self.rough)  # which of the two meets them would be chance
        yield Step(at=at, usage=usage, drop=drop, acts=acts, faults=faults, twice=twice)
        if self.premise.plan.windows.size == "day" and rng.random() < 0.06:
            yield from self._by_hand(window, at + timedelta(hours=rng.randint(2, 8)))

    def _minutes(self) -> int:
        """Start after the window's end: as scheduled, or hours late."""
        if self.premise.plan.windows.size == "hour":
            return self.rng.randint(1, 10)
        return self.rng.choice((20, 20, 20, self.rng.randint(5, 60), self.rng.randint(60, 840)))

    def _by_hand(self, window: Window, at: datetime) -> Iterator[Step]:
        """Run once more by day, or backfill some days."""
        faults = mishaps(self.rng, at, self.rough / 2)
        yield Step(at=at, faults=faults, backfill=self._range(window) if self.rng.random() < 0.5 else None)

    def _range(self, window: Window) -> Backfill:
        last = window.start.astimezone(ZoneInfo(self.premise.plan.windows.zone)).date()
        last -= DAY * self.rng.randint(0, 3)
        return Backfill.model_validate({"from": last - DAY * self.rng.randint(0, 7), "to": last})

    def _weather(self) -> tuple[Act, ...]:
        """Let summaries begin to lag, lag longer, or catch up."""
        if self.rng.random() >= (0.3 if self.lagging else 0.05):
            return ()
        seconds = 0 if self.lagging else lag(self.rng)
        self.lagging = seconds > 0
        return self._lag(seconds)

    def _by_gateway(self, rows: Sequence[UsageRow], window: Window) -> Iterator[Act]:
        """Count what a client uses through a gateway until it leaves it; a gateway posts at once, so nothing late."""
        plan = self.premise.plan
        names = {name.name: name.model for name in plan.model_names}
        for key, until in self.premise.gateway:
            own = next(client.names for client in self.premise.everybody.clients if client.key == key)
            first, end = max(window.start, plan.since), min(window.end, until)
            for row in rows:
                if row.at and first <= row.at < end and row.client in own and row.model in names:
                    yield from _posts(key, row, names[row.model], plan)

    def _lag(self, seconds: int) -> tuple[Act, ...]:
        return (Act(do="lag", seconds=seconds),)

    def _changes(self, n: int) -> tuple[tuple[UsageRow, ...], tuple[str, ...]]:
        """Take up the log's changes until this night: rows to add, and ids whose rows go first."""
        rows: list[UsageRow] = []
        gone: list[str] = []
        while self.written < len(self.log) and self.log[self.written].night <= n:
            entry = self.log[self.written]
            self.written += 1
            if entry.row is not None:
                rows.append(entry.row)
                continue
            rows = [row for row in rows if _id(row) != entry.gone]
            gone += [entry.gone] if entry.gone in self.known else []
        self.known |= {_id(row) for row in rows}
        return tuple(rows), tuple(dict.fromkeys(gone))


def _posts(client: str, row: UsageRow, model: str, plan: Plan) -> Iterator[Act]:
    for kind in (pair.token_type.value for pair in plan.pairs if pair.model == model):
        if tokens := int(getattr(row, kind) or 0):
            yield Act(do="manual_event", client=client, model=model, token_type=kind, value=tokens, at=row.at)


def _id(row: UsageRow) -> str:
    return str(row.request_id or (row.raw or {}).get("request_id"))
