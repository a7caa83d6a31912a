"""Imports point one way: docs/architecture.md draws the arrows, this walks them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "generator"
EVERYWHERE = {"errors", "resources"}
CORE = {"mapping", "pricing", "metering", "rendering"}
ALLOWED = {
    "errors": set(),
    "resources": set(),
    "nodejs": set(),
    "mapping": set(),
    "pricing": {"mapping", "metering"},
    "metering": {"mapping"},
    "sources": set(),
    "usage_files": {"mapping", "metering"},
    "rendering": {"mapping", "pricing", "metering"},
    "iml": set(),
    "checking": {"mapping", "iml", "rendering", "nodejs"},
    "reporting": {"mapping", "pricing", "rendering"},
    "stripe_mock": set(),
    "stripe_account": {"mapping", "pricing", "metering", "rendering"},
    "replay": {"stripe_mock", "mapping", "rendering", "iml", "nodejs"},
    "commands": {*CORE, "usage_files", "checking", "reporting", "stripe_mock", "replay", "stripe_account"},
    "cli": set(),  # it imports a command by name, when it runs
    "__main__": {"cli"},
}
READINGS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "time.localtime"}
AT_START = {"argparse", "generator", "os", "signal", "sys", "pathlib", "importlib", "collections", "__future__"}


def rooms() -> list[str]:
    names = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return sorted(names - {"__init__"})


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1].relative_to(PACKAGE.parent)
            yield ".".join([*folder.parts, *([node.module] if node.module else [])])
        elif isinstance(node, ast.ImportFrom):
            yield from (
                f"{node.module}.{alias.name}" if node.module == "generator" else node.module for alias in node.names
            )


def files(room: str) -> list[Path]:
    module = PACKAGE / f"{room}.py"
    return [module] if module.is_file() else sorted({*(PACKAGE / room).rglob("*.py")} - {*stand_ins()})


def stand_ins() -> list[Path]:
    """List what a replay plays in the place of usage sources: each lies in its source's folder."""
    return sorted((PACKAGE / "sources").glob("*/simulated.py"))


def test_every_room_is_on_the_plan():
    assert set(rooms()) <= set(ALLOWED)


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_only_what_its_arrows_allow(room: str):
    assert not strangers(files(room), {room, *EVERYWHERE, *ALLOWED.get(room, set())})


@pytest.mark.parametrize("room", rooms())
def test_a_room_uses_every_arrow_that_it_has(room: str):
    used = {name.split(".")[1] for path in files(room) for name in imports(path) if name.startswith("generator.")}
    assert used >= ALLOWED.get(room, set())


def test_a_stand_in_imports_what_the_replay_may():
    assert stand_ins()
    assert not strangers(stand_ins(), {"replay", *EVERYWHERE, *ALLOWED["replay"]})


def strangers(paths: list[Path], allowed: set[str]) -> set[str]:
    return {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in paths
        for name in imports(path)
        if name.startswith("generator.") and name.split(".")[1] not in allowed
    }


def test_the_command_line_starts_with_the_standard_library_alone():
    assert {name.split(".")[0] for name in imports(PACKAGE / "cli.py")} <= AT_START


def test_the_commands_have_one_clock():
    asking = {
        f"{path.name}:{node.lineno}"
        for path in files("commands")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in READINGS and path.name != "clock.py"
    }
    assert not asking


@pytest.mark.parametrize("room", ["pricing", "metering"])
def test_money_and_tokens_know_no_binary_fractions(room: str):
    names = {
        f"{path.name}:{node.lineno}"
        for path in files(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    }
    assert not names
