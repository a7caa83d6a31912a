"""n8n's own node descriptions: a test that needs them fails when they cannot be had."""

from __future__ import annotations

import pytest

from generator.checking.n8n_catalogue import LINES, Catalogue
from generator.checking.n8n_nodes import catalogues


@pytest.fixture(scope="session")
def lines() -> list[Catalogue]:
    """Load both lines, from the cache or the package index."""
    found, missing = catalogues()
    assert len(found) == len(LINES), [str(finding) for finding in missing]
    return found
