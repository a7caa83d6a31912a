"""Processes of the engine: the server and single commands, in one quiet, headless environment."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from generator.errors import EngineFailure
from generator.replay.n8n.install import EngineHome

ExpressionEngine = Literal["legacy", "default"]

_COMMAND_S = 180
_SHOWN_LINES = 40
_QUIET = {
    "GENERIC_TIMEZONE": "UTC",
    "TZ": "UTC",
    "N8N_ENCRYPTION_KEY": "replay-only-encryption-key",
    "N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS": "true",
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_TEMPLATES_ENABLED": "false",
    "N8N_PERSONALIZATION_ENABLED": "false",
    "N8N_HIRING_BANNER_ENABLED": "false",
    "N8N_PUBLIC_API_DISABLED": "true",
    "N8N_COMMUNITY_PACKAGES_ENABLED": "false",
    "N8N_SECURE_COOKIE": "false",
    "N8N_LISTEN_ADDRESS": "127.0.0.1",
    # The virtual clock jumps by weeks: nothing that the engine stored may look outdated.
    "EXECUTIONS_DATA_PRUNE": "false",
    "EXECUTIONS_DATA_MAX_DISPLAY_SIZE": "1000000000",
    "N8N_USER_MANAGEMENT_JWT_DURATION_HOURS": "87600",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that processes of one engine share: folder, services, authority, and which ports they use."""

    home: EngineHome
    folder: Path
    services: Mapping[str, str]
    """The variables by which they find the database and the queue, and further ones of a caller's."""
    authority: Path
    expression_engine: ExpressionEngine

    def environment(self) -> dict[str, str]:
        """Give the variables of one process, with a free port for its task broker."""
        kept = {name: value for name, value in os.environ.items() if not _disturbs(name)}
        path = os.pathsep.join([str(self.home.node.program.parent), kept.get("PATH", "")])
        chosen = {"N8N_EXPRESSION_ENGINE": "legacy"} if self.expression_engine == "legacy" else {}
        own = {
            "PATH": path,
            "N8N_USER_FOLDER": str(self.folder),
            "NODE_EXTRA_CA_CERTS": str(self.authority),
            "NODE_COMPILE_CACHE": str(self.home.folder / "compile-cache"),
            "N8N_RUNNERS_BROKER_PORT": str(free_port()),
        }
        return {**kept, **_QUIET, **self.services, **chosen, **own}

    def run(self, *arguments: str) -> str:
        """Run one command of n8n's own command line to its end; gives its output, raises `EngineFailure`."""
        command = [str(self.home.node.program), str(self.home.program), *arguments]
        try:
            done = subprocess.run(
                command,
                env=self.environment(),
                timeout=_COMMAND_S,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        except subprocess.TimeoutExpired as error:
            raise EngineFailure(f"n8n {arguments[0]} did not end within {_COMMAND_S} s") from error
        if done.returncode:
            raise EngineFailure(f"n8n {arguments[0]} ended with {done.returncode}\n{_last_lines(done.stdout)}")
        return done.stdout

    def start_server(self, port: int, control: int, world: int, *, virtual: bool) -> ServerProcess:
        """Start `n8n start` with our preload, in a process group of its own."""
        preload = {"control": control, "world": world, "virtual": virtual}
        return self._start(("start",), self.folder / "server.log", preload, {"N8N_PORT": str(port)})

    def start_worker(self, name: str, port: int, control: int, world: int) -> ServerProcess:
        """Start `n8n worker` likewise; its health can be asked at the port."""
        preload = {"control": control, "world": world, "virtual": False}
        health = {"QUEUE_HEALTH_CHECK_ACTIVE": "true", "QUEUE_HEALTH_CHECK_PORT": str(port)}
        return self._start(("worker",), self.folder / f"{name}.log", preload, health)

    def _start(
        self, command: Sequence[str], log: Path, settings: Mapping[str, object], own: Mapping[str, str]
    ) -> ServerProcess:
        preload = files("generator.replay.n8n") / "preload.js"
        program = [str(self.home.node.program), "--require", str(preload), str(self.home.program), *command]
        with log.open("ab") as output:
            process = subprocess.Popen(
                program,
                env={**self.environment(), **own, "TOKENTILL_PRELOAD": json.dumps(settings)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return ServerProcess(process, log)


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running process of n8n and what it wrote."""

    process: subprocess.Popen[bytes]
    log: Path

    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self.process.poll() is None

    def last_lines(self) -> str:
        """Give the end of its log, for a message about a failure."""
        return _last_lines(self.log.read_text(errors="replace"))

    def kill(self) -> None:
        """End the whole process group at once, as a crash of the machine would."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


def _disturbs(name: str) -> bool:
    return name.startswith(("N8N_", "DB_", "NODE_", "EXECUTIONS_", "QUEUE_")) or name.upper().endswith("_PROXY")


def free_port() -> int:
    """Find a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_lines(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-_SHOWN_LINES:])
