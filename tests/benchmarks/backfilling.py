"""A backfill of 35 days of the example, every client and model on every day: requests, credits, seconds.

python -m tests.benchmarks.backfilling [--engine make|n8n]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Backfill, Case, Step, UsageRow
from generator.replay.engine import Engine
from generator.replay.make_engine import MakeEngine
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine
from generator.replay.stage import play
from generator.stripe_mock import Switches

from .measure import table
from .running import PATIENCE_S

NAMES = ("example", "meter-per-rate", "weighted")
FIRST, DAYS = date(2026, 11, 1), 35
AT = datetime(2026, 12, 6, 12, tzinfo=UTC)
GRACE = timedelta(days=6)
"""So long that November is still open: all 35 days are posted."""


def backfill(plan: Plan, engine: Engine) -> Iterator[tuple[str, str, str]]:
    """Play it once."""
    plan = replace(plan, clients=tuple(replace(client, grace=GRACE) for client in plan.clients))
    names = {pair.model: pair.model for pair in plan.pairs}
    rows = tuple(
        UsageRow(
            at=datetime(FIRST.year, FIRST.month, FIRST.day, 18, tzinfo=UTC) + timedelta(days=day),
            client=client.key, model=name, input=1000 + day, cached_input=500, output=200,
        )
        for day in range(DAYS) for client in plan.clients for name in names
    )  # fmt: skip
    asked = Backfill.model_validate({"from": FIRST, "to": FIRST + timedelta(days=DAYS - 1)})
    case = Case(name="a backfill of 35 days", runs=(Step(at=AT, usage=rows, backfill=asked),))
    done = play(case, plan, build(plan), engine, Switches())
    wrong = f", {done.failures[0][:80]}" if done.failures else ""
    credits = "" if done.credits is None else f", {done.credits:,} credits"
    posts = sum(len(names) for names in done.ledger.names.values())
    words = f"{done.requests:,} requests, {posts:,} of them posts{credits}, {done.seconds / 60:.1f} min{wrong}"
    yield f"{engine.name}, {plan.billing.value}", words, "40 min" if engine.name == "make" else ""


def main() -> None:
    """Measure and print; minutes are the run's own, on the clock of the simulated world."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.backfilling")
    parser.add_argument("--engine", choices=("make", "n8n", "all"), default="all")
    chosen = parser.parse_args().engine
    plans = [plan for name in NAMES if (plan := read_plan(resources.mappings() / f"{name}.yaml")[1])]
    if chosen != "n8n":
        table("Backfilling on Make", *(lambda plan=plan: backfill(plan, MakeEngine()) for plan in plans))
    if chosen != "make":
        with N8nServer(patience_s=PATIENCE_S) as server:
            engine = N8nEngine(server)
            table("Backfilling on n8n", *(lambda plan=plan: backfill(plan, engine) for plan in plans))


if __name__ == "__main__":
    main()
