"""n8n in queue mode: the same plain night at the live limit by one run, and shared by two workers.

python -m tests.benchmarks.sharing [--clients 100]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from time import perf_counter, sleep

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan, TokenType
from generator.replay.keys import keys_of
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import credentials
from generator.replay.setting import open_world
from generator.stripe_mock import Switches
from tests.replay.redis import Redis

from .measure import table
from .posting import MODELS, grown, rows

STEMS = ("meter-usage-chunk", "meter-usage", "meter-usage-shard")
PATIENCE_S = 900.0


def night(server: N8nServer, plan: Plan, shards: int) -> tuple[float, int]:
    """Call every shard at once; gives the seconds until the last report, and the events that Stripe counted."""
    now = datetime.now(UTC)
    files, world, keys = build(plan), open_world(plan, now, Switches(), ticking=True), keys_of(plan)
    server.library.put_credentials(credentials(files, keys, server))
    for stem in STEMS:
        server.library.publish(server.library.put_workflow(files[f"n8n/{stem}.json"]))
    world.log.rows[:] = rows(plan.clients, 1, datetime.combine(now, time.min, UTC))
    began = perf_counter()
    with server.attached(world.handle, sorted(world.hosts)):
        for shard in range(1, shards + 1):
            query = {"shard": str(shard), "of": str(shards)}
            server.runs.send("tokentill-shard", "POST", query, {"Authorization": f"Bearer {keys.start_shard}"})
        while len(world.slack.messages) < shards and perf_counter() - began < PATIENCE_S:
            sleep(0.05)
    return perf_counter() - began, len(world.stripe.events)


def ratio(server: N8nServer, plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Measure one run for all clients, and two shards at once, each on a worker that has warmed up."""
    for shards in (1, 2):
        night(server, replace(plan, clients=plan.clients[:4], contacts=plan.contacts[:4]), shards)
    (one, events), (two, again) = night(server, plan, 1), night(server, plan, 2)
    yield f"one run, {events:,} events", f"{one:.0f} s, {events / one:.0f} events/s", ""
    yield f"two shards on two workers, {again:,} events", f"{two:.0f} s, {again / two:.0f} events/s", ""
    yield "how many times as fast", f"{one / two:.2f}", ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sharing")
    parser.add_argument("--clients", type=int, default=100)
    args = parser.parse_args()
    known = read_plan(resources.mappings() / "meter-per-rate.yaml")[1]
    if known is None:
        raise SystemExit("the mapping has errors")
    plan = grown(known, args.clients, 1)
    plan = replace(plan, windows=replace(plan.windows, zone="UTC"))
    redis = Redis.start()
    try:
        queue = redis.environment()
        with N8nServer(expression_engine="default", virtual_clock=False, variables=queue) as server:
            _, _ = server.start_worker(), server.start_worker()
            table(
                f"Sharing a night of {args.clients * len(MODELS) * len(TokenType):,} facts", lambda: ratio(server, plan)
            )
    finally:
        redis.stop()


if __name__ == "__main__":
    main()
