"""A simulated file of usage over HTTP: a case's rows as JSON lines or CSV (README.md of this folder)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from generator.rendering.plan import Plan
from generator.replay.keys import usage_header
from generator.replay.usage.log import UsageLog
from generator.replay.usage.source import Answer, Row
from generator.stripe_mock.exchange import Request, Response

COLUMNS = ("time", "client", "model", "request_id", "input", "cached_input", "cached_write", "output")


@dataclass(slots=True)
class UsageFile(UsageLog):
    """The whole log as one file, as any web server gives it; a name that ends in `.csv` is CSV."""

    in_one: ClassVar[bool] = True

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Give the file; `wrong` is `short` (the last line lacks its end) or None."""
        name, value = usage_header(request.host)
        if request.headers.get(name.lower()) != value:
            return Response(401, {"content-type": "text/html"}, b"<h1>Unauthorized</h1>")
        text = _csv(self.rows) if request.path.endswith(".csv") else _lines(self.rows)
        body = (text[:-3] if wrong == "short" else text).encode()
        return Response(200, {"content-type": "text/plain"}, body)

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether the file came: it has no pages."""
        return any(one.status == 200 and one.fault in ("", "partial", "repeat_page") for one in answers[-1:])


def _lines(rows: list[Row]) -> str:
    return "".join(f"{json.dumps(row)}\r\n" for row in rows)


def _csv(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    return f"\ufeff{out.getvalue()}"


def simulated(plan: Plan) -> UsageFile:
    """Open the file, still empty."""
    return UsageFile(plan.source_url)
