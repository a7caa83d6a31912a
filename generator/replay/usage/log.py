"""The base of sources that know single rows and lie at an address of the mapping's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit

from generator.replay.usage.source import Row, instant
from generator.stripe_mock.exchange import Request


@dataclass(slots=True)
class UsageLog:
    """Rows at the mapping's `source.url`; a source that is one says how it answers."""

    in_one: ClassVar[bool] = False
    url: str
    rows: list[Row] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Name the host of the mapping's `source.url`."""
        return urlsplit(self.url).hostname or ""

    def serves(self, request: Request) -> bool:
        """Say whether a request reads the mapping's `source.url`."""
        return request.method == "GET" and (request.host, request.path) == (self.host, urlsplit(self.url).path)

    def known(self) -> list[Row]:
        """Give its rows as they are."""
        return self.rows

    def between(self, start: datetime, end: datetime) -> list[Row]:
        """List the rows of a range; a row without a readable time is always in it, as in a log that stores text."""
        return [r for r in self.rows if (at := instant(r)) is None or start <= at < end]
