"""The ledger of boxes as a replay plays it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from generator.rendering.plan import Plan
from generator.replay.keys import usage_header
from generator.replay.usage.log import UsageLog
from generator.replay.usage.source import Answer, Row
from generator.stripe_mock.exchange import Request, Response


@dataclass(slots=True)
class Ledger(UsageLog):
    """Rows as boxes on shelves."""

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer with the boxes of a range; `wrong` is `partial` (not sealed, the last box is missing) or None."""
        name, value = usage_header(self.host)
        if request.headers.get(name.lower()) != value:
            return Response.json(401, {"error": "wrong key"})
        ask = dict(request.params)
        start, end = (datetime.fromisoformat(ask[edge]) for edge in ("start", "end"))
        boxes = [_box(row) for row in self.between(start, end)]
        part = wrong == "partial"
        return Response.json(200, {"sealed": not part, "boxes": boxes[:-1] if part else boxes})

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether a sealed answer came."""
        return any(one.status == 200 and b'"sealed": true' in one.body for one in answers[-1:])


def _box(row: Row) -> dict[str, object]:
    counts = {"in": row.get("input", 0), "out": row.get("output", 0)}
    head = {"time": row["time"], "shelf": row.get("client"), "model": row.get("model")}
    return {**head, "box": row.get("request_id"), **counts}


def simulated(_plan: Plan) -> Ledger:
    """Open the ledger, still empty."""
    return Ledger("https://ledger.example.com/v1/boxes")
