"""LiteLLM's daily tables in its database: sums by UTC day, prompts with what was cached (its `schema.prisma`)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC

from generator.rendering.plan import Plan, TokenType
from generator.replay.counts import parts_of
from generator.replay.usage.database import UsageTable, literal
from generator.replay.usage.source import Row, instant

TABLES = {
    "end_user": ("LiteLLM_DailyEndUserSpend", "end_user_id"),
    "team": ("LiteLLM_DailyTeamSpend", "team_id"),
    "key": ("LiteLLM_DailyUserSpend", "api_key"),
}
"""Word of `source.client` → table, and its column."""
_SUMS = ("prompt_tokens", "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_TYPES = tuple(map(str, TokenType))


@dataclass(slots=True)
class LiteLlm(UsageTable):
    """Rows are calls; the proxy keeps their sums. All three tables are there, as it makes them."""

    def known(self) -> list[Row]:
        """Give one row for each day, client and model."""
        return [
            {"time": f"{day}T00:00:00Z", "client": client, "model": model, **dict(zip(_TYPES, four, strict=True))}
            for (day, client, model), four in sorted(self._sums().items())
        ]

    def statements(self, *, readable: bool = True) -> str:
        """Write the SQL that makes the tables anew; unreadable: there are none."""
        lines = [f'DROP TABLE IF EXISTS "{table}";' for table, _ in TABLES.values()]
        for word, (table, column) in TABLES.items() if readable else ():
            sums = ", ".join(f"{name} bigint" for name in _SUMS)
            lines.append(f'CREATE TABLE "{table}" (date text, {column} text, model text, {sums});')
            if word == self.plan.source_client:
                lines += [f'INSERT INTO "{table}" VALUES ({values});' for values in self._values()]
        return "\n".join(lines)

    def _sums(self) -> dict[tuple[str, str, str], list[int]]:
        sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for row in self.rows:
            at, parts = instant(row), parts_of(row)
            for model, counts in (parts or {}).items() if at else ():
                four = sums[f"{at.astimezone(UTC):%Y-%m-%d}" if at else "", str(row.get("client") or ""), model]
                four[:] = [held + n for held, n in zip(four, counts.values(), strict=True)]
        return sums

    def _values(self) -> list[str]:
        return [
            ", ".join(
                [*map(literal, (day, client or None, model)), *map(str, (plain + read + write, out, read, write))]
            )
            for (day, client, model), (plain, read, write, out) in self._sums().items()
        ]


def simulated(plan: Plan) -> LiteLlm:
    """Open its tables, still empty."""
    return LiteLlm(plan=plan)
