"""Share what runs on the real engine out over two processes, each with a server of its own.

A run waits for its database and its world half of the time, so two servers keep two processors busy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

FIRST = pytest.mark.xdist_group("engine-1")
SECOND = pytest.mark.xdist_group("engine-2")
"""Also holds what needs a server of another kind, so that each kind is started once."""


def in_turns(jobs: Iterable[object]) -> list[Any]:
    """Give the jobs as parameters of a test, the second half of them for the second process.

    Neighbours stay together, since they tend to need the same workflows.
    """
    found = list(jobs)
    return [pytest.param(job, marks=FIRST if 2 * place < len(found) else SECOND) for place, job in enumerate(found)]
