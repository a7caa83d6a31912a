"""Bases of sources that nobody asks over HTTP: the platform reads a table of its own, or a database of the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from generator.rendering.plan import Plan
from generator.replay.usage.source import Answer, Row
from generator.stripe_mock.exchange import Request, Response


@dataclass(slots=True)
class Table:
    """Rows that are there as a run begins."""

    in_one: ClassVar[bool] = False
    rows: list[Row] = field(default_factory=list)
    host: str = ""

    def serves(self, _request: Request) -> bool:
        """Serve nothing."""
        return False

    def handle(self, request: Request, _wrong: str | None = None) -> Response:
        """Refuse: nobody can ask."""
        raise NotImplementedError(request.path)

    def known(self) -> list[Row]:
        """Give its rows as a workflow must understand them, in the app log's words."""
        return self.records()

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether it could be read: only a table that could not leaves a trace."""
        return not answers

    def records(self) -> list[Row]:
        """List the rows of the table in the order in which they were stored."""
        return self.rows


@dataclass(slots=True)
class OwnTable(Table):
    """A Data Table of n8n, a data store of Make; `request_id` is a record's key there."""

    name: ClassVar[str]
    columns: ClassVar[Mapping[str, str]]
    """Column → type on n8n, as SETUP.md tells a person to make them."""


@dataclass(slots=True)
class Database(Table):
    """A database of the user's; `plan` says how its rows are cut into windows."""

    plan: Plan = field(kw_only=True)
    credential: ClassVar[str]
    """n8n's type of the credential that reaches it."""

    def statements(self, *, readable: bool = True) -> str:
        """Write the SQL that makes what the source reads anew; unreadable: it is not there."""
        raise NotImplementedError
