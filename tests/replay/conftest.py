"""One running n8n engine for the whole session; a failing install fails the tests that need it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generator.replay.n8n.server import N8nServer


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
