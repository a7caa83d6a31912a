"""The table that `log-call` fills; generator/sources/table/README.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import ClassVar

from generator.rendering.plan import TokenType
from generator.replay.counts import parts_of, spelled
from generator.replay.usage.source import Row, instant
from generator.replay.usage.table import OwnTable

NAME = "tokentill_calls"
_TEXTS = ("request_id", "time", "client", "model", *TokenType)
COLUMNS = {**dict.fromkeys(map(str, _TEXTS), "string"), "at": "number"}
"""Column → type, as SETUP.md tells a person to make them."""


@dataclass(slots=True)
class CallTable(OwnTable):
    """Rows are an app's calls; what `log-call` makes of them is what the table holds."""

    name: ClassVar[str] = NAME
    columns: ClassVar[Mapping[str, str]] = COLUMNS

    def records(self) -> list[Row]:
        """List the rows of the table in the order in which they were stored."""
        return [record for number, row in enumerate(self.rows, 1) for record in _records(row, number)]


def _records(row: Row, number: int) -> Iterator[Row]:
    """Store a call: one row per model. Counts that are none were typed into the table by hand, and stay as they are."""
    at = instant(row)
    if at is None:
        return
    second = at.astimezone(UTC).replace(microsecond=0)
    head = {"at": int(second.timestamp()), "time": f"{second:%Y-%m-%dT%H:%M:%SZ}", "client": spelled(row.get("client"))}
    typed = {spelled(row.get("model")): {kind: row.get(kind, "") for kind in TokenType}}
    for place, (model, four) in enumerate((parts_of(row) or typed).items()):
        request = spelled(row.get("request_id")) or f"run-{number}"
        name = f"{request} (2)" if place else request
        yield {"request_id": name, **head, "model": model, **{str(kind): str(n) for kind, n in four.items()}}
