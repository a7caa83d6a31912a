"""Simulated observations of Langfuse: one per row, page after page (its API: `GET /api/public/v2/observations`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from generator.rendering.plan import Plan
from generator.replay.counts import parts_of
from generator.replay.keys import usage_header
from generator.replay.usage.log import UsageLog
from generator.replay.usage.source import Answer, Row
from generator.stripe_mock.exchange import Request, Response

HOST = "cloud.langfuse.com"
_BUCKETS = {
    "input": "input", "cached_input": "cache_read_input_tokens", "cached_write": "cache_creation_input_tokens",
    "output": "output",
}  # fmt: skip


@dataclass(slots=True)
class Langfuse(UsageLog):
    """Rows as observations; a row's `usage_details` stands for its counts where a case writes it."""

    def serves(self, request: Request) -> bool:
        """Say whether a request reads the observations."""
        return request.method == "GET" and (request.host, request.path) == (self.host, "/api/public/v2/observations")

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer one page; `wrong` is `repeat_page` (the cursor does not move) or None."""
        name, value = usage_header(self.host)
        if request.headers.get(name.lower()) != value:
            return Response.json(401, {"error": "Unauthorized", "message": "Invalid credentials"})
        ask = dict(request.params)
        if ask.get("type") != "GENERATION" or "usage" not in ask.get("fields", "").split(","):
            return Response.json(400, {"error": "InvalidRequestError", "message": "type or fields"})
        start, end = (datetime.fromisoformat(ask[edge]) for edge in ("fromStartTime", "toStartTime"))
        rows, size = self.between(start, end), int(ask["limit"])
        first = int(ask.get("cursor", "0"))
        page = [_observation(row, first + n) for n, row in enumerate(rows[first : first + size])]
        following = first if wrong == "repeat_page" else first + size
        more = first + size < len(rows) or wrong == "repeat_page"
        return Response.json(200, {"data": page, "meta": {"cursor": str(following)} if more else {}})

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether the last page came: the one without a cursor."""
        return any(one.status == 200 and b'"meta": {}' in one.body for one in answers[-1:])


def _observation(row: Row, number: int) -> dict[str, Any]:
    head = {"id": row.get("request_id") or f"obs-{number}", "type": "GENERATION", "startTime": row.get("time")}
    return {**head, "userId": row.get("client"), "model": row.get("model"), "usageDetails": _details(row)}


def _details(row: Row) -> dict[str, Any]:
    """Write counts as Langfuse's integrations do: disjoint buckets and their sum; a count that is none stays so."""
    parts = parts_of(row)
    if parts is None:
        return {name: row[kind] for kind, name in _BUCKETS.items() if kind in row}
    (counts,) = parts.values()
    details = {_BUCKETS[str(kind)]: tokens for kind, tokens in counts.items() if tokens}
    return {**details, "total": sum(details.values())}


def simulated(plan: Plan) -> Langfuse:
    """Open the observations, still empty."""
    return Langfuse(plan.source_url or f"https://{HOST}")
