"""Where tests put down what a case left behind on one platform, so that the other's test can compare it.

Tests of one session run in several processes and in any order: the second of the two compares.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

from generator.replay.command import unlike
from generator.replay.matrix import Row


@dataclass(frozen=True)
class Shelf:
    """A folder that all processes of one test session share."""

    folder: Path

    def compare(self, row: Row) -> list[str]:
        """Put a row down, and say where it differs from the same case on the other platforms, as far as they are in."""
        self.folder.mkdir(exist_ok=True)
        self._write(row)
        others = {engine: self._read(row, engine) for engine in ("make", "n8n", "n8n-native") if engine != row.engine}
        if row.engine != "make":
            return list(unlike(row, others["make"])) if others["make"] else []
        return [words for other in others.values() if other for words in unlike(other, row)]

    def _path(self, row: Row, engine: str) -> Path:
        return self.folder / f"{row.case}-{row.mode}-{engine}.pickle"

    def _write(self, row: Row) -> None:
        path = self._path(row, row.engine)
        part = path.with_suffix(".part")
        part.write_bytes(pickle.dumps(row))
        part.replace(path)

    def _read(self, row: Row, engine: str) -> Row | None:
        path = self._path(row, engine)
        found: Row | None = pickle.loads(path.read_bytes()) if path.is_file() else None
        return found
