"""Brings n8n's own node descriptions from a cache, an installed engine or the package index.

Their licence forbids shipping them. No rule comes here: a command does, and hands on what it got.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

from generator import resources
from generator.checking.document import Json, as_dict, as_list
from generator.checking.n8n_catalogue import LINES, Catalogue, Line
from generator.errors import OutsideWorld, installing
from generator.mapping.findings import Finding, Level, Place
from generator.mapping.rules import Rule
from generator.nodejs import npm

UNAVAILABLE = Rule(
    "n8n.descriptions-missing",
    Level.WARNING,
    "n8n's node descriptions are neither installed nor could they be fetched: node types, parameters and ports "
    "stay unchecked",
    "connect to a package index once, or install the engine: `python -m generator engine install`",
)

_PACKAGE = "n8n-nodes-base"
_KEPT = {
    *("name", "type", "default", "required", "displayOptions", "typeOptions", "options", "values", "value", "modes"),
    *("properties", "version", "credentials", "inputs", "outputs", "usableAsTool"),
}
_FETCH_SECONDS = 180
_NPM = (
    "--loglevel=error",
    "--ignore-scripts",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=2000",
)
"""Without a network npm would try for minutes."""
_FORMAT = 1
"""Raise it when `_KEPT` changes, so that what older versions cached is fetched anew."""


Fetch = Callable[[Line, Path], Path]
"""Bring the package of a line into a folder and give the path of its archive; raises OutsideWorld."""


def catalogues(cache: Path | None = None, fetch: Fetch | None = None) -> tuple[list[Catalogue], list[Finding]]:
    """Load every line from the cache, an installed engine or the package index; findings say what is missing."""
    root = cache or resources.kept()
    found: list[Catalogue] = []
    findings: list[Finding] = []
    for line in LINES:
        try:
            found.append(Catalogue.of(line, _descriptions(line, root, fetch or _npm_pack)))
        except (OutsideWorld, OSError) as error:
            findings.append(UNAVAILABLE.at(Place(""), f"no node descriptions of {line.name}: {error}"))
    return found, findings


def _descriptions(line: Line, root: Path, fetch: Fetch) -> list[Json]:
    kept = root / f"node-descriptions-{_FORMAT}" / f"{line.version}.json"
    try:
        return cast("list[Json]", json.loads(kept.read_bytes()))
    except (OSError, ValueError):
        descriptions = [_slim(value) for value in _installed(line, root) or _fetched(line, fetch)]
        _write(kept, json.dumps(descriptions, separators=(",", ":")).encode())
        return descriptions


def _installed(line: Line, root: Path) -> list[Json] | None:
    """Read the descriptions of an installed engine of this line, if there is one below the cache."""
    for depth in ("*", "*/*", "*/*/*"):
        for package in root.glob(f"{depth}/node_modules/{_PACKAGE}/package.json"):
            if as_dict(json.loads(package.read_bytes())).get("version") == line.version:
                return as_list(json.loads((package.parent / "dist/types/nodes.json").read_bytes()))
    return None


def _fetched(line: Line, fetch: Fetch) -> list[Json]:
    with tempfile.TemporaryDirectory(prefix="tokentill-") as folder:
        archive = fetch(line, Path(folder))
        try:
            with tarfile.open(archive) as files:
                member = files.extractfile("package/dist/types/nodes.json")
                return as_list(json.loads(member.read())) if member else []
        except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
            raise OutsideWorld(f"{_PACKAGE}@{line.version} is not the archive we know: {error}") from error


def _npm_pack(line: Line, folder: Path) -> Path:
    command = npm()
    if command is None:
        raise OutsideWorld(f"npm is not installed; the extra `replay` brings it: {installing('replay')}")
    wanted = f"{_PACKAGE}@{line.version}"
    arguments = [*command, "pack", wanted, "--pack-destination", str(folder), *_NPM]
    try:
        done = subprocess.run(
            arguments, cwd=folder, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise OutsideWorld(f"npm did not bring {wanted} within {_FETCH_SECONDS} s") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or not archives:
        said = " ".join(done.stderr.split())[:160]
        raise OutsideWorld(f"npm could not bring {wanted} (exit {done.returncode}): {said}".rstrip(": "))
    return archives[0]


def _slim(value: Json) -> Json:
    """Keep the parts of a description that rules read: a third of its size."""
    if isinstance(value, list):
        return [_slim(item) for item in value]
    if not isinstance(value, dict):
        return value
    free = {"displayOptions", "default", "typeOptions", "usableAsTool"}
    return {key: inner if key in free else _slim(inner) for key, inner in value.items() if key in _KEPT}


def _write(path: Path, content: bytes) -> None:
    """Put a file in place whole or not at all, so that two runs at once do not meet half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
