"""Docs say what the code does: every key of a mapping, every command and option."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from generator.cli import parser
from generator.mapping.schema import key_table

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PARTS = ("generator", "docs", "templates", "tests")
NOTES = re.compile(r"facts/\w|\s\(facts\b|# +facts\b")
"""How a text would name notes that are not part of the repository."""


def commands(top: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                inner = list(commands(command))
                yield from [(f"{name} {deeper}", last) for deeper, last in inner] or [(name, command)]


def test_every_key_of_a_mapping_is_documented():
    assert (DOCS / "mapping.md").read_text(encoding="utf-8").endswith(f"## All keys\n\n{key_table()}\n")


def test_every_command_and_option_is_documented():
    rows = [line for line in (DOCS / "commands.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    documented = {row.split("`")[1]: row for row in rows}
    for name, command in commands(parser()):
        row = next((row for words, row in documented.items() if words == name or words.startswith(f"{name} ")), "")
        assert row, f"docs/commands.md has no row for {name}"
        options = {max(action.option_strings, key=len) for action in command._actions if action.option_strings}
        missing = {option for option in options - {"--help", "--format"} if option not in row}
        assert not missing, f"docs/commands.md: {name} lacks {missing}"


def test_sources_are_public_documents():
    written = [path for part in PARTS for kind in ("py", "md", "js", "j2") for path in (ROOT / part).rglob(f"*.{kind}")]
    assert [str(path) for path in written if NOTES.search(path.read_text(encoding="utf-8"))] == []
