"""Sources: a file of 100,000 JSON lines on n8n, and a night of providers' reports for 50 projects on both platforms.

python -m tests.benchmarks.pulling [--rows 100000] [--projects 50]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.credits import estimate
from generator.rendering.plan import Contact, Plan
from generator.replay.case import Case, Step, UsageRow
from generator.replay.engine import Engine
from generator.replay.make_engine import MakeEngine
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine
from generator.replay.stage import play
from generator.stripe_mock import Switches

from .measure import table
from .running import PATIENCE_S, Watch

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def plan_of(name: str) -> Plan:
    """Read one of our mappings."""
    plan = read_plan(resources.mappings() / f"{name}.yaml")[1]
    if plan is None:
        raise SystemExit(f"mappings/{name}.yaml has errors")
    return plan


def lines(engine: N8nEngine, rows: int) -> Iterator[tuple[str, str, str]]:
    """Run one night over a file of JSON lines."""
    plan = plan_of("file")
    clients, names = plan.clients, plan.model_names
    used = tuple(
        UsageRow(at=NOON, client=clients[n % len(clients)].key, model=names[n % len(names)].name, input=n, output=7)
        for n in range(rows)
    )
    case = Case(name="many lines", source="file", url=plan.source_url, lookback=1, runs=(Step(at=AT, usage=used),))
    files, began = build(plan), time.perf_counter()
    with Watch(engine.server.pid) as memory:
        done = play(case, plan, files, engine, Switches())
    wrong = f", {done.failures[0][:60]}" if done.failures else ""
    words = f"{time.perf_counter() - began:.1f} s with the judge's own, main process {memory.most:.0f} MB{wrong}"
    yield f"n8n, a file of {rows:,} JSON lines", words, "40 s"


def report(engine: Engine, name: str, projects: int) -> Iterator[tuple[str, str, str]]:
    """Run one night over a provider's report; every project used every model of the provider on each of its days."""
    plan = plan_of(name)
    known = plan.clients[0]
    clients = tuple(
        replace(known, key=f"p{n}", name=f"Project {n}", names=(f"p{n}",), customer=f"cus_Project{n:04}")
        for n in range(projects)
    )
    contacts = tuple(Contact(one.key, one.name, one.customer) for one in clients)
    plan = replace(plan, clients=clients, contacts=contacts, livemode=True)
    models = {pair.model for pair in plan.pairs if pair.model.startswith(f"{name}/")}
    spelled = {one.model: one.name for one in plan.model_names if one.model in models and "/" not in one.name}
    used = tuple(
        UsageRow(at=NOON, client=client.key, model=model, input=100, output=7)
        for client in clients
        for model in spelled.values()
    )
    case = Case(name="projects", source=name, runs=(Step(at=AT, usage=used),))
    done = play(case, plan, build(plan), engine, Switches())
    wrong = f", {done.failures[0][:60]}" if done.failures else ""
    posts = sum(len(names) for names in done.ledger.names.values())
    credits = "" if done.credits is None else f", {done.credits:,} credits (at most {estimate(plan).run:,} told)"
    yield (
        f"{engine.name}, {name}: {projects} projects, {len(spelled)} models",
        f"{done.requests - posts:,} requests and {posts:,} posts{credits}, {done.seconds:.0f} s{wrong}",
        "",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pulling")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--projects", type=int, default=50)
    args = parser.parse_args()
    names = ("openai", "anthropic")
    table("Reports on Make", *(lambda name=name: report(MakeEngine(), name, args.projects) for name in names))
    with N8nServer(patience_s=PATIENCE_S) as server:
        engine = N8nEngine(server)
        reports = [lambda name=name: report(engine, name, args.projects) for name in names]
        table("Reports and files on n8n", *reports, lambda: lines(engine, args.rows))


if __name__ == "__main__":
    main()
