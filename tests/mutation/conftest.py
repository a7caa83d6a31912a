"""One engine for all changes: it gives up early on a run that hangs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generator.replay.n8n.server import N8nServer

from .platforms import ImpatientServer


@pytest.fixture(scope="session")
def n8n_server() -> Iterator[N8nServer]:
    """Give the pinned engine on the virtual clock."""
    with ImpatientServer() as server:
        yield server
