"""Clients' habits: who uses what in which window, and how its rows come into the log: in time, late, corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from generator.rendering.plan import Client, Plan
from generator.replay.case import UsageRow
from generator.replay.expected import Window
from generator.replay.rows import stamp

_MOVED = 0.04
"""How often the time of a row is corrected later."""
_MALFORMED: tuple[dict[str, Any], ...] = ({"input": -5}, {"input": "1e3"}, {"input": 7.5}, {"input": True}, {})


class Entry(NamedTuple):
    """A change of the log, before the run of window `night`: a row comes in, or all rows of a `request_id` go."""

    night: int
    row: UsageRow | None
    gone: str = ""


@dataclass(frozen=True, slots=True)
class _Habit:
    """How a client works: how often, with how many rows, which models, how large."""

    client: Client
    often: float
    rows: int
    models: tuple[str, ...]
    digits: int


def entries(rng: Random, plan: Plan, windows: Sequence[Window], quiet: int) -> list[Entry]:
    """Write the whole log as changes in order; in the quiet end every row comes in time."""
    noisy = len(windows) - quiet
    pen = _Pen(rng, plan, noisy)
    habits = [_habit(rng, plan, client) for client in plan.clients]
    found = [entry for n, window in enumerate(windows) for habit in habits for entry in pen.window(n, window, habit)]
    moved = _moves(Random(f"{rng.random()}:moves"), found, windows[:noisy], plan.windows.lookback)
    return sorted((*found, *moved), key=lambda entry: entry.night)


def _moves(rng: Random, found: Sequence[Entry], windows: Sequence[Window], reach: int) -> Iterator[Entry]:
    """Correct the time of some rows later: they leave their window for the one before it."""
    touched = {entry.gone for entry in found}
    for night, row, _ in found:
        if row is None or row.at is None or str(row.request_id) in touched or rng.random() >= _MOVED:
            continue
        own = next((n for n, window in enumerate(windows) if window.start <= row.at < window.end), 0)
        soon = min(night + rng.randint(1, reach), len(windows) - 1)
        if own and soon > night:
            touched.add(str(row.request_id))
            yield Entry(soon, None, str(row.request_id))
            yield Entry(soon, row.model_copy(update={"at": windows[own - 1].end - timedelta(seconds=1)}))


def _habit(rng: Random, plan: Plan, client: Client) -> _Habit:
    names = [name.name for name in plan.model_names]
    models = tuple(rng.sample(names, min(len(names), rng.choice((1, 1, 2)))))
    return _Habit(client, rng.choice((0.15, 0.5, 0.9)), rng.choice((1, 1, 2)), models, rng.choice((3, 5, 8)))


@dataclass(slots=True)
class _Pen:
    """Writes rows, each with an id of its own."""

    rng: Random
    plan: Plan
    noisy: int
    """Windows before the quiet end."""
    written: int = 0

    def window(self, night: int, window: Window, habit: _Habit) -> Iterator[Entry]:
        """Write what one client leaves in one window."""
        if self.rng.random() >= habit.often:
            return
        for _ in range(self.rng.randint(1, habit.rows)):
            row = self._row(window, habit)
            yield from self._fate(night, row, habit) if night < self.noisy else [Entry(night, row)]

    def _row(self, window: Window, habit: _Habit) -> UsageRow:
        self.written += 1
        seconds = (window.end - window.start).total_seconds()
        offset = self.rng.choice((0.0, seconds - 0.001, *[self.rng.random() * (seconds - 1)] * 8))
        return UsageRow(
            at=window.start + timedelta(seconds=offset),
            client=self.rng.choice(habit.client.names),
            model=self.rng.choice(habit.models),
            request_id=f"r{self.written}",
            **self._counts(habit),
        )

    def _counts(self, habit: _Habit) -> dict[str, Any]:
        kinds = self.rng.choice((("input",), ("input", "output"), ("input", "output"), ("input", "cached_input")))
        counts = {kind: self.rng.randrange(10 ** self.rng.randint(1, habit.digits)) for kind in kinds}
        return {kind: str(n) if self.rng.random() < 0.1 else n for kind, n in counts.items()}

    def _later(self, night: int, most: int) -> int:
        return min(night + self.rng.randint(1, most), self.noisy - 1)

    def _fate(self, night: int, row: UsageRow, habit: _Habit) -> Iterator[Entry]:
        """Decide how a row comes into the log."""
        reach, chance = self.plan.windows.lookback, self.rng.random()
        rid, soon = str(row.request_id), self._later(night, reach)
        if chance < 0.72:
            yield Entry(night, row)
        elif chance < 0.84:  # late, now and then beyond the lookback
            yield Entry(soon if chance < 0.82 else self._later(night, 2 * reach + 1), row)
        elif chance < 0.88:  # written twice
            yield from (Entry(night, row), Entry(self.rng.choice((night, soon)), row))
        elif chance < 0.92:  # corrected in place, up or down
            other = row.model_copy(update=self._counts(habit))
            yield from (Entry(night, row), Entry(soon, None, rid), Entry(soon, other))
        elif chance < 0.94:  # taken back
            yield from (Entry(night, row), Entry(soon, None, rid))
        elif chance < 0.98:  # under a name that nobody knows, mended later
            wrong = row.model_copy(update={self.rng.choice(("client", "model")): "newcomer"})
            yield from (Entry(night, wrong), Entry(soon, None, rid), Entry(soon, row))
        else:  # not readable, mended later
            yield from (Entry(night, self._unreadable(row)), Entry(soon, None, rid), Entry(soon, row))

    def _unreadable(self, row: UsageRow) -> UsageRow:
        known = {"client": row.client, "model": row.model, "request_id": row.request_id}
        raw = {**known, **self.rng.choice(_MALFORMED)}
        if self.rng.random() < 0.3 and row.at:
            return UsageRow(raw={**raw, "input": 5, "time": stamp(row.at).replace("T", " at ")})
        return UsageRow(at=row.at, raw=raw)
