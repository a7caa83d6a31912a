"""The typed parameters of the private preview's SDK, read out of its wheel without importing it.

It cannot be installed beside the stable SDK: both are the package `stripe`. So pip downloads its wheel once into the
user's cache, and the classes are read as syntax.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from generator import resources

VERSION = "16.1.0a4"


class Field(NamedTuple):
    """One key: whether it must be given, and the typed dict inside it, if there is one."""

    required: bool
    inner: str


Params = dict[str, Field]


@cache
def wheel() -> Path | None:
    """Give the wheel, from the cache or the registry; None where neither has it."""
    folder = resources.kept() / f"stripe-{VERSION}"
    if not list(folder.glob("*.whl")):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--pre", f"stripe=={VERSION}", "-d"]
        subprocess.run([*command, str(folder)], check=False, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"), None)


@cache
def typed(module: str) -> dict[str, Params]:
    """Read every typed dict of one module below `stripe.params`."""
    found = wheel()
    assert found
    with zipfile.ZipFile(found) as archive:
        source = archive.read(f"stripe/params/{module.replace('.', '/')}.py").decode()
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    names = {node.name for node in classes}
    return {node.name: dict(_field(line, names) for line in _lines(node)) for node in classes}


def _lines(node: ast.ClassDef) -> list[ast.AnnAssign]:
    return [line for line in node.body if isinstance(line, ast.AnnAssign)]


def _field(line: ast.AnnAssign, names: set[str]) -> tuple[str, Field]:
    assert isinstance(line.target, ast.Name)
    words = [node.value for node in ast.walk(line.annotation) if isinstance(node, ast.Constant)]
    inner = next((str(word) for word in words if word in names), "")
    optional = isinstance(line.annotation, ast.Subscript) and ast.unparse(line.annotation.value) == "NotRequired"
    return line.target.id, Field(not optional, inner)
