"""How quickly the webhook of `stripe-events` is answered on the real engine, and that a rush loses nothing.

Run: python -m tests.benchmarks.answering
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import median

import requests

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.replay.flows.case import Arrival
from generator.replay.flows.n8n import N8nFlows
from generator.replay.flows.post import Letter, letter, snapshot
from generator.replay.keys import keys_of
from generator.replay.n8n.server import N8nServer
from generator.replay.setting import open_world
from generator.stripe_mock import Switches

ONE_BY_ONE, AT_ONCE = 40, 200
BOUND_MS = 200
_ONE_S, _QUIET_S = 10, 180
"""How long a message may take after its answer: of one event alone, which the next one waits for, and of a rush."""
_DELIVERIES, _AGAIN_S = 6, 10
"""Stripe delivers again what was not answered with a 2xx: for three days, here six times in a minute."""


def main() -> int:
    """Measure, print one JSON object, and give 1 where a bound is broken."""
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    now = datetime.now(UTC)
    world = open_world(plan, now, Switches(), ticking=True)
    secrets = keys_of(plan).signing("stripe-events")

    def written(number: int) -> Letter:
        event = Arrival(type="billing.alert.triggered", client="umbrella", id=f"evt_bench{number:05}")
        return letter(event, snapshot(event, plan, now), datetime.now(UTC), *secrets)

    with N8nServer(expression_engine="default", virtual_clock=False) as server:
        N8nFlows(server, real_clock=True).load(build(plan), "stripe-events", plan)
        url = f"{server.url}/webhook/tokentill-stripe-events"

        def deliver(number: int) -> tuple[int, float]:
            sent, began = written(number), time.perf_counter()
            answer = requests.post(url, data=sent.body, headers=sent.headers, timeout=120)
            return answer.status_code, (time.perf_counter() - began) * 1000

        def wait_until_told(events: int, most: float) -> None:
            give_up = time.monotonic() + most
            while len(world.slack.messages) < events and time.monotonic() < give_up:
                time.sleep(0.05)

        def insist(number: int) -> tuple[int, float, int]:
            for again in range(_DELIVERIES):
                if again:
                    time.sleep(_AGAIN_S)
                status, ms = deliver(number)
                if status == requests.codes.ok:
                    break
            return status, ms, again

        with server.attached(world.handle, sorted(world.hosts)):
            one_by_one = []
            for number in range(ONE_BY_ONE):
                one_by_one.append(deliver(number))
                wait_until_told(number + 1, _ONE_S)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                rush = list(pool.map(insist, range(ONE_BY_ONE, ONE_BY_ONE + AT_ONCE)))
            wait_until_told(ONE_BY_ONE + AT_ONCE, _QUIET_S)
    taken = sum(status == requests.codes.ok for status, *_ in [*one_by_one, *rush])
    figures = {
        "median_ms": round(median(ms for _, ms in one_by_one[5:]), 1),
        "rush_median_ms": round(median(ms for _, ms, _ in rush), 1),
        "rush_slowest_ms": round(max(ms for _, ms, _ in rush), 1),
        "delivered_again": sum(again for *_, again in rush),
        "sent": ONE_BY_ONE + AT_ONCE,
        "taken": taken,
        "told": len(world.slack.messages),
    }
    print(json.dumps(figures))
    lost = figures["sent"] - min(taken, len(world.slack.messages))
    return int(lost > 0 or figures["median_ms"] > BOUND_MS)


if __name__ == "__main__":
    raise SystemExit(main())
