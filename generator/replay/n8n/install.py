"""Install a pinned n8n engine from npm into the user's cache, once.

The lock file of its line (`engine/`) pins every package by version and checksum, without addresses, so that it comes
from whatever registry the user's npm is set to. No install script is run: nothing is compiled.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from generator import resources
from generator.errors import EngineFailure
from generator.replay.n8n.node import Node, bundled_node

Progress = Callable[[str], None]

_MANIFESTS = ("package.json", "package-lock.json")
_STAMP = "installed"
# `npm ci` refuses a lock without the optional packages of other platforms; `install` obeys the same lock.
_INSTALL = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
_SHOWN_LINES = 15


@dataclass(frozen=True, slots=True)
class Release:
    """A pinned version of n8n; its lock lies in the folder of its line."""

    line: str
    version: str
    disk: str
    """What it takes on disk, in words."""
    takes_ids: bool = True
    """Its own interface creates a workflow under the id in the file; else only its command line does."""

    def manifest(self, name: str) -> bytes:
        """Read a file by which npm installs it."""
        return (files("generator.replay.n8n") / "engine" / self.line / name).read_bytes()


CURRENT = Release("2", "2.41.1", "2.9 GB")
"""What the replay runs."""
OLDER = Release("1", "1.123.81", "1.7 GB", takes_ids=False)
"""The line before it, which many still use."""
RELEASES = {release.line: release for release in (OLDER, CURRENT)}


@dataclass(frozen=True, slots=True)
class EngineHome:
    """An installed engine: its folder and the Node that runs it."""

    folder: Path
    node: Node

    @property
    def program(self) -> Path:
        """The script that `node` runs as the `n8n` command."""
        return self.modules / "n8n" / "bin" / "n8n"

    @property
    def modules(self) -> Path:
        """The folder of the installed packages."""
        return self.folder / "node_modules"


def is_installed(release: Release = CURRENT) -> bool:
    """Tell whether `ensure_engine` would return at once."""
    return (engine_folder(release) / _STAMP).is_file()


def engine_folder(release: Release = CURRENT) -> Path:
    """Name the folder of an engine, by its lock; `TOKENTILL_CACHE` moves its parent."""
    digest = hashlib.sha256(b"".join(release.manifest(name) for name in _MANIFESTS)).hexdigest()
    return resources.kept() / f"engine-{digest[:12]}"


def ensure_engine(on_progress: Progress = lambda _: None, release: Release = CURRENT) -> EngineHome:
    """Install an engine unless it is there: some GB and some minutes; a second call returns at once.

    Two processes may call it at the same time: one installs, the other waits. Raises `EngineFailure`.
    """
    home = EngineHome(engine_folder(release), bundled_node())
    if is_installed(release):
        return home
    home.folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(home.folder.with_suffix(".lock"), on_progress):
        if not is_installed(release):
            _install(release, home, on_progress)
    return home


def _install(release: Release, home: EngineHome, on_progress: Progress) -> None:
    """Install beside the final folder and rename, so that an interrupted install is never taken for a whole one."""
    on_progress(f"Installing n8n {release.version} into {home.folder} ({release.disk}, a few minutes)")
    workshop = Path(tempfile.mkdtemp(prefix=f"{home.folder.name}-", suffix=".part", dir=home.folder.parent))
    try:
        for name in _MANIFESTS:
            (workshop / name).write_bytes(release.manifest(name))
        _run_npm(release, home.node, workshop)
        _expect_engine(workshop)
        (workshop / _STAMP).write_text(f"{release.version}\n")
        shutil.rmtree(home.folder, ignore_errors=True)
        workshop.rename(home.folder)
    except OSError as error:
        advice = f"free {release.disk} at {home.folder.parent}, or set TOKENTILL_CACHE to another folder"
        raise EngineFailure(f"n8n {release.version} could not be installed: {error}\n  {advice}") from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    on_progress(f"Installed n8n {release.version}")


def _run_npm(release: Release, node: Node, folder: Path) -> None:
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.program.parent), os.environ.get("PATH", "")])}
    done = subprocess.run(
        node.npm(*_INSTALL), cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        lines = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-_SHOWN_LINES:])
        raise EngineFailure(
            f"n8n {release.version} could not be installed: npm ended with {done.returncode}\n{lines}\n"
            "  check that npm's registry is reachable (npm config get registry), then run again"
        )


def _expect_engine(folder: Path) -> None:
    if not EngineHome(folder, bundled_node()).program.is_file():
        raise EngineFailure(f"npm ended well, but {folder} holds no n8n\n  run again; if it stays, clear npm's cache")


@contextmanager
def locked(path: Path, on_progress: Progress) -> Iterator[None]:
    """Hold a lock of a file, which dies with its process."""
    import fcntl  # not on Windows, where asking `is_installed` must still work

    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_progress("Waiting for another process that prepares the engine")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
