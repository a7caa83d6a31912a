"""Make, for the replay: our interpreter, calling the world in process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from generator.errors import WrongUsage
from generator.iml.values import Value
from generator.rendering.plan import Plan
from generator.replay.case import Backfill, EngineName, Step
from generator.replay.engine import Ended, Files
from generator.replay.gateway import HOST, KEY
from generator.replay.keys import Keys, keys_of, usage_header
from generator.replay.make import Run, Store, Switches, run_blueprint
from generator.replay.make.blueprint import Scenario, load
from generator.replay.usage.table import OwnTable
from generator.replay.world import RunKilled, World
from generator.stripe_mock.exchange import Request, Response

LATENCY = 0.2
"""Seconds on the virtual clock that a request takes: a run on Make makes them one after another."""


@dataclass(slots=True)
class MakeEngine:
    """Run `make/meter-usage.json` under one setting of the interpreter's switches."""

    switches: Switches = field(default_factory=Switches)
    seed: int = 1
    name: EngineName = "make"
    ticking: bool = False
    _blueprint: bytes = b"{}"
    _plan: Plan = field(init=False, repr=False)

    def load(self, files: Files, plan: Plan, _world: World) -> None:
        """Take the blueprint; nothing else is on Make's side."""
        try:
            self._blueprint = files["make/meter-usage.json"]
        except KeyError:
            raise WrongUsage("no Make blueprint among the files: make/meter-usage.json is missing") from None
        self._plan = plan

    def run(self, world: World, step: Step) -> list[Ended]:
        """Run once; a schedule that fires twice gives two runs in a row, since the scenario is sequential."""
        return [self._once(world, step, self._plan) for _ in range(2 if step.twice else 1)]

    def _once(self, world: World, step: Step, plan: Plan) -> Ended:
        def send(request: Request) -> Response:
            world.clock.advance(LATENCY)
            return world.handle(request)

        keys = keys_of(plan)
        try:
            run = run_blueprint(
                self._scenario(step, plan),
                send=send,
                clock=world.clock,
                credential=lambda _module, url: credential(keys, url),
                switches=self.switches,
                rng=Random(self.seed),
                store=_store(world),
            )
        except RunKilled:
            return Ended("killed")
        return _ended(run)

    def _scenario(self, step: Step, plan: Plan) -> Mapping[str, Any] | Scenario:
        if not step.backfill:
            return scenario_of(self._blueprint)
        today = step.at.astimezone(ZoneInfo(plan.windows.zone)).date()
        return entered(json.loads(self._blueprint), step.backfill, (step.backfill.on or today).isoformat())


def _store(world: World) -> Store:
    """Give the data store that a run finds."""
    if not isinstance(world.log, OwnTable):
        return Store()
    rows = world.look_up(world.log)
    records: dict[str, Value] = {}
    for row in rows or ():
        records.setdefault(row["request_id"], row)
    return Store(data={"": records}, state="down" if rows is None else "open")


@lru_cache(maxsize=16)
def scenario_of(blueprint: bytes) -> Scenario:
    """Compile a rendered file once: a case runs it many times, under many settings."""
    return load(json.loads(blueprint))


def _ended(run: Run) -> Ended:
    log = "\n".join(str(operation) for operation in run.operations)
    return Ended("done", run.credits, run.met, (("the run's log", log),), str(run.error or ""))


def credential(keys: Keys, url: str, label: str = "") -> tuple[str, str]:
    """Give the header that a person chose for a module after import: SETUP.md names one key per job."""
    address = urlsplit(url)
    if address.hostname == "slack.com":
        return "Authorization", f"Bearer {keys.slack}"
    if address.hostname == HOST:
        return (KEY, keys.by_gateway) if "metered" in label else ("Authorization", f"Bearer {keys.gateway}")
    if address.hostname != "api.stripe.com":
        return usage_header(address.hostname or "")
    if address.path.startswith("/v2/core/events/"):
        return "Authorization", f"Bearer {keys.events}"
    return "Authorization", f"Bearer {keys.post if address.path == '/v2/billing/meter_events' else keys.read}"


def entered(blueprint: Mapping[str, Any], ask: Backfill, today: str) -> dict[str, Any]:
    """Type a backfill into the module *Backfill*, as SETUP.md tells a person to."""
    copy: dict[str, Any] = json.loads(json.dumps(blueprint))
    wanted = {"from": ask.first.isoformat(), "to": ask.last.isoformat(), "again": ask.again, "on": today}
    found = [v for v in _variables(copy["flow"]) if v.get("name") in wanted]
    for variable in found:
        variable["value"] = wanted[variable["name"]]
    if len(found) < len(wanted):
        raise WrongUsage("the blueprint has no module with the variables from, to, again and on for a backfill")
    return copy


def _variables(flow: list[dict[str, Any]]) -> list[dict[str, Any]]:
    held = [v for m in flow for v in (m.get("mapper") or {}).get("variables", []) if isinstance(v, dict)]
    return held + [v for m in flow for route in m.get("routes", []) for v in _variables(route["flow"])]
