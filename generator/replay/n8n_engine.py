"""n8n, for the replay: the real engine, with the rendered files imported and published as a user would."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any, NoReturn

from generator.errors import EngineFailure, WrongUsage
from generator.mapping.sources import kinds, source_facts
from generator.rendering.plan import Plan
from generator.replay.case import EngineName, Step
from generator.replay.engine import Ended, Files
from generator.replay.faults import NoAnswer
from generator.replay.keys import Keys, keys_of, usage_header
from generator.replay.n8n.execution import Execution
from generator.replay.n8n.server import N8nServer
from generator.replay.usage.folder import credential_data, source_credentials, source_nodes
from generator.replay.usage.table import Database, OwnTable
from generator.replay.world import World

PARENT, CHILD = "n8n/meter-usage.json", "n8n/meter-usage-chunk.json"
NATIVE = "n8n/meter-usage-native.json"
DATA_TABLE = "n8n-nodes-base.dataTable"
"""n8n's type of node for its own tables."""
_CALM_S = 0.2
FORM_LOGIN = ("backfill", "fake-form-password-0001")


@dataclass(slots=True)
class N8nEngine:
    """Run `n8n/meter-usage.json` on one server; workflows are replaced when their bytes change."""

    server: N8nServer
    name: EngineName = "n8n"
    ticking: bool = True
    paths: tuple[str, ...] = (CHILD, PARENT)
    """What is imported, in this order; the last one is run."""
    trigger: str = "On schedule"
    real_clock: bool = False
    """The server runs on the real clock; so must the case."""
    _loaded: dict[str, bytes] = field(default_factory=dict)
    _failed: dict[int, str] = field(default_factory=dict)
    """Run of this case → its stored failed execution, for a person's retry."""

    def load(self, files: Files, plan: Plan, _world: World) -> None:
        """Import and publish the child, then the parent; make the credentials that they refer to."""
        self._failed = {}
        if missing := [path for path in self.paths if path not in files]:
            raise WrongUsage(f"no n8n workflow among the files: {', '.join(missing)} is missing")
        self.server.library.put_credentials(credentials(files, keys_of(plan), self.server))
        self.server.runs.form_login = FORM_LOGIN
        for path in self.paths:
            self._loaded[path] = files[path]
            if not self.server.library.holds(files[path], published=path != NATIVE):
                stored = self.server.library.put_workflow(files[path])
                if path != NATIVE:  # its schedule is off: it is started by hand
                    self.server.library.publish(stored)

    def run(self, world: World, step: Step) -> list[Ended]:
        """Run once from the schedule, the form or a person's retry; twice at once if the step says so."""
        parent = str(json.loads(self._loaded[self.paths[-1]])["id"])
        fill(self.server, world)
        dead = Event()
        world.on_kill = lambda: _kill(self.server, dead)
        clock = None if self.real_clock else world.clock
        with self.server.attached(world.handle, sorted(world.hosts), clock) as strays:
            if step.retry_of is not None:
                ended = [self.server.runs.retry(self._failed[step.retry_of])]
            else:
                ended = self._start(parent, step)
            if dead.is_set():
                _let_the_last_requests_arrive(world)
        for execution in ended:
            if execution.status == "error":
                self._failed.setdefault(len(self._failed) + 1, execution.id)
        found = [_ended(execution, killed=dead.is_set()) for execution in ended]
        return [Ended(e.status, error=f"replay: stray connection to {strays[0]}") for e in found] if strays else found

    def _start(self, parent: str, step: Step) -> list[Execution]:
        trigger, data = "By hand" if step.by_hand else self.trigger, {}
        if step.backfill:
            ask = step.backfill
            trigger = "Backfill"
            data = {"from": ask.first.isoformat(), "to": ask.last.isoformat(), "again": ask.again}
        runs = [self.server.runs.start(parent, trigger, data) for _ in range(2 if step.twice else 1)]
        return [self.server.runs.wait(run) for run in runs]


def fill(server: N8nServer, world: World) -> None:
    """Have a table that the engine reads by itself hold the world's usage; where it fails there is no such table."""
    if isinstance(world.log, OwnTable):
        rows = world.look_up(world.log)
        server.library.put_table(world.log.name, world.log.columns if rows is not None else {}, rows or ())
    elif isinstance(world.log, Database):
        readable = world.look_up(world.log) is not None
        server.library.put_usage(world.log.credential, world.log.statements(readable=readable))


def native(server: N8nServer) -> N8nEngine:
    """Run the workflow with n8n's own Stripe node, by hand."""
    return N8nEngine(server, "n8n-native", paths=(NATIVE,), trigger="By hand")


def _kill(server: N8nServer, dead: Event) -> NoReturn:
    """Let the run and its children die while the world still holds this request: nothing happens after it."""
    dead.set()
    server.runs.kill_running()
    raise NoAnswer("reset")


def _let_the_last_requests_arrive(world: World) -> None:
    """A stopped execution starts no node, but what a node had sent in parallel still reaches its service."""
    seen = -1
    while seen != len(world.exchanges):
        seen = len(world.exchanges)
        time.sleep(_CALM_S)


def _ended(execution: Execution, *, killed: bool) -> Ended:
    if killed:
        return Ended("killed")
    traces = (("the stored run", json.dumps(dict(execution.run_data))),)
    if execution.status not in {"success", "error"}:
        return Ended("failed", error=f"replay: the execution is {execution.error or execution.status}", traces=traces)
    return Ended("success" if execution.status == "success" else "failed", traces=traces, error=execution.error)


def credentials(files: Files, keys: Keys, server: N8nServer) -> list[dict[str, Any]]:
    """Make the credentials that the workflows name, as SETUP.md tells a person to; those of all sources at once."""
    named: dict[str, dict[str, Any]] = {}
    for path, content in files.items():
        if path.startswith("n8n/") and path.endswith(".json"):
            for node in json.loads(content)["nodes"]:
                named |= _named(node, keys, server)
    for kind in kinds():
        for node in source_nodes(kind):
            named |= _named(node, keys, server)
    return list(named.values())


def _named(node: Mapping[str, Any], keys: Keys, server: N8nServer) -> dict[str, dict[str, Any]]:
    return {
        reference["id"]: {
            **reference,
            "type": kind,
            "data": dict(server.library.usage_credential(kind)) or secret(kind, reference, keys),
        }
        for kind, reference in node.get("credentials", {}).items()
    }


_SIGNING: dict[str, Callable[[Keys], str]] = {
    "credStripeSign01": lambda keys: keys.sign_events,
    "credStripeSign02": lambda keys: keys.sign_events_before,
    "credStripeSign03": lambda keys: keys.sign_errors,
    "credStripeSign04": lambda keys: keys.sign_errors_before,
}


def secret(kind: str, reference: Mapping[str, str], keys: Keys) -> dict[str, Any]:
    """Give what a person types into a credential: n8n's type of it, and what a node says of it (`id`, `name`)."""
    if kind == "httpBasicAuth" and reference["id"] == "credBackfill0001":
        return dict(zip(("user", "password"), FORM_LOGIN, strict=True))
    if kind == "httpCustomAuth" and reference["id"] == "credGateStripe01":
        headers = {"Authorization": f"Bearer {keys.gateway}", "stripe-restricted-access-key": keys.by_gateway}
        return {"json": json.dumps({"headers": headers})}
    if kind == "crypto" and reference["id"] in _SIGNING:
        return {"hmacSecret": _SIGNING[reference["id"]](keys)}
    if told := credential_data(reference["id"], keys.log):
        return dict(told)
    if kind == "slackApi" and reference["id"] == "credSlackBot0001":
        return {"accessToken": keys.slack}
    key = {"credStripePost01": keys.post, "credStripeRead01": keys.read, "credUsageLog0001": keys.log}
    key |= {"credStripeEvnt01": keys.events, "credLogCall00001": keys.log_call}
    key |= {"credCapAsked0001": keys.ask_cap, "credGateCall0001": keys.call_gateway, "credGateway00001": keys.gateway}
    key |= {"credShard0000001": keys.start_shard}
    source = source_credentials().get(reference["id"])
    if source and (host := source_facts(source).host):
        name, value = usage_header(host)
        return {"name": name, "value": value}
    if reference["id"] in key and kind == "httpHeaderAuth":
        return {"name": "Authorization", "value": f"Bearer {key[reference['id']]}"}
    if kind == "stripeApi" and reference["id"] == "credStripeNode01":
        return {"secretKey": keys.post}
    raise EngineFailure(f"no replay knows the credential {reference['name']!r} ({kind}, {reference['id']})")
