"""A running n8n: workflows go in as files, are published and run as a user would, and reach only the replay's world."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from generator.errors import EngineFailure
from generator.replay.clock import VirtualClock
from generator.replay.n8n.control import Control, Stray
from generator.replay.n8n.install import CURRENT, Progress, Release, ensure_engine
from generator.replay.n8n.library import Library
from generator.replay.n8n.mariadb import MariaDb
from generator.replay.n8n.process import ExpressionEngine, ServerProcess, Surroundings, free_port
from generator.replay.n8n.rest import Rest
from generator.replay.n8n.runs import Runs
from generator.replay.n8n.tables import first_database
from generator.replay.n8n.tls import Front, Handle
from generator.replay.n8n.worker import Worker
from generator.stripe_mock.exchange import Request, Response

NO_OTHERS: Mapping[str, str] = {}
_START_S = 120.0
_POLL_S = 0.1
# Calls home that the engine makes by itself; refused like all others, but no fault of a workflow.
_OWN_HOSTS = (".n8n.io",)


class N8nServer:
    """A pinned engine, started once and used for many cases: `library` is what is stored on it, `runs` what it does.

    `virtual_clock` lets its `Date` and waits follow the clock given to `attached`; it needs the `legacy` expression
    engine, since the default one reads a clock of its own. `variables` are further ones of its processes: those of
    queue mode, in which runs wait for a worker, or Node's own. `patience_s` is how long a run may take.
    """

    def __init__(
        self,
        *,
        expression_engine: ExpressionEngine = "legacy",
        virtual_clock: bool = True,
        variables: Mapping[str, str] = NO_OTHERS,
        patience_s: float = 180.0,
        release: Release = CURRENT,
        on_progress: Progress = lambda _: None,
    ) -> None:
        if virtual_clock and expression_engine != "legacy":
            raise ValueError("the virtual clock needs expression_engine='legacy'")
        home = ensure_engine(on_progress, release)
        self._virtual = virtual_clock
        self._folder = Path(tempfile.mkdtemp(prefix="tokentill-n8n-"))
        self._control = Control()
        self._front = Front(_nobody, self._control.tell_silence if virtual_clock else lambda _: None)
        self._front.start()
        self._front.write_authority(self._folder / "authority.pem")
        self._database = first_database(home, on_progress)
        self._mariadb = MariaDb()
        self._surroundings = Surroundings(
            home,
            self._folder,
            {**self._database.environment(), **variables},
            self._folder / "authority.pem",
            expression_engine,
        )
        self._port = free_port()
        self._rest = Rest(self.url)
        self._process: ServerProcess | None = None
        self._workers: list[Worker] = []
        self.library = Library(self._rest, self._surroundings, release, self._database, self._mariadb)
        self.runs = Runs(self._control, self._rest, self.library, patience_s, lambda: self._running().last_lines())
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
        self._port = free_port()
        self._rest.turn_to(self.url)
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
                self.runs.kill_running()
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

    def command(self, *arguments: str) -> str:
        """Run n8n's own command line on this server's database, for instance `import:workflow`; gives its output."""
        return self._surroundings.run(*arguments)

    def _boot(self) -> None:
        self._process = self._surroundings.start_server(
            self._port, self._control.port, self._front.port, virtual=self._virtual
        )
        give_up = time.monotonic() + _START_S
        while not self._rest.is_ready():
            if not self._process.alive() or time.monotonic() > give_up:
                raise EngineFailure(f"the n8n server did not come up\n{self._process.last_lines()}")
            time.sleep(_POLL_S)
        self._control.watch()

    def _running(self) -> ServerProcess:
        if self._process is None:
            raise EngineFailure("the n8n server is not running")
        return self._process


def _nobody(request: Request) -> Response:
    raise EngineFailure(f"no world is attached: {request.method} {request.host}{request.path}")
