"""The simulated application log: README.md of this folder, and the ways in which it can be wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from generator.rendering.plan import Plan
from generator.replay.keys import LOG_KEY
from generator.replay.usage.log import UsageLog
from generator.replay.usage.source import Answer, Row
from generator.stripe_mock.exchange import Request, Response


@dataclass(slots=True)
class AppLog(UsageLog):
    """Rows behind `GET /v1/usage`, with page and cursor paging."""

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


def simulated(plan: Plan) -> AppLog:
    """Open the log, still empty."""
    return AppLog(plan.source_url)
