"""What tests of several folders share: the JavaScript of the templates, run by Node, and the running n8n engine."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from generator import resources
from generator.mapping.sources import APP_LOG
from generator.replay.engine import Engine
from generator.replay.flows.n8n import N8nFlows
from generator.replay.n8n.node import bundled_node
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine, native
from tests.replay.turns import SECOND

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
"""An example may wait for Node on a busy machine."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what needs a running engine in the two processes that have one."""
    for item in items:
        if "n8n_server" in getattr(item, "fixturenames", ()) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(SECOND)


@pytest.fixture(scope="session")
def n8n_server() -> Iterator[N8nServer]:
    """Give the pinned engine on the virtual clock, with the legacy expression engine; a failing install fails."""
    with N8nServer() as server:
        yield server


@pytest.fixture(scope="session")
def n8n_server_as_users_have_it() -> Iterator[N8nServer]:
    """Give the pinned engine on the real clock, with the default expression engine."""
    with N8nServer(expression_engine="default", virtual_clock=False) as server:
        yield server


@pytest.fixture(scope="session")
def n8n_engines(n8n_server: N8nServer) -> Mapping[str, Engine]:
    """Give the engines on that server by name, as `replay` has them."""
    return {"n8n": N8nEngine(n8n_server), "n8n-native": native(n8n_server)}


@pytest.fixture(scope="session")
def n8n_flows(n8n_server: N8nServer) -> N8nFlows:
    """Give the engine of all workflows that react, on that server."""
    return N8nFlows(n8n_server)


@pytest.fixture(scope="session")
def js() -> Iterator[Callable[..., Any]]:
    """Give a function that calls one of `templates/code` by name: JSON goes in, JSON comes out."""
    yield from js_of(APP_LOG)


def js_of(source: str) -> Iterator[Callable[..., Any]]:
    """Give the same function, with the code of one kind of usage source.

    `TOKENTILL_TEST_CODE` names a folder with other code (`code/`, `sources/`): how mutation asks these tests.
    """
    code, sources = resources.templates() / "code", resources.sources()
    if changed := os.environ.get("TOKENTILL_TEST_CODE"):
        code, sources = Path(changed) / "code", Path(changed) / "sources"
    folders = code, sources / source
    runner = Path(__file__).with_name("code_runner.js")
    command = [str(bundled_node().program), str(runner), *map(str, folders)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as node:
        assert node.stdin
        assert node.stdout
        source, sink = node.stdout, node.stdin

        def call(name: str, *args: object) -> Any:
            sink.write(json.dumps({"name": name, "args": args}) + "\n")
            sink.flush()
            answer = json.loads(source.readline())
            if "error" in answer:
                raise AssertionError(answer["error"])
            return answer["value"]

        yield call
        sink.close()
