"""Installing the engine: once, whole or not at all, also from two processes, and with words when it fails."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from generator.checking.n8n_nodes import LINES
from generator.errors import EngineFailure
from generator.replay.n8n import install
from generator.replay.n8n.node import Node

NPM_THAT_WORKS = """
import os, pathlib, sys, time
assert sys.argv[1:3] == ["install", "--ignore-scripts"] and pathlib.Path("package-lock.json").is_file()
time.sleep(0.2)
with open(os.environ["TOKENTILL_CACHE"] + "/calls", "a") as calls:
    calls.write("x")
program = pathlib.Path("node_modules/n8n/bin/n8n")
program.parent.mkdir(parents=True)
program.write_text("")
"""
NPM_THAT_FAILS = "import sys; print('npm error code ENOTFOUND'); print('npm error no network'); sys.exit(7)"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TOKENTILL_CACHE", str(tmp_path))
    return tmp_path


def pretend(monkeypatch: pytest.MonkeyPatch, cache: Path, npm: str) -> None:
    script = cache / "npm.py"
    script.write_text(npm)
    monkeypatch.setattr(install, "bundled_node", lambda: Node(Path(sys.executable), script))


def test_it_is_installed_once_and_stays(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cache, NPM_THAT_WORKS)
    said: list[str] = []
    assert not install.is_installed()
    home = install.ensure_engine(said.append)
    assert install.is_installed()
    assert home.program.is_file()
    assert install.ensure_engine(said.append) == home
    assert (cache / "calls").read_text() == "x"
    assert [line.split()[0] for line in said] == ["Installing", "Installed"]


def test_two_at_once_install_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cache, NPM_THAT_WORKS)
    with ThreadPoolExecutor(2) as pool:
        homes = list(pool.map(lambda _: install.ensure_engine(), range(2)))
    assert homes[0] == homes[1]
    assert (cache / "calls").read_text() == "x"


def test_a_failure_shows_npm_and_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cache, NPM_THAT_FAILS)
    with pytest.raises(EngineFailure) as failure:
        install.ensure_engine()
    message = str(failure.value)
    assert "npm ended with 7" in message
    assert "npm error no network" in message
    assert "npm config get registry" in message
    assert not install.is_installed()
    assert not [path for path in cache.iterdir() if path.is_dir()]


def test_an_install_that_was_cut_off_is_done_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cache, NPM_THAT_WORKS)
    (install.engine_folder() / "node_modules" / "half").mkdir(parents=True)
    home = install.ensure_engine()
    assert home.program.is_file()
    assert not (home.modules / "half").exists()


@pytest.mark.parametrize("release", install.RELEASES.values(), ids=lambda release: release.version)
def test_the_lock_pins_the_engine_by_checksum_and_names_no_host(release: install.Release) -> None:
    text = release.manifest("package-lock.json").decode()
    packages = json.loads(text)["packages"]
    assert packages["node_modules/n8n"]["version"] == release.version
    assert all("integrity" in package for path, package in packages.items() if path)
    assert not re.search(r"https?://", text)


def test_nodes_are_checked_in_the_versions_that_the_engines_have() -> None:
    locks = [json.loads(release.manifest("package-lock.json")) for release in install.RELEASES.values()]
    assert [line.version for line in LINES] == [
        lock["packages"]["node_modules/n8n-nodes-base"]["version"] for lock in locks
    ]
    assert LINES[-1].version == install.CURRENT.version
