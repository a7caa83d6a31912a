"""The user's own table of usage in a database, behind the view that the sources of databases read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from generator.rendering.plan import TokenType
from generator.replay.counts import parts_of
from generator.replay.expected import DAY, cut
from generator.replay.usage.source import Row, instant
from generator.replay.usage.table import Database

VIEW = "tokentill_usage"
_LAST = datetime.max.replace(tzinfo=UTC)
COUNTS = tuple(map(str, TokenType))
COLUMNS = ("time", "client", "model", "request_id", *COUNTS, "usage")


@dataclass(slots=True)
class UsageTable(Database):
    """Rows are those of the table; the query totals them by window, client and model."""

    credential: ClassVar[str] = "postgres"

    def known(self) -> list[Row]:
        """Give what the query must answer: totals in order, then the rows that it cannot total."""
        totals: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
        single: list[Row] = []
        for row in self._once():
            if "usage" in row or parts_of(row) is None or instant(row) is None:
                single.append(row)
                continue
            sums = totals[self._window(row), str(row.get("client") or ""), str(row.get("model") or "")]
            for name in COUNTS:
                sums[name] += int(row.get(name) or 0)
        found = [{"time": at, "client": client, "model": model, **sums} for (at, client, model), sums in totals.items()]
        return [*sorted(found, key=_place), *sorted(single, key=_place)]

    def _once(self) -> Iterator[Row]:
        seen: set[str] = set()
        for row in sorted(self.rows, key=lambda row: instant(row) or _LAST):
            request = str(row.get("request_id") or "")
            if request not in seen:
                yield row
            seen |= {request} - {""}

    def _window(self, row: Row) -> str:
        if (at := instant(row)) is None:
            raise ValueError(f"no time: {row}")
        day = at.astimezone(ZoneInfo(self.plan.windows.zone)).date()
        near = (window for d in (day - DAY, day) for window in cut(self.plan, d))
        start = next(window.start for window in near if window.start <= at < window.end)
        return f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def statements(self, *, readable: bool = True) -> str:
        """Write the SQL that makes the table and its view anew; unreadable: there is no view."""
        lines = [
            f"DROP VIEW IF EXISTS {VIEW};", "DROP TABLE IF EXISTS calls;",
            'CREATE TABLE calls ("time" timestamptz, client text, model text, request_id text, '
            + ", ".join(f"{name} text" for name in COUNTS) + ", usage jsonb);",
        ]  # fmt: skip
        lines += [f"INSERT INTO calls VALUES ({', '.join(_values(row))});" for row in self.rows]
        lines += [f"CREATE VIEW {VIEW} AS SELECT * FROM calls;"] if readable else []
        return "\n".join(lines)


def _place(row: Row) -> tuple[datetime, str, str, str]:
    client, model, request = (str(row.get(name) or "") for name in ("client", "model", "request_id"))
    return (instant(row) or _LAST).replace(microsecond=0), client, model, request


def _values(row: Row) -> Sequence[str]:
    at = instant(row)
    told: dict[str, object] = {**row, "time": at.isoformat() if at else None}
    usage = told.get("usage")
    told["usage"] = None if usage is None else json.dumps(usage)
    return [literal(told.get(name)) for name in COLUMNS]


def literal(value: object) -> str:
    """Write a value as SQL text."""
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
