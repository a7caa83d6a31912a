"""The platform's own table, which the replay fills with what `log-call` makes of a case's rows."""

from __future__ import annotations

from generator.rendering.plan import Plan
from generator.replay.usage.calls import CallTable


def simulated(_plan: Plan) -> CallTable:
    """Open the table, still empty."""
    return CallTable()
