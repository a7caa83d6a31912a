"""What a test does where the machine lacks something that it needs."""

import os
from typing import NoReturn

import pytest


def lacking(words: str) -> NoReturn:
    """Skip the test; under CI, where everything is installed, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)
