"""One engine for all changes: it gives up early on a run that hangs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine

from .platforms import PATIENCE_S


@pytest.fixture(scope="session")
def n8n_server() -> Iterator[N8nServer]:
    """Give the pinned engine on the virtual clock."""
    with N8nServer(patience_s=PATIENCE_S) as server:
        yield server


@pytest.fixture(scope="session")
def n8n_engine(n8n_server: N8nServer) -> N8nEngine:
    """Give the engine that keeps what it has imported from test to test."""
    return N8nEngine(n8n_server)
