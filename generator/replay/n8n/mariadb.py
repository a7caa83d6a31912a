"""A user's MariaDB beside the engine: Debian's own server in a throw-away folder, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from getpass import getuser
from pathlib import Path
from typing import Any

from generator.errors import EngineFailure
from generator.replay.n8n.database import USAGE
from generator.replay.n8n.process import free_port

_PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb")
_FOLDERS = "/usr/sbin:/usr/local/sbin:/sbin"
_LOGIN = {"user": "usage", "password": "fake-usage-password-0001"}
_START_S = 60.0
# As in the engine's own database: nothing here must outlive the machine's next crash.
_CARELESS = ("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--skip-log-bin")


def missing() -> str:
    """Say what is not installed, and what to do; empty where everything is there."""
    lacks = [name for name in _PROGRAMS if _program(name) is None]
    return f"{', '.join(lacks)} not found: install MariaDB (Debian: mariadb-server)" if lacks else ""


class MariaDb:
    """A server that listens on loopback, started when usage is first put into it (about 3 s)."""

    def __init__(self) -> None:
        self._port = free_port()
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def credential(self) -> dict[str, Any]:
        """Give what a person types into n8n's *MySQL* credential to reach the usage table."""
        where = {"host": "127.0.0.1", "port": self._port, "database": USAGE, "ssl": False, "connectTimeout": 10000}
        return {**where, **_LOGIN}

    def put_usage(self, statements: str) -> None:
        """Run SQL in the database of usage. Raises `EngineFailure` where MariaDB is not installed or refuses."""
        if self._folder is None:
            self._start()
        self._run(statements)

    def stop(self) -> None:
        """Stop it and forget its data."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        if words := missing():
            raise EngineFailure(words)
        folder = self._folder = Path(tempfile.mkdtemp(prefix="tokentill-my-"))
        # The name of a temporary table holds the process's number and little else: two servers must not share a folder.
        data = ("--no-defaults", f"--datadir={folder / 'data'}", f"--tmpdir={folder}", f"--user={getuser()}")
        made = ("--auth-root-authentication-method=normal", "--skip-test-db")
        _call([_sure("mariadb-install-db"), *data, *made], "MariaDB could not make its folder")
        first = folder / "first.sql"
        first.write_text(_first_statements(), encoding="utf-8")
        where = (f"--socket={self._socket}", f"--pid-file={folder / 'pid'}", "--bind-address=127.0.0.1")
        command = [_sure("mariadbd"), *data, *where, f"--port={self._port}", *_CARELESS, f"--init-file={first}"]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait(self._process, folder / "log")

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        give_up = time.monotonic() + _START_S
        while time.monotonic() < give_up and process.poll() is None:
            with suppress(EngineFailure):
                return self._run("SELECT 1")
            time.sleep(0.1)
        raise EngineFailure(f"MariaDB did not come up\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")

    @property
    def _socket(self) -> str:
        return f"{self._folder}/socket"

    def _run(self, statements: str) -> None:
        client = [_sure("mariadb"), "--no-defaults", "--default-character-set=utf8mb4", "--user=root"]
        _call([*client, f"--socket={self._socket}", USAGE], "MariaDB refused a statement", statements)


def _call(command: list[str], failed: str, given: str = "") -> None:
    done = subprocess.run(command, input=given, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise EngineFailure(f"{failed}\n{done.stdout.strip()}")


def _first_statements() -> str:
    user = f"'{_LOGIN['user']}'@'127.0.0.1'"
    return (
        f"CREATE DATABASE {USAGE} CHARACTER SET utf8mb4;\n"
        f"CREATE USER {user} IDENTIFIED BY '{_LOGIN['password']}';\n"
        f"GRANT SELECT ON {USAGE}.* TO {user};\n"
    )


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=_FOLDERS)


def _sure(name: str) -> str:
    found = _program(name)
    if found is None:
        raise EngineFailure(missing())
    return found
