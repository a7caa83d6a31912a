"""Hunt a change inside code with the unit tests of that code: they call its functions without any workflow."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from generator import resources

from .mutants import Mutant
from .scopes import scopes

_ROOT = Path(__file__).parents[2]
_TESTS = "tests/unit/code"
_TIMEOUT_S = 180
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.M)


def caught(mutant: Mutant, content: bytes) -> str:
    """Name the first unit test that fails under a change of this file; empty if none does, or it is not in code."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        copytree(resources.templates() / "code", folder / "code")
        copytree(resources.sources(), folder / "sources", ignore=lambda *_: ["__pycache__"])
        if not _changed(mutant, content, folder):
            return ""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", _TESTS]
        environment = {**os.environ, "TOKENTILL_TEST_CODE": made, "PYTHONPATH": str(_ROOT)}
        try:
            done = subprocess.run(
                command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            return "the tests did not end"
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"the unit tests of the code could not be run: {done.stdout[-500:]}{done.stderr[-500:]}")
    found = _FAILED.search(done.stdout)
    return found.group(1) if done.returncode and found else ""


def _changed(mutant: Mutant, content: bytes, folder: Path) -> bool:
    """Make the change in the one file that holds this declaration; False where no file or several do."""
    edits = list(_edits(mutant, content))
    if len(edits) != 1:
        return False
    (before, after), files = edits[0], sorted(folder.rglob("*.js"))
    holding = [path for path in files if path.read_text(encoding="utf-8").count(before) == 1]
    for path in holding[:1]:
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    return len(holding) == 1


def _edits(mutant: Mutant, content: bytes) -> Iterator[tuple[str, str]]:
    """Give the declarations that a change touches: as they are, as they become."""
    changed = mutant.apply(content)
    if mutant.token < 0 or changed is None:
        return
    before, after = (_leaf(json.loads(text), mutant) for text in (content, changed))
    if isinstance(before, str) and isinstance(after, str):
        pieces = ([_bare(text[s.start : s.end]) for s in scopes(text)] for text in (before, after))
        yield from ((a, b) for a, b in zip(*pieces, strict=False) if a != b)


def _bare(declaration: str) -> str:
    """Leave out what stands behind a declaration: words about the next one, which another file may hold."""
    end = declaration.rfind("\n}")
    return declaration[: end + 2] if end >= 0 else declaration.rstrip()


def _leaf(data: object, mutant: Mutant) -> object:
    for step in mutant.path:
        data = data[step]  # type: ignore[index]
    return data
