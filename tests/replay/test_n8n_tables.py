"""The tables of a first start are made once per engine, whole or not at all; without them n8n makes them itself."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from generator.errors import EngineFailure
from generator.replay.n8n import tables
from generator.replay.n8n.install import EngineHome
from generator.replay.n8n.node import Node


@pytest.fixture
def home(tmp_path: Path) -> EngineHome:
    folder = tmp_path / "engine"
    folder.mkdir()
    return EngineHome(folder, Node(Path(sys.executable), tmp_path / "npm"))


def test_two_at_once_make_them_once(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[EngineHome] = []

    def make(home: EngineHome) -> str:
        made.append(home)
        return "CREATE TABLE workflow_entity ();\n"

    monkeypatch.setattr(tables, "_made", make)
    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(lambda _: tables.first_tables(home, lambda _: None), range(2)))
    assert found == {"CREATE TABLE workflow_entity ();\n"}
    assert made == [home]


def test_what_fails_leaves_nothing_and_is_made_next_time(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: EngineHome) -> str:
        raise EngineFailure("n8n list:workflow ended with 1")

    monkeypatch.setattr(tables, "_made", fail)
    with pytest.raises(EngineFailure):
        tables.first_tables(home, lambda _: None)
    assert list(home.folder.iterdir()) == []
    monkeypatch.setattr(tables, "_made", lambda _: "SELECT 1;\n")
    assert tables.first_tables(home, lambda _: None) == "SELECT 1;\n"


def test_what_is_written_by_half_is_not_kept(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_made", lambda _: "CREATE TABLE a ();\n" * 2)
    whole = Path.write_text

    def half(path: Path, text: str, encoding: str) -> int:
        whole(path, text[: len(text) // 2], encoding=encoding)
        raise OSError("no space left on device")

    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", half)
        assert tables.first_tables(home, lambda _: None) == ""
    assert tables.first_tables(home, lambda _: None) == "CREATE TABLE a ();\n" * 2


def test_damaged_tables_are_forgotten(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_made", lambda _: "CREATE TABLE a (")
    database = tables.first_database(home, lambda _: None)
    database.stop()
    assert list(home.folder.iterdir()) == []
