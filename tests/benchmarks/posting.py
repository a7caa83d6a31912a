"""n8n: a night of 10,000 events (500 clients, 20 pairs each) against the mock at the live limit; the sandbox computed.

python -m tests.benchmarks.posting [--clients 500] [--heap 750]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Billing, Client, Contact, ModelName, Pair, Plan, TokenType
from generator.rendering.resolve import digest
from generator.rendering.run_time import POSTS_PER_SECOND
from generator.replay.case import Step
from generator.replay.keys import keys_of
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine, credentials
from generator.replay.setting import open_world
from generator.stripe_mock import Switches

from .measure import table
from .running import PATIENCE_S, Watch

AT = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)
DAY = timedelta(days=1)
MODELS = tuple(f"house/model-{n}" for n in range(5))
WEIGHT = 25


def grown(plan: Plan, clients: int, lookback: int) -> Plan:
    """Give a plan of so many clients and 20 pairs, on the live side."""
    known = plan.clients[0]
    people = tuple(
        replace(known, key=f"c{n}", name=f"Client {n}", names=(f"c{n}",), customer=f"cus_LiveClient{n:06}")
        for n in range(clients)
    )
    return replace(
        plan, livemode=True, per_page=5000, windows=replace(plan.windows, lookback=lookback), clients=people,
        contacts=tuple(Contact(one.key, one.name, one.customer) for one in people),
        model_names=tuple(ModelName(model, model, plan.since) for model in MODELS),
        pairs=tuple(_pair(plan, model, kind) for model in MODELS for kind in TokenType),
    )  # fmt: skip


def _pair(plan: Plan, model: str, kind: TokenType) -> Pair:
    name = f"ai_tokens_{model.replace('/', '_').replace('-', '_')}_{kind.value}"
    weight = WEIGHT if plan.billing is Billing.WEIGHTED else None
    return Pair(model, kind, name, digest(name, model, kind.value), Decimal(1), Decimal(1), weight, plan.since)


def rows(clients: Sequence[Client], nights: int, now: datetime = AT) -> Iterator[dict[str, object]]:
    """Write one call of each client with each model, each night."""
    for night in range(nights):
        at = f"{now - timedelta(hours=9) - DAY * night:%Y-%m-%dT%H:%M:%SZ}"
        for client in clients:
            for n, model in enumerate(MODELS):
                counts = {"input": 100 + n, "cached_input": 50, "cached_write": 7, "output": 20}
                yield {"time": at, "client": client.key, "model": model, **counts}


def night(server: N8nServer, plan: Plan, what: str, bound: str = "") -> Iterator[tuple[str, str, str]]:
    """Run one night and say what the mock counted; older windows are counted before, so that a run finds them equal."""
    engine, world = N8nEngine(server), open_world(plan, AT, Switches(), ticking=True)
    files = build(plan)
    server.put_credentials(credentials(files, keys_of(plan), server))
    engine.load(files, plan, world)
    world.log.rows[:] = rows(plan.clients, plan.windows.lookback)
    if plan.windows.lookback > 1:
        world.begin(1, ())
        engine.run(world, Step(at=AT))  # everything is behind: this run posts the older windows too
    before, began = len(world.stripe.events), time.perf_counter()
    world.begin(2, ())
    if plan.windows.lookback > 1:
        *_, oldest = rows(plan.clients[:1], plan.windows.lookback)
        world.log.rows.append({**oldest, "request_id": "late"})
    with Watch(server.pid) as memory:
        (ended,) = engine.run(world, Step(at=AT))
    seconds, posted = time.perf_counter() - began, len(world.stripe.events) - before
    wrong = "" if ended.status == "success" else f", ended {ended.status}"
    words = f"{seconds:.0f} s, {posted:,} events, main process {memory.most:.0f} MB{wrong}"
    yield what, words, bound


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.posting")
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--heap", type=int, default=750, help="MB that Node may take for objects (SETUP.md §9)")
    args = parser.parse_args()
    plans = {name: read_plan(resources.mappings() / f"{name}.yaml")[1] for name in ("meter-per-rate", "weighted")}
    per_rate, weighted = plans["meter-per-rate"], plans["weighted"]
    if per_rate is None or weighted is None:
        raise SystemExit("the mappings have errors")
    events = args.clients * len(MODELS) * len(TokenType)
    with N8nServer(patience_s=PATIENCE_S, variables={"NODE_OPTIONS": f"--max-old-space-size={args.heap}"}) as server:
        plain, heavy = grown(per_rate, args.clients, 1), grown(weighted, args.clients, 1)
        table(
            "Posting",
            lambda: night(server, plain, f"a plain night of {events:,} facts, meter per rate", "120 s, 1,000 MB"),
            lambda: night(server, heavy, f"the same in weighted: {args.clients} facts"),
            lambda: night(
                server, grown(per_rate, args.clients // 10, 2), "a converging night of a tenth, one row late"
            ),
            lambda: [("the sandbox at its limit, computed", f"{events / POSTS_PER_SECOND:.0f} s", "")],
        )


if __name__ == "__main__":
    main()
