"""One running n8n engine for the whole session; a failing install fails the tests that need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from generator.replay.engine import Engine
from generator.replay.flows.n8n import N8nFlows
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine, native
from tests.replay.shelf import Shelf


@pytest.fixture(scope="session")
def n8n_server() -> Iterator[N8nServer]:
    """Give the pinned engine on the virtual clock, with the legacy expression engine."""
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
def shelf(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Shelf:
    """Give the folder in which all processes of this session lay down their ledgers."""
    base = tmp_path_factory.getbasetemp()
    return Shelf((base.parent if hasattr(request.config, "workerinput") else base) / "ledgers")
