"""The user's own table in PostgreSQL, which the replay fills with a case's rows."""

from __future__ import annotations

from generator.rendering.plan import Plan
from generator.replay.usage.database import UsageTable


def simulated(plan: Plan) -> UsageTable:
    """Open the table, still empty."""
    return UsageTable(plan=plan)
