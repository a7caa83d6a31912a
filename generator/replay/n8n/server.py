"""A running n8n: workflows go in as files, are published and run as a user would, and reach only the replay's world."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from generator.errors import EngineFailure
from generator.replay.clock import VirtualClock
from generator.replay.n8n.control import Begun, Control, Stray
from generator.replay.n8n.database import Database
from generator.replay.n8n.execution import ENDED, Execution
from generator.replay.n8n.install import CURRENT, Progress, Release, ensure_engine
from generator.replay.n8n.mariadb import MariaDb
from generator.replay.n8n.process import ExpressionEngine, ServerProcess, Surroundings, free_port
from generator.replay.n8n.rest import NotLive, Rest
from generator.replay.n8n.tls import Front, Handle
from generator.replay.n8n.triggers import Trigger, trigger_of
from generator.replay.n8n.worker import Worker
from generator.stripe_mock.exchange import Request, Response

NO_OTHERS: Mapping[str, str] = {}
DATABASES = frozenset({"postgres", "mySql"})
"""n8n's types of credentials behind which a replay has a database of a user's."""
_START_S = 120.0
_BEGIN_S = 30.0
_LIVE_S = 10.0
_STORE_S = 30.0
_POLL_S = 0.02
# Calls home that the engine makes by itself; refused like all others, but no fault of a workflow.
_OWN_HOSTS = (".n8n.io",)
# What n8n itself answers to a webhook's caller without a run: a wrong key, a body that is no JSON.
_REFUSED_AT_THE_DOOR = frozenset({b"Authorization data is wrong!"})


class N8nServer:
    """A pinned engine, started once and used for many cases.

    `virtual_clock` lets its `Date` and waits follow the clock given to `attached`; it needs the `legacy` expression
    engine, since the default one reads a clock of its own. `variables` are further ones of its processes: those of
    queue mode, in which runs wait for a worker, or Node's own. `form_login` is the name and password of a person who
    fills in forms.
    """

    def __init__(
        self,
        *,
        expression_engine: ExpressionEngine = "legacy",
        virtual_clock: bool = True,
        variables: Mapping[str, str] = NO_OTHERS,
        release: Release = CURRENT,
        on_progress: Progress = lambda _: None,
    ) -> None:
        if virtual_clock and expression_engine != "legacy":
            raise ValueError("the virtual clock needs expression_engine='legacy'")
        home = ensure_engine(on_progress, release)
        self._virtual = virtual_clock
        self._release = release
        self._folder = Path(tempfile.mkdtemp(prefix="tokentill-n8n-"))
        self._control = Control()
        self._front = Front(_nobody, self._control.tell_silence if virtual_clock else lambda _: None)
        self._front.start()
        self._front.write_authority(self._folder / "authority.pem")
        self._database = Database.start()
        self._mariadb = MariaDb()
        self._surroundings = Surroundings(
            home,
            self._folder,
            {**self._database.environment(), **variables},
            self._folder / "authority.pem",
            expression_engine,
        )
        self._workflows: dict[str, Mapping[str, Any]] = {}
        self._files: dict[str, bytes] = {}
        self._credentials: dict[str, Mapping[str, Any]] = {}
        self._published: set[str] = set()
        self.form_login: tuple[str, str] | None = None
        self._starting = Lock()
        self._process: ServerProcess | None = None
        self._workers: list[Worker] = []
        try:
            self._boot()
            self._rest.set_up_owner()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where the server listens, for webhooks and for a person who wants to look."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._running().process.pid

    @property
    def begun(self) -> tuple[Begun, ...]:
        """Every execution so far, in order, also those of sub-workflows and error workflows."""
        return tuple(self._control.begun)

    # ---------------------------------------------------------------------------------------------- life

    def close(self) -> None:
        """Stop everything and forget all data."""
        for worker in self._workers:
            worker.kill()
        if self._process is not None:
            self._process.kill()
        self._control.close()
        self._front.stop()
        self._database.stop()
        self._mariadb.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """End the server at once, in the middle of whatever it does. `restart` brings it back, with its database."""
        self._running().kill()

    def restart(self) -> None:
        """Start the server again, killing it first if need be: published workflows are active again."""
        self._running().kill()
        self._boot()
        self._rest.sign_in()

    @contextmanager
    def attached(
        self, handle: Handle, hosts: Sequence[str], clock: VirtualClock | None = None
    ) -> Iterator[list[Stray]]:
        """Let a world answer for these hosts, and its clock rule the engine, while the context lasts.

        Gives the list of stray connections, filled while it lasts. Raises the first exception that `handle` raised.
        The clock must tick; it is left out where the engine runs on the real clock.
        """
        if self._virtual != (clock is not None):
            raise ValueError("give a clock exactly where the engine has a virtual one")
        strays = self._control.strays = []
        self._front.failures.clear()
        self._front.handle = handle
        self._control.follow(clock)
        for control in (self._control, *(worker.control for worker in self._workers if worker.alive())):
            control.set_hosts(frozenset(hosts))
        try:
            yield strays
        finally:
            with suppress(EngineFailure):  # the whole server was killed
                self.kill_running()
            self._front.wait_until_idle()
            self._control.follow(None)
            self._front.handle = _nobody
            strays[:] = [stray for stray in strays if not stray.host.endswith(_OWN_HOSTS)]
        if self._front.failures:
            raise self._front.failures[0]

    def start_worker(self) -> Worker:
        """Start a worker of queue mode (about 10 s); it takes runs until it is killed, and dies with the server."""
        worker = Worker.start(self._surroundings, f"worker-{len(self._workers) + 1}", self._front.port, self._control)
        self._workers.append(worker)
        return worker

    # ----------------------------------------------------------------------------------------- contents

    def put_credentials(self, credentials: Sequence[Mapping[str, Any]]) -> None:
        """Import credentials under the ids that workflows refer to, by n8n's own command (about 4 s for all).

        Nothing happens where the engine has all of them as they are.
        """
        if all(self._credentials.get(str(one["id"])) == one for one in credentials):
            return
        path = self._folder / "credentials.json"
        path.write_text(json.dumps(list(credentials)))
        try:
            self._surroundings.run("import:credentials", f"--input={path}")
        finally:
            path.unlink()
        self._credentials |= {str(one["id"]): one for one in credentials}

    def holds(self, data: bytes, *, published: bool = True) -> bool:
        """Whether exactly this file was the last one put under its id, by whoever uses the server, and is live."""
        own = str(json.loads(data)["id"])
        return self._files.get(own) == data and (own in self._published or not published)

    def put_workflow(self, data: bytes) -> str:
        """Create a workflow under the id in its file, or replace the one that is there; gives the id.

        Raises `EngineFailure` when the graph that the engine stored is not the one in the file.
        """
        workflow = json.loads(data)
        if not self._release.takes_ids and self._rest.workflow(workflow["id"]) is None:
            self._import(data)
        stored = self._rest.save_workflow(workflow)
        if not _same_graph(stored, workflow):
            raise EngineFailure(f"workflow {workflow['id']}: the engine stored another graph than the file has")
        self._workflows[workflow["id"]] = workflow
        self._files[str(workflow["id"])] = data
        return str(workflow["id"])

    def publish(self, workflow_id: str) -> None:
        """Publish the stored version: its triggers are live at once."""
        self._rest.activate(workflow_id)
        self._published.add(workflow_id)

    def unpublish(self, workflow_id: str) -> None:
        """Take a workflow's triggers down."""
        self._rest.deactivate(workflow_id)
        self._published.discard(workflow_id)

    def put_table(self, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]] = ()) -> None:
        """Make a Data Table (column → type) with these rows in place of one of the same name; no columns: make none."""
        self._rest.put_table(name, columns, rows)

    def table_rows(self, name: str) -> list[dict[str, Any]]:
        """Read the rows of a Data Table, oldest first."""
        return self._rest.table_rows(name)

    def put_usage(self, credential: str, statements: str) -> None:
        """Run SQL in a database of a user, beside the server's own: the one behind n8n's credential of this type."""
        self._usage(credential).put_usage(statements)

    def usage_credential(self, credential: str) -> Mapping[str, Any]:
        """Give what n8n's credential of this type for that database holds; nothing where it is none of a database."""
        return self._usage(credential).credential() if credential in DATABASES else {}

    def command(self, *arguments: str) -> str:
        """Run n8n's own command line on this server's database, for instance `import:workflow`; gives its output."""
        return self._surroundings.run(*arguments)

    # --------------------------------------------------------------------------------------------- runs

    def run(
        self, workflow_id: str, trigger: str, data: Mapping[str, str] | None = None, timeout_s: float = 60
    ) -> Execution:
        """Start a workflow from one of its trigger nodes and wait until it has ended.

        A manual trigger is pressed in the editor's way; schedules and forms belong to the published workflow: a
        schedule fires, a form is filled in with `data` (by label) and sent.
        """
        return self.wait(self.start(workflow_id, trigger, data), timeout_s)

    def start(self, workflow_id: str, trigger: str, data: Mapping[str, str] | None = None) -> str:
        """Start as `run` does; gives the id of the execution at once."""
        node = trigger_of(self._workflow(workflow_id), trigger)
        with self._starting:
            before = len(self._control.begun)
            known = self._pull_when_live(workflow_id, node, data or {})
            begun = known or self._control.wait_until_begun(before, workflow_id, node.modes, _BEGIN_S)
        if begun is None:
            raise EngineFailure(
                f"workflow {workflow_id} did not start from {trigger!r}\n{self._running().last_lines()}"
            )
        return begun

    def call_webhook(
        self,
        workflow_id: str,
        path: str,
        method: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> tuple[Execution, int, bytes]:
        """Send a request to a published webhook and wait until its run has ended; gives status and body as well."""
        before, give_up = len(self._control.begun), time.monotonic() + _LIVE_S
        while True:
            try:
                status, answer = self._rest.call_webhook(path, method, query, headers, body)
                break
            except NotLive:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_POLL_S)
        if answer in _REFUSED_AT_THE_DOOR:
            return Execution("", workflow_id, "success"), status, answer
        begun = self._control.wait_until_begun(before, workflow_id, frozenset({"webhook"}), _BEGIN_S)
        if begun is None:
            raise EngineFailure(f"the webhook {path} answered {status} without a run\n{self._running().last_lines()}")
        return self.wait(begun), status, answer

    def send(self, path: str, method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send a request without a body to a published webhook; gives status and body, and waits for no run."""
        return self._rest.call_webhook(path, method, query, headers, b"")

    def wait(self, execution_id: str, timeout_s: float = 60) -> Execution:
        """Wait until an execution has ended and is stored, or raise `EngineFailure`."""
        if not self._control.wait_until_ended(execution_id, timeout_s):
            self.cancel(execution_id)
            raise EngineFailure(f"execution {execution_id} did not end within {timeout_s:g} s; it was stopped")
        give_up = time.monotonic() + _STORE_S
        while time.monotonic() < give_up:
            stored = self._rest.execution(execution_id)
            if stored is None and self._control.ended_as(execution_id) == "success":
                return Execution(execution_id, "", "success")
            if stored and stored["status"] in ENDED:
                return Execution.read(stored)
            time.sleep(_POLL_S)
        raise EngineFailure(f"execution {execution_id} ended, but was never stored\n{self._running().last_lines()}")

    def wait_for_handler(self, before: int, workflow_id: str) -> Execution:
        """Wait for the end of the error workflow that a failed run among `begun[before:]` sets off."""
        begun = self._control.wait_until_begun(before, workflow_id, frozenset({"error"}), _BEGIN_S)
        if begun is None:
            raise EngineFailure(f"no run of the error workflow {workflow_id} began\n{self._running().last_lines()}")
        return self.wait(begun)

    def execution(self, execution_id: str) -> Execution:
        """Read what is stored about an execution now."""
        stored = self._rest.execution(execution_id)
        if stored is None:
            raise EngineFailure(f"execution {execution_id} is not stored")
        return Execution.read(stored)

    def cancel(self, execution_id: str) -> None:
        """Stop an execution, as a person does: no node starts any more; a request in flight is not called back."""
        self._rest.stop(execution_id)

    def cancel_all(self) -> None:
        """Stop every execution that runs now, children too: they would go on without their parent."""
        for execution_id in self._control.running():
            with suppress(EngineFailure):  # it has just ended
                self.cancel(execution_id)

    def kill_running(self) -> None:
        """Let everything that runs now die as in a crash, without the server: seconds are saved, nothing else differs.

        Connections break, no further request is made, no wait or try again ends; unlike after `cancel`, where a node
        finishes what it has begun. May be called from within the world, which then raises `NoAnswer("reset")`.
        """
        self._control.kill(self._control.running())
        self.cancel_all()

    def retry(self, execution_id: str, timeout_s: float = 60) -> Execution:
        """Retry a failed stored execution by hand, with the workflow as it was then, and wait for its end."""
        workflow_id = self.execution(execution_id).workflow_id
        with self._starting:
            before = len(self._control.begun)
            self._rest.retry(execution_id)
            begun = self._control.wait_until_begun(before, workflow_id, frozenset({"retry"}), _BEGIN_S)
        if begun is None:
            raise EngineFailure(f"execution {execution_id} was not retried\n{self._running().last_lines()}")
        return self.wait(begun, timeout_s)

    # ---------------------------------------------------------------------------------------- innards

    def _import(self, data: bytes) -> None:
        path = self._folder / "workflow.json"
        path.write_bytes(data)
        try:
            self._surroundings.run("import:workflow", f"--input={path}")
        finally:
            path.unlink()

    def _boot(self) -> None:
        self._port = free_port()
        self._rest = Rest(self.url)
        self._process = self._surroundings.start_server(
            self._port, self._control.port, self._front.port, virtual=self._virtual
        )
        give_up = time.monotonic() + _START_S
        while not self._rest.is_ready():
            if not self._process.alive() or time.monotonic() > give_up:
                raise EngineFailure(f"the n8n server did not come up\n{self._process.last_lines()}")
            time.sleep(0.1)
        self._control.watch()

    def _pull_when_live(self, workflow_id: str, trigger: Trigger, data: Mapping[str, str]) -> str | None:
        give_up = time.monotonic() + (_LIVE_S if workflow_id in self._published else 0)
        while True:
            try:
                return self._pull(workflow_id, trigger, data)
            except NotLive:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_POLL_S)

    def _pull(self, workflow_id: str, trigger: Trigger, data: Mapping[str, str]) -> str | None:
        if trigger.kind == "schedule":
            if not self._control.fire_schedule(workflow_id, trigger.node_id):
                raise NotLive(
                    f"the schedule {trigger.name!r} of workflow {workflow_id} is not active; is it published?"
                )
        elif trigger.kind == "form":
            self._rest.submit_form(trigger.path, trigger.fields(data), self.form_login)
        else:
            return self._rest.run(workflow_id, {"name": trigger.name})
        return None

    def _usage(self, credential: str) -> Database | MariaDb:
        """Give the database behind a type of credential; that of PostgreSQL is the engine's own."""
        if credential not in DATABASES:
            raise EngineFailure(f"no replay has a database behind n8n's credential {credential}")
        return self._database if credential == "postgres" else self._mariadb

    def _workflow(self, workflow_id: str) -> Mapping[str, Any]:
        if workflow_id not in self._workflows:
            stored = self._rest.workflow(workflow_id)
            if stored is None:
                raise EngineFailure(f"the engine has no workflow {workflow_id}")
            self._workflows[workflow_id] = stored
        return self._workflows[workflow_id]

    def _running(self) -> ServerProcess:
        if self._process is None:
            raise EngineFailure("the n8n server is not running")
        return self._process


def _same_graph(stored: Mapping[str, Any], workflow: Mapping[str, Any]) -> bool:
    """Compare what was put in with what the engine keeps; it gives some nodes a `webhookId` that lack one."""
    nodes = [{**node, **_given_id(kept, node)} for kept, node in zip(stored["nodes"], workflow["nodes"], strict=True)]
    return bool(stored["nodes"] == nodes and stored["connections"] == workflow["connections"])


def _given_id(kept: Mapping[str, Any], node: Mapping[str, Any]) -> dict[str, Any]:
    return {"webhookId": kept["webhookId"]} if "webhookId" in kept and "webhookId" not in node else {}


def _nobody(request: Request) -> Response:
    raise EngineFailure(f"no world is attached: {request.method} {request.host}{request.path}")
