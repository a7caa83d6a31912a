"""The user's own table in MySQL or MariaDB, which the replay fills with a case's rows; times are UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from typing import ClassVar

from generator.rendering.plan import Plan
from generator.replay.n8n import mariadb
from generator.replay.usage.database import COLUMNS, COUNTS, VIEW, UsageTable
from generator.replay.usage.source import Row, instant


@dataclass(slots=True)
class MySqlTable(UsageTable):
    """The same table in another dialect."""

    credential: ClassVar[str] = "mySql"

    def statements(self, *, readable: bool = True) -> str:
        """Write the SQL that makes the table and its view anew; unreadable: there is no view."""
        lines = [
            f"DROP VIEW IF EXISTS {VIEW};", "DROP TABLE IF EXISTS calls;",
            "CREATE TABLE calls (`time` datetime(6), client text, model text, request_id text, "
            + ", ".join(f"`{name}` text" for name in COUNTS) + ", `usage` json);",
        ]  # fmt: skip
        lines += [f"INSERT INTO calls VALUES ({', '.join(_values(row))});" for row in self.rows]
        lines += [f"CREATE VIEW {VIEW} AS SELECT * FROM calls;"] if readable else []
        return "\n".join(lines)


def _values(row: Row) -> list[str]:
    at = instant(row)
    told: dict[str, object] = {**row, "time": f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if at else None}
    usage = told.get("usage")
    told["usage"] = None if usage is None else json.dumps(usage)
    return [_literal(told.get(name)) for name in COLUMNS]


def _literal(value: object) -> str:
    """Write a value as SQL text: a backslash is a sign of its own."""
    if value is None:
        return "NULL"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def simulated(plan: Plan) -> MySqlTable:
    """Open the table, still empty."""
    return MySqlTable(plan=plan)


def missing() -> str:
    """Say why no replay can play it on this machine; empty where one can."""
    return mariadb.missing()
