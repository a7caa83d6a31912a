"""Rendered files on disk: compared, or written all or nothing."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from generator.mapping.findings import Finding, Level, Place
from generator.mapping.rules import Rule
from generator.rendering.registry import OWN

STALE = Rule(
    "build.out-of-date",
    Level.ERROR,
    "a rendered file differs from what `build` would write",
    "Run: python -m generator build",
)


LEFT_OVER = Rule(
    "build.left-over",
    Level.WARNING,
    "a rendered file is there that this mapping does not render: a second run of it would bill the same usage",
    "delete the file, and the workflow on n8n or the scenario on Make if it was imported",
)


def left_over(files: Mapping[str, bytes], folder: Path) -> list[Finding]:
    """List the files of runs in a folder that a mapping once had and has no more: of other sources, or of one alone."""
    there = {path.relative_to(folder).as_posix() for name in OWN for path in (folder / name).glob("*.json")}
    ours = re.compile("|".join(rf"{name}/{stem}(-[a-z0-9-]+)?\.json" for name, stems in OWN.items() for stem in stems))
    return [
        LEFT_OVER.at(Place((folder / name).as_posix()), f"{name} is of a run that this mapping does not have")
        for name in sorted(there - files.keys())
        if ours.fullmatch(name)
    ]


def stale(files: Mapping[str, bytes], folder: Path, command: str = "python -m generator build") -> list[Finding]:
    """List the files that are missing in a folder or differ there."""
    return [
        Finding(
            STALE.name,
            STALE.level,
            Place((folder / name).as_posix()),
            f"{name} is {state}. Run: {command}",
            fixable=True,
        )
        for name, content in files.items()
        if (state := _state(folder / name, content))
    ]


def write(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Write what differs, and say which files that were; an error on the way leaves every file as it was."""
    changed = [name for name, content in files.items() if _state(folder / name, content)]
    staged: list[tuple[Path, Path]] = []
    for name in changed:
        if (target := folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    try:
        for name in changed:
            staged.append((_staged(folder / name, files[name]), folder / name))
        for ready, target in staged:
            ready.replace(target)
    finally:
        for ready, _ in staged:
            ready.unlink(missing_ok=True)
    return changed


def _state(path: Path, content: bytes) -> str:
    if not path.is_file():
        return "missing"
    return "" if path.read_bytes() == content else "out of date"


def _staged(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        error.filename = str(target)
        raise
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    path = Path(name)
    path.chmod(0o644)
    return path
