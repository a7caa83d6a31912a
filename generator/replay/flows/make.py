"""Make, for workflows that react: the interpreter, with a data store that outlives runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from generator.errors import WrongUsage
from generator.iml.values import Value
from generator.rendering.plan import Plan
from generator.replay.engine import Ended, Files
from generator.replay.flows.engine import Incoming, Reply
from generator.replay.keys import Keys, keys_of
from generator.replay.make import Switches, run_blueprint
from generator.replay.make.blueprint import Scenario, load
from generator.replay.make.run import Run, Store, StoreState
from generator.replay.make_engine import LATENCY, credential
from generator.replay.usage.source import Row
from generator.replay.usage.table import OwnTable
from generator.replay.world import RunKilled, World
from generator.stripe_mock.exchange import Request, Response

PASS_THROUGH = frozenset({"stripe-events", "meter-errors", "gateway-call"})
"""Scenarios whose hook has *JSON pass-through* on, as SETUP.md says: they need the raw body."""


@dataclass(slots=True)
class MakeFlows:
    """Run one scenario under one setting of the interpreter's switches."""

    switches: Switches = field(default_factory=Switches)
    seed: int = 1
    ticking: bool = False
    _files: Files = field(default_factory=dict)
    _workflow: str = ""
    _scenario: Scenario = field(init=False, repr=False)
    _keys: Keys = field(init=False, repr=False)
    store: Store = field(default_factory=Store)
    """What outlives a run of this case."""
    _confidential: bool = False
    """The scenario says *Data is confidential*: Make keeps nothing of what a run saw."""

    def load(self, files: Files, workflow: str, plan: Plan) -> None:
        """Take the blueprint, and type the signing secrets in, as SETUP.md tells a person to."""
        self._files, self._keys, self.store = files, keys_of(plan), Store()
        self.turn_to(workflow)

    def turn_to(self, workflow: str) -> None:
        """Take another blueprint; the data store stays."""
        path = f"make/{workflow}.json"
        if path not in self._files:
            raise WrongUsage(f"no Make blueprint among the files: {path} is missing")
        self._workflow = workflow
        blueprint = with_secrets(json.loads(self._files[path]), *self._keys.signing(workflow))
        self._scenario = load(with_key(blueprint, self._keys.calling(workflow), self._keys.gateway))
        self._confidential = blueprint["metadata"]["scenario"].get("confidential", False)

    def put_store(self, state: StoreState) -> None:
        """Let the data store be full, or down, or open."""
        self.store.state = state

    def leave(self) -> None:
        """Do nothing: a run ends with its case."""

    def request(self, world: World, incoming: Incoming) -> Reply:
        """Deliver a request; without a *Webhook response* the caller gets Make's own 200."""
        settings = {"headers": True, "method": True, "stringify": self._workflow in PASS_THROUGH}
        hook: dict[str, Value] = {
            "method": incoming.method,
            "query": dict(incoming.query),
            "headers": dict(incoming.headers),
            "body": incoming.body,
            "settings": settings,
        }
        return self._run(world, hook)

    def stored(self) -> tuple[Mapping[str, object], ...]:
        """List the records of the data store."""
        return tuple(record for record in self.store.data.get("", {}).values() if isinstance(record, Mapping))

    def start(self, world: World, _trigger: str) -> Reply:
        """Run once."""
        if isinstance(world.log, OwnTable):
            self._fill(world.look_up(world.log))
        return self._run(world, None)

    def _fill(self, rows: Sequence[Row] | None) -> None:
        """Have the data store hold these calls beside what the scenario keeps; none at all: it does not answer."""
        records = self.store.data.setdefault("", {})
        for key in [key for key, one in records.items() if isinstance(one, Mapping) and "request_id" in one]:
            del records[key]
        records.update({row["request_id"]: row for row in reversed(rows or ())})
        self.store.state = "down" if rows is None else "open"

    def _run(self, world: World, hook: Mapping[str, Value] | None) -> Reply:
        def send(request: Request) -> Response:
            world.clock.advance(LATENCY)
            return world.handle(request)

        keys = self._keys
        try:
            run = run_blueprint(
                self._scenario,
                send=send,
                clock=world.clock,
                credential=lambda module, url: credential(keys, url, module.label),
                switches=self.switches,
                rng=Random(self.seed),
                webhook=hook,
                store=self.store,
            )
        except RunKilled:
            return Reply(Ended("killed"))
        return _reply(run, called=hook is not None, confidential=self._confidential)


def _reply(run: Run, *, called: bool, confidential: bool) -> Reply:
    log = "\n".join(str(operation) for operation in run.operations)
    traces = () if confidential else (("the run's log", log),)
    failed = run.status in ("error", "held")
    ended = Ended("failed" if failed else "done", run.credits, run.met, traces, str(run.error or ""))
    if run.response is None:
        return Reply(ended, 200 if called else 0, b"Accepted" if called else b"")
    body, headers = run.response["body"], run.response["headers"]
    told = {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    content = body if isinstance(body, bytes) else str(body).encode()
    return Reply(ended, int(str(run.response["status"])), content, {"content-type": "none", **told})


def with_key(blueprint: dict[str, Any], key: str, gateway: str) -> dict[str, Any]:
    """Put the caller's key, and the gateway's, in the place of `uuid` in the module *Caller's key*."""
    for module in blueprint["flow"]:
        if module.get("metadata", {}).get("designer", {}).get("name") == "Caller's key":
            for variable in module["mapper"]["variables"]:
                variable["value"] = {"key": key, "gateway": gateway}.get(variable["name"], variable["value"])
    return blueprint


def with_secrets(blueprint: dict[str, Any], secret: str, previous: str) -> dict[str, Any]:
    """Put the signing secrets in the place of `uuid` in the module *Signing secrets*."""
    for module in blueprint["flow"]:
        if module.get("metadata", {}).get("designer", {}).get("name") == "Signing secrets":
            for variable in module["mapper"]["variables"]:
                key = previous if variable["name"] == "before" else secret
                variable["value"] = variable["value"].replace("; uuid)", f'; "{key}")')
    return blueprint
