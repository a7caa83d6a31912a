"""The one clock of the commands; everything below them is told what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Read the time, in UTC."""
    return datetime.now(UTC)
