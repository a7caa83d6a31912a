"""n8n in queue mode: one main, two workers, Redis and PostgreSQL; a night shared by client, a worker killed in it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Contact, Plan
from generator.replay.case import Case, Step, UsageRow
from generator.replay.expected import read
from generator.replay.faults import NoAnswer
from generator.replay.judge import Book, judge
from generator.replay.keys import keys_of
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine, credentials
from generator.replay.rows import written
from generator.replay.setting import open_world
from generator.replay.stage import Play, counted
from generator.replay.world import World
from generator.stripe_mock import Switches
from generator.stripe_mock.exchange import Request, Response
from tests.replay.redis import Redis

pytestmark = pytest.mark.engine

SHARDS = ("1", "2")
CLIENTS = 12
PATIENCE_S = 90.0


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    redis = Redis.start()
    yield redis
    redis.stop()


@pytest.fixture(scope="module")
def server(redis: Redis) -> Iterator[N8nServer]:
    with N8nServer(expression_engine="default", virtual_clock=False, variables=redis.environment()) as server:
        yield server


def business() -> Plan:
    """Give a business of twelve clients in the middle of a billing period, days cut far from the present."""
    plan = read_plan(resources.mappings() / "meter-per-rate.yaml")[1]
    assert plan is not None
    now = datetime.now(UTC)
    since, anchor = now - timedelta(days=20), (now - timedelta(days=12)).replace(minute=0, second=0, microsecond=0)
    zone = next(zone for zone in ("UTC", "Asia/Tokyo") if 2 < now.astimezone(ZoneInfo(zone)).hour < 22)
    known = plan.clients[0]
    clients = tuple(
        replace(known, key=f"c{n}", names=(f"c{n}",), customer=f"cus_QueueClient{n:04}", since=since, anchor=anchor)
        for n in range(CLIENTS)
    )
    names = tuple(replace(name, since=since) for name in plan.model_names)
    pairs = tuple(replace(pair, since=since) for pair in plan.pairs)
    windows = replace(plan.windows, zone=zone)
    return replace(
        plan,
        livemode=True,
        since=since,
        clients=clients,
        contacts=tuple(Contact(one.key, one.name, one.customer) for one in clients),
        model_names=names,
        pairs=pairs,
        windows=windows,
    )


def rows(plan: Plan) -> list[UsageRow]:
    noon = datetime.now(ZoneInfo(plan.windows.zone)).replace(hour=12, minute=0, second=0, microsecond=0)
    return [
        UsageRow(at=noon - timedelta(days=day), client=client.key, model=name, input=10 * n + day, output=7)
        for n, client in enumerate(plan.clients, 1)
        for name in ("gpt-4o", "gpt-4o-mini", "claude-3-haiku")
        for day in (1, 2, 3)
    ]


def until(done: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < give_up, f"{what} did not come within {PATIENCE_S:.0f} s"
        time.sleep(0.1)


def told(world: World) -> list[str]:
    """List the shards whose report came."""
    heads = [message.text.split("\n")[0] for message in world.slack.messages]
    return [found[1] for head in heads if (found := re.search(r" · shard (\d) of 2 · ", head))]


def call(server: N8nServer, plan: Plan, shard: str) -> None:
    """Start one shard's run, as the user's own schedule does; it answers at once."""
    query, headers = {"shard": shard, "of": str(len(SHARDS))}, {"Authorization": f"Bearer {keys_of(plan).start_shard}"}
    status, body, _ = server.runs.send("tokentill-shard", "POST", query, headers)
    assert status == 200, body


def test_a_night_is_shared_by_two_workers_and_one_of_them_dies(server: N8nServer) -> None:
    """Since 2.0 n8n gives a dead worker's run to nobody: the shard is called again, or the next night catches up."""
    plan, workers = business(), [server.start_worker() for _ in SHARDS]
    files = build(plan)
    world = open_world(plan, datetime.now(UTC), Switches(), ticking=True)
    server.library.put_credentials(credentials(files, keys_of(plan), server))
    for stem in ("meter-usage-chunk", "meter-usage", "meter-usage-shard"):
        server.library.publish(server.library.put_workflow(files[f"n8n/{stem}.json"]))
    world.log.rows += [written(row) for row in rows(plan)]
    book = Book(plan, {meter.event_name: meter.id for meter in world.stripe.meters})
    logs = dict(read(plan, world.log.known(), datetime.now(UTC), None).facts)
    deaths: list[list[str]] = []

    def handle(request: Request) -> Response:
        """Kill one worker in the middle of its shard: Stripe has counted the event, nobody hears of it."""
        answer = world.handle(request)
        if request.path.endswith("/meter_events") and not deaths and len(world.stripe.events) >= len(logs) // 4:
            deaths.append(told(world))
            workers[0].kill()
            raise NoAnswer("reset")
        return answer

    with server.attached(handle, sorted(world.hosts)) as strays:
        for shard in SHARDS:
            call(server, plan, shard)
        until(lambda: len(told(world)) == 1, "the report of the worker that lives")
        assert deaths == [[]], "nobody died in the middle"
        assert sum(counted(book, world).values()) < sum(logs.values())
        (lost,) = set(SHARDS) - set(told(world))
        call(server, plan, lost)
        until(lambda: len(told(world)) == 2, "the report of the shard that was called again")
    assert not strays
    assert sorted(told(world)) == [*SHARDS]
    assert counted(book, world) == logs
    assert posts_nothing_more(server, plan, world, book)


def posts_nothing_more(server: N8nServer, plan: Plan, world: World, book: Book) -> bool:
    """Have the judge look at the next whole run, on the worker that is left: a quiet one, which finds all as it is."""
    before, step = len(world.stripe.events), Step(at=datetime.now(UTC))
    engine, play = N8nEngine(server, real_clock=True), Play(Case(name="the next run", runs=(step,)), plan, world, book)
    engine.load(build(plan), plan, world)
    play.step(engine, 1, step)
    assert judge(play.records, None, quiet=1) == []
    return len(world.stripe.events) == before
