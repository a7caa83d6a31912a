"""How quickly `usage-cap` gives a remembered answer on the real engine, beside a webhook that does nothing else.

Run: python -m tests.benchmarks.capping
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any

import requests

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.replay.flows.n8n import N8nFlows
from generator.replay.keys import keys_of
from generator.replay.n8n.server import N8nServer
from generator.replay.setting import open_world
from generator.stripe_mock import Switches

CALLS, WARM = 200, 20


def bare() -> dict[str, Any]:
    """Draw a workflow that answers at once."""
    hook = {
        "id": "hook",
        "name": "Hook",
        "type": "n8n-nodes-base.webhook",
        "typeVersion": 2,
        "position": [0, 0],
        "parameters": {"httpMethod": "GET", "path": "bench-bare", "responseMode": "responseNode", "options": {}},
        "webhookId": "1f0c53f3-8f1e-4f63-9f0e-6f4f8b7f0c11",
    }
    answer = {
        "id": "answer",
        "name": "Answer",
        "type": "n8n-nodes-base.respondToWebhook",
        "typeVersion": 1.1,
        "position": [200, 0],
        "parameters": {"respondWith": "json", "responseBody": '={"allowed": true}', "options": {}},
    }
    wires = {"Hook": {"main": [[{"node": "Answer", "type": "main", "index": 0}]]}}
    kept = {"executionOrder": "v1", "saveDataSuccessExecution": "none"}
    return {
        "id": "tokentillBare0001",
        "name": "bare",
        "nodes": [hook, answer],
        "connections": wires,
        "settings": kept,
        "active": False,
    }


def main() -> int:
    """Measure, and print one JSON object: milliseconds."""
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    world = open_world(plan, datetime.now(UTC), Switches(), ticking=True)
    headers = {"authorization": f"Bearer {keys_of(plan).ask_cap}"}
    with N8nServer(expression_engine="default", virtual_clock=False) as server:
        N8nFlows(server, real_clock=True).load(build(plan), "usage-cap", plan)
        server.library.publish(server.library.put_workflow(json.dumps(bare()).encode()))
        addresses = {"bare": f"{server.url}/webhook/bench-bare"}
        addresses["cap"] = f"{server.url}/webhook/tokentill-usage-cap?client={plan.contacts[0].key}"
        time.sleep(2)  # a published webhook is live a moment later
        with requests.Session() as session, server.attached(world.handle, sorted(world.hosts)):

            def ask(url: str) -> float:
                began = time.perf_counter()
                session.get(url, headers=headers, timeout=60).raise_for_status()
                return (time.perf_counter() - began) * 1000

            took: dict[str, list[float]] = {name: [] for name in addresses}
            for _ in range(CALLS):  # in turns, so that both meet the same machine
                for name, url in addresses.items():
                    took[name].append(ask(url))
    figures: dict[str, float] = {}
    for name, all_ms in took.items():
        warm = all_ms[WARM:]
        figures |= {f"{name}_median_ms": round(median(warm), 1), f"{name}_p99_ms": round(quantiles(warm, n=100)[98], 1)}
    figures["reads"] = len(world.exchanges)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
