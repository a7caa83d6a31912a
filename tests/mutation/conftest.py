"""The engine of all tests, which gives up early here: a change may let a run go on for ever."""

from __future__ import annotations

import pytest

from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine

from .platforms import PATIENCE_S


@pytest.fixture
def hasty_server(n8n_server: N8nServer, monkeypatch: pytest.MonkeyPatch) -> N8nServer:
    """Give the server with little patience for one test."""
    monkeypatch.setattr(n8n_server.runs, "patience_s", PATIENCE_S)
    return n8n_server


@pytest.fixture
def n8n_engine(hasty_server: N8nServer) -> N8nEngine:
    """Give the engine on it."""
    return N8nEngine(hasty_server)
