"""Put a case on stage: build its world, run its steps on an engine, and hand the records to the judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from generator.rendering.plan import Plan
from generator.replay.acts import perform
from generator.replay.case import Case, Step
from generator.replay.coverage import uncovered
from generator.replay.engine import Ended, Engine, Files
from generator.replay.expected import Fact, cut, read, windows_of
from generator.replay.judge import Book, RunRecord, judge
from generator.replay.judge.billed import billed
from generator.replay.keys import keys_of
from generator.replay.ledger import Ledger, take
from generator.replay.rows import drawn, written
from generator.replay.setting import open_world
from generator.replay.told import read_told
from generator.replay.world import World
from generator.stripe_mock import Switches

_LONG_ENOUGH = timedelta(days=40)
"""After this every period that was metered into is invoiced."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case went on one engine under one setting."""

    failures: tuple[str, ...]
    counted: int
    parked: int
    retries: int
    credits: int | None
    seconds: float
    """Longest run, on the virtual clock."""
    met: frozenset[str]
    requests: int
    """Requests of the first run."""
    ledger: Ledger


class Later(NamedTuple):
    """A mapping that a person pastes on the way: it is in force from an instant on."""

    at: datetime
    plan: Plan
    files: Files


@dataclass(slots=True)
class Play:
    """One case in the making."""

    case: Case
    plan: Plan
    world: World
    book: Book
    records: list[RunRecord] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    def paste(self, engine: Engine, now: Later) -> None:
        """Put another mapping in the place of the one in force."""
        engine.load(now.files, now.plan, self.world)
        self.plan, self.book = now.plan, Book(now.plan, self.book.meters)

    def step(self, engine: Engine, index: int, step: Step) -> None:
        """Do what happens before a run, run, and write down what it did."""
        world = self.world
        world.clock.set(step.at)
        self._log(step)
        perform(step.acts, world.stripe, self.plan)
        before, told, asked = counted(self.book, world), len(world.slack.messages), len(world.exchanges)
        world.begin(index, step.faults)
        ended = engine.run(world, step)
        asked_for, step = step, _in_force(step, self.plan)
        self.ended += ended
        windows, _ = windows_of(self.plan, step.at, step.backfill)
        missing = uncovered(self.plan, windows, world.exchanges[asked:])
        messages = [(m.channel, m.text) for m in world.slack.messages[told:]]
        self.records.append(
            RunRecord(
                index=index,
                step=step,
                reading=read(self.plan, world.log.known(), step.at, step.backfill, missing, in_one=world.log.in_one),
                told=read_told(text for _, text in messages),
                exchanges=world.exchanges[asked:],
                before=before,
                after=counted(self.book, world),
                status="killed" if any(e.status == "killed" for e in ended) else ended[-1].status,
                book=self.book,
                ignored=asked_for.backfill is not None and step.backfill is None,
                killed=any(e.status == "killed" for e in ended),
                lagging=bool(world.stripe.lag),
                messages=messages,
                secrets=keys_of(self.plan).secrets,
                traces=[trace for e in ended for trace in e.traces],
                errors=[e.error for e in ended if e.error],
            )
        )

    def _log(self, step: Step) -> None:
        rows = self.world.log.rows
        rows[:] = [row for row in rows if row.get("request_id") not in step.drop]
        rows += [written(row) for row in step.usage]
        if step.drawn:
            windows = cut(self.plan, step.drawn.day)
            rows += drawn(self.plan, step.drawn, windows[0].start, windows[-1].end)


def _in_force(step: Step, plan: Plan) -> Step:
    """Give the step as the run must take it: a backfill that is set for another day is ignored."""
    today = step.at.astimezone(ZoneInfo(plan.windows.zone)).date()
    forgotten = step.backfill is not None and step.backfill.on not in (None, today)
    return step.model_copy(update={"backfill": None}) if forgotten else step


def counted(book: Book, world: World) -> dict[Fact, int]:
    """Read what Stripe counts, per fact of ours."""
    totals: dict[Fact, int] = defaultdict(int)
    for event in world.stripe.events:
        fact = book.fact(event.event_name, event.payload, event.timestamp)
        if fact and event.counts:
            totals[fact] += int(event.value)
    return dict(totals)


def play(
    case: Case,
    plan: Plan,
    files: Files,
    engine: Engine,
    stripe: Switches,
    later: Sequence[Later] = (),
    billing: Sequence[Plan] = (),
) -> Outcome:
    """Play one case once and judge it; `billing` is what Stripe has prices for, where mappings change on the way."""
    waiting = list(later)
    first, *others = sold = billing or (plan,)
    world = open_world(first, case.runs[0].at, stripe, ticking=engine.ticking, others=others)
    engine.load(files, plan, world)
    book = Book(plan, {meter.event_name: meter.id for meter in world.stripe.meters})
    stage = Play(case, plan, world, book)
    for index, step in enumerate(case.runs, 1):
        while waiting and waiting[0].at <= step.at:
            stage.paste(engine, waiting.pop(0))
        stage.step(engine, index, step)
    failures = judge(stage.records, case.expect, case.quiet)
    failures += [f"unexpected request: {r.method} {r.host}{r.path}" for r in world.unexpected]
    world.clock.advance_to(world.clock.now() + _LONG_ENOUGH)
    failures += billed(sold, world.stripe, case.expect.uncharged if case.expect else 0)
    return _outcome(stage, failures)


def _outcome(stage: Play, failures: Sequence[str]) -> Outcome:
    last, credits = stage.records[-1], [e.credits for e in stage.ended if e.credits is not None]
    keys = [post.key for record in stage.records for post in record.posts]
    return Outcome(
        failures=tuple(failures),
        counted=sum(last.after.values()),
        parked=sum(last.told.parked.values()),
        retries=len(keys) - len(set(keys)),
        credits=credits[-1] if credits else None,
        seconds=max(record.seconds for record in stage.records),
        met=frozenset().union(*(e.met for e in stage.ended)) | {f"stripe.{name}" for name in stage.world.stripe_met},
        requests=len(stage.records[0].exchanges),
        ledger=take(stage.records, stage.book),
    )
