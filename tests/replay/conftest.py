"""Where the cases of all processes are compared."""

from __future__ import annotations

import pytest

from tests.replay.shelf import Shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Shelf:
    """Give the folder in which all processes of this session lay down their ledgers."""
    base = tmp_path_factory.getbasetemp()
    return Shelf((base.parent if hasattr(request.config, "workerinput") else base) / "ledgers")
