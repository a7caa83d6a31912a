"""The simulated application log: generator/sources/app_log/README.md, and the ways in which it can be wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from generator.replay.keys import LOG_KEY
from generator.stripe_mock.exchange import Request, Response

Row = Mapping[str, Any]


def instant(row: Row) -> datetime | None:
    """Read a row's time the way a database would; None where it cannot."""
    try:
        at = datetime.fromisoformat(str(row["time"]))
    except (KeyError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Answer(NamedTuple):
    """What a run got of a source: one answer, with the fault that it met."""

    status: int
    fault: str
    body: bytes


class UsageSource(Protocol):
    """A service that knows usage, whichever kind of source it plays."""

    rows: list[Row]
    """What it knows, as an application's log would have it."""

    @property
    def host(self) -> str:
        """Name the host that a workflow asks; empty where it asks none."""

    def serves(self, request: Request) -> bool:
        """Say whether a request is for this service."""

    def known(self) -> list[Row]:
        """Give its rows as a workflow must understand them, in the app log's words."""

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer a request; `wrong` is how the answer is not as it should be."""

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether a run that got these answers knows all that the source has for it."""


@dataclass(slots=True)
class AppLog:
    """Rows behind `GET /v1/usage`, with page and cursor paging."""

    url: str
    rows: list[Row] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Name the host of the mapping's `source.url`."""
        return urlsplit(self.url).hostname or ""

    def serves(self, request: Request) -> bool:
        """Say whether a request is for the mapping's `source.url`."""
        return (request.host, request.path) == (self.host, urlsplit(self.url).path)

    def known(self) -> list[Row]:
        """Give its rows as they are."""
        return self.rows

    def between(self, start: datetime, end: datetime) -> list[Row]:
        """List the rows of a range; a row without a readable time is always in it, as in a log that stores text."""
        return [r for r in self.rows if (at := instant(r)) is None or start <= at < end]

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer one page; `wrong` is `partial`, `short`, `repeat_page` or None."""
        if request.headers.get("authorization") != f"Bearer {LOG_KEY}":
            return Response.json(401, {"error": "wrong key"})
        ask = dict(request.params)
        try:
            start, end = (datetime.fromisoformat(ask[name]) for name in ("from", "to"))
            size = int(ask["per_page"])
            page = int(ask["cursor"] or 1) if "cursor" in ask else int(ask["page"])
        except (KeyError, ValueError) as error:
            return Response.json(400, {"error": f"bad parameter: {error}"})
        served = max(1, page - 1) if wrong == "repeat_page" else page
        return Response.json(200, self._page(self.between(start, end), served, size, wrong))

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether all pages came, by the log's contract."""
        pages = {}
        for answer in answers:
            if answer.status == 200:
                try:
                    page = json.loads(answer.body)
                    pages[page["page"]] = page if page["complete"] is True else {}
                except (ValueError, KeyError, TypeError):
                    continue
        came = sum(len(page.get("rows", ())) for page in pages.values())
        return bool(pages) and all(page and page["total"] == came for page in pages.values())

    def _page(self, rows: Sequence[Row], page: int, size: int, wrong: str | None) -> dict[str, Any]:
        part = list(rows[(page - 1) * size : page * size])
        return {
            "complete": wrong != "partial",
            "total": len(rows),
            "page": page,
            "cursor": "" if page == 1 else str(page),
            "next_cursor": str(page + 1) if page * size < len(rows) else None,
            "rows": part[:-1] if wrong == "short" else part,
        }
