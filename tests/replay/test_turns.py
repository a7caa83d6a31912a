"""What needs the same engine stays in one process."""

from __future__ import annotations

import pytest

from tests.replay.turns import FIRST


@FIRST
def test_the_scheduler_knows_the_groups(request: pytest.FixtureRequest) -> None:
    """pytest 9.2 no longer hands on the names by which pytest-xdist 3.8 groups: tests would run anywhere, unnoticed."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@engine-1")
