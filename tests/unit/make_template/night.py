"""One mapping, one simulated world, and the rendered scenario run in it, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import serialise
from generator.rendering.make import render_make
from generator.rendering.plan import Plan
from generator.replay.case import Fault
from generator.replay.keys import keys_of
from generator.replay.make import ModuleInfo, Run, Switches, run_blueprint
from generator.replay.make_engine import credential
from generator.replay.setting import open_world
from generator.replay.told import Told, read_told
from generator.replay.world import World
from generator.stripe_mock import Switches as StripeSwitches
from generator.stripe_mock.exchange import Request, Response

MODES = ("dimensions", "meter_per_rate", "weighted")
FILES = {"dimensions": "example", "meter_per_rate": "meter-per-rate", "weighted": "weighted", "watch": "watch"}
FIRST_RUN = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)
"""20 minutes after the end of 22 November in Chicago."""
Row = dict[str, Any]


@cache
def plan_of(mode: str, lookback: int | None = None, **changes: Any) -> Plan:
    """Resolve a mapping that ships, with another lookback on request."""
    _, plan, _ = read_plan(resources.mappings() / f"{FILES[mode]}.yaml")
    assert plan is not None
    windows = replace(plan.windows, lookback=lookback or plan.windows.lookback)
    return replace(plan, windows=windows, **changes)


@cache
def rendered(plan: Plan) -> bytes:
    """Render a plan's scenario as the file that ships."""
    return serialise(render_make(plan, Path(resources.templates()))["meter-usage"])


class Night:
    """A world in which a scenario runs; what it asked, posted and told stays in the ledgers."""

    def __init__(self, plan: Plan, *rows: Row, at: datetime = FIRST_RUN) -> None:
        self.plan = plan
        self.world: World = open_world(plan, at, StripeSwitches(), ticking=False)
        self.world.log.rows += rows
        self.runs = 0

    def run(
        self,
        *faults: Mapping[str, Any],
        at: datetime | None = None,
        switches: Switches | None = None,
        clock: Mapping[str, str] | None = None,
        answer: Callable[[Request], Response | None] | None = None,
    ) -> Run:
        """Run once. `clock` are variables of the first module; `answer` may answer in place of the world."""
        self.runs += 1
        if at:
            self.world.clock.set(at)
        self.world.begin(self.runs, [Fault.model_validate(fault) for fault in faults])
        self._told = len(self.world.slack.messages)
        blueprint = json.loads(rendered(self.plan))
        for variable in blueprint["flow"][0]["mapper"]["variables"]:
            variable["value"] = (clock or {}).get(variable["name"], variable["value"])

        def send(request: Request) -> Response:
            self.world.clock.advance(0.2)
            return (answer(request) if answer else None) or self.world.handle(request)

        def key(_: ModuleInfo, url: str) -> tuple[str, str]:
            return credential(keys_of(self.plan), url)

        return run_blueprint(
            blueprint, send=send, clock=self.world.clock, credential=key, rng=Random(1), switches=switches
        )

    @property
    def text(self) -> str:
        """Give the last run's messages in Slack."""
        return "\n".join(message.text for message in self.world.slack.messages[self._told :])

    @property
    def told(self) -> Told:
        """Read them."""
        return read_told([self.text])

    @property
    def counted(self) -> int:
        """Add up what Stripe counts."""
        return sum(int(event.value) for event in self.world.stripe.events if event.counts)

    @property
    def posts(self) -> list[dict[str, Any]]:
        """List the bodies of all posts."""
        sent = [e.request for e in self.world.exchanges if e.target == "meter_event"]
        return [json.loads(request.body) for request in sent]


def row(client: str = "acme", model: str = "gpt-4o", time: str = "2026-11-22T15:00:00Z", **counts: Any) -> Row:
    """Write one row of the log."""
    return {"time": time, "client": client, "model": model, **(counts or {"input": 5})}
