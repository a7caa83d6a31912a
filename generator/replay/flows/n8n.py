"""n8n, for workflows that react: the real engine's own webhook address, and its Data Tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.errors import WrongUsage
from generator.rendering.n8n import WORKFLOWS
from generator.rendering.plan import Plan
from generator.rendering.registry import ON_ERROR
from generator.replay.engine import Ended, Files
from generator.replay.flows.engine import Incoming, Reply
from generator.replay.keys import keys_of
from generator.replay.make.run import StoreState
from generator.replay.n8n.execution import Execution
from generator.replay.n8n.rest import Answered
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import DATA_TABLE, credentials, fill
from generator.replay.usage.table import Database
from generator.replay.world import World


@dataclass(slots=True)
class N8nFlows:
    """Run one workflow on one server; its bytes are imported again only when they change."""

    server: N8nServer
    ticking: bool = True
    real_clock: bool = False
    _files: Files = field(default_factory=dict)
    _data: dict[str, Any] = field(default_factory=dict)
    _tables: set[str] = field(default_factory=set)
    """Data Tables that are there, made empty for this case."""
    _handling: bool = False
    """The error workflow is live: every failed run sets it off."""

    def load(self, files: Files, workflow: str, plan: Plan) -> None:
        """Import and publish; make the credentials and the empty Data Tables that it refers to, as a user would."""
        self._files, self._tables = files, set()
        self.server.library.put_credentials(credentials(files, keys_of(plan), self.server))
        self.turn_to(workflow)
        self._handling = workflow == ON_ERROR

    def turn_to(self, workflow: str) -> None:
        """Have a workflow live, with its children and its tables; those of this case keep what they hold."""
        path = f"n8n/{workflow}.json"
        if path not in self._files:
            raise WrongUsage(f"no n8n workflow among the files: {path} is missing")
        data = json.loads(self._files[path])
        for child in children(data):
            self.turn_to(child)
        if not self.server.library.holds(self._files[path]):
            self.server.library.publish(self.server.library.put_workflow(self._files[path]))
        self._data = data
        self.put_store("open")

    def put_store(self, state: StoreState) -> None:
        """Have the tables of the workflow and its children, or none (`down`); they have no bound to be `full` at."""
        if state == "full":
            raise WrongUsage("a case with a data store that is full is one for Make alone")
        for name, columns in self._columns().items():
            if (state == "open") != (name in self._tables):
                self.server.library.put_table(name, columns if state == "open" else {})
                self._tables ^= {name}

    def leave(self) -> None:
        """Take the error workflow down: other cases' failures are their own."""
        if self._handling:
            self.server.library.unpublish(self._handler)
            self._handling = False

    def request(self, world: World, incoming: Incoming) -> Reply:
        """Deliver a request to the production address."""
        if isinstance(world.log, Database):  # a Data Table is filled by `log-call` itself
            fill(self.server, world)
        path = next(n["parameters"]["path"] for n in self._data["nodes"] if n["type"] == "n8n-nodes-base.webhook")

        def call() -> tuple[Execution, Answered]:
            request = (incoming.method, incoming.query, incoming.headers, incoming.body)
            return self.server.runs.call_webhook(str(self._data["id"]), str(path), *request)

        return self._within(world, call)

    def stored(self) -> tuple[Mapping[str, object], ...]:
        """List the rows of the Data Tables that the workflow and its children write to."""
        return tuple(row for name in sorted(self._columns()) for row in self.server.library.table_rows(name))

    def start(self, world: World, trigger: str) -> Reply:
        """Run once from a trigger node, and wait for its end."""
        fill(self.server, world)
        return self._within(world, lambda: (self.server.runs.run(str(self._data["id"]), trigger), Answered(0, b"", {})))

    def _within(self, world: World, run: Callable[[], tuple[Execution, Answered]]) -> Reply:
        clock = None if self.real_clock else world.clock
        before, handlers = len(self.server.runs.begun), list[Execution]()
        with self.server.attached(world.handle, sorted(world.hosts), clock) as strays:
            execution, answer = run()
            if self._handling:
                handlers = self.server.runs.wait_for_handlers(before, self._handler)
        error = f"replay: stray connection to {strays[0]}" if strays else execution.error
        traces = tuple(("the stored run", json.dumps(dict(one.run_data))) for one in (execution, *handlers))
        well = execution.status == "success" and not strays
        return Reply(Ended("success" if well else "failed", traces=traces, error=error), *answer)

    def _columns(self) -> dict[str, dict[str, str]]:
        """List the Data Tables that the workflow and its children write to: name → column → type."""
        called = [json.loads(self._files[f"n8n/{stem}.json"]) for stem in children(self._data)]
        return {name: columns for data in (self._data, *called) for name, columns in tables(data).items()}

    @property
    def _handler(self) -> str:
        """Give the id of the error workflow among the case's files."""
        return str(json.loads(self._files[f"n8n/{ON_ERROR}.json"])["id"])


def children(workflow: Mapping[str, Any]) -> list[str]:
    """List the stems of the sub-workflows that a workflow calls."""
    stems = {own: stem for stem, own in WORKFLOWS.items()}
    called = [n["parameters"]["workflowId"] for n in workflow["nodes"] if n["type"] == "n8n-nodes-base.executeWorkflow"]
    return [stems[chosen["value"]] for chosen in called if chosen["value"] in stems]


def tables(workflow: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """List the Data Tables that a workflow writes to: name → column → type."""
    found: dict[str, dict[str, str]] = {}
    for node in workflow["nodes"]:
        parameters = node["parameters"]
        if node["type"] == DATA_TABLE and "columns" in parameters:
            columns = {column["id"]: column["type"] for column in parameters["columns"]["schema"]}
            found.setdefault(parameters["dataTableId"]["value"], {}).update(columns)
    return found
