"""n8n, for workflows that react: the real engine's own webhook address, and its Data Tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.errors import WrongUsage
from generator.rendering.plan import Plan
from generator.replay.engine import Ended, Files
from generator.replay.flows.engine import Incoming, Reply
from generator.replay.keys import Keys, keys_of
from generator.replay.n8n.execution import Execution
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import credentials
from generator.replay.world import World


@dataclass(slots=True)
class N8nFlows:
    """Run one workflow on one server; its bytes are imported again only when they change."""

    server: N8nServer
    ticking: bool = True
    real_clock: bool = False
    _loaded: dict[str, bytes] = field(default_factory=dict)
    _keys: Keys | None = None
    _data: dict[str, Any] = field(default_factory=dict)

    def load(self, files: Files, workflow: str, plan: Plan) -> None:
        """Import and publish; make the credentials and the empty Data Tables that it refers to, as a user would."""
        path = f"n8n/{workflow}.json"
        if path not in files:
            raise WrongUsage(f"no n8n workflow among the files: {path} is missing")
        self._data = json.loads(files[path])
        if self._keys != keys_of(plan):
            self._keys = keys_of(plan)
            self.server.put_credentials(credentials(files, self._keys))
        for name, columns in tables(self._data).items():
            self.server.put_table(name, columns)
        if self._loaded.get(path) != files[path]:
            self.server.publish(self.server.put_workflow(files[path]))
            self._loaded[path] = files[path]

    def request(self, world: World, incoming: Incoming) -> Reply:
        """Deliver a request to the production address."""
        path = next(n["parameters"]["path"] for n in self._data["nodes"] if n["type"] == "n8n-nodes-base.webhook")

        def call() -> tuple[Execution, int, bytes]:
            request = (incoming.method, incoming.query, incoming.headers, incoming.body)
            return self.server.call_webhook(str(self._data["id"]), str(path), *request)

        return self._within(world, call)

    def start(self, world: World, trigger: str) -> Reply:
        """Run once from a trigger node, and wait for its end."""
        return self._within(world, lambda: (self.server.run(str(self._data["id"]), trigger), 0, b""))

    def _within(self, world: World, run: Callable[[], tuple[Execution, int, bytes]]) -> Reply:
        clock = None if self.real_clock else world.clock
        with self.server.attached(world.handle, sorted(world.hosts), clock) as strays:
            execution, status, body = run()
        error = f"replay: stray connection to {strays[0]}" if strays else execution.error
        traces = (("the stored run", json.dumps(dict(execution.run_data))),)
        well = execution.status == "success" and not strays
        return Reply(Ended("success" if well else "failed", traces=traces, error=error), status, body)


def tables(workflow: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """List the Data Tables that a workflow writes to: name → column → type."""
    found: dict[str, dict[str, str]] = {}
    for node in workflow["nodes"]:
        parameters = node["parameters"]
        if node["type"] == "n8n-nodes-base.dataTable" and "columns" in parameters:
            columns = {column["id"]: column["type"] for column in parameters["columns"]["schema"]}
            found.setdefault(parameters["dataTableId"]["value"], {}).update(columns)
    return found
