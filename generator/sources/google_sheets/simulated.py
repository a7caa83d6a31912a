"""A simulated Google Sheet: the values of one tab, as the Sheets API gives them (README.md of this folder)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import unquote

from generator.rendering.plan import Plan
from generator.replay.keys import usage_header
from generator.replay.usage.source import Answer, Row
from generator.stripe_mock.exchange import Request, Response

HEAD = ("Model", "client", "Notes", "output", "Time", "input", "Cached input", "cached_write", "usage", "Request ID")
"""The first row, as a person writes it: in no order of ours, with a column that is nobody's."""
NAMES = ("model", "client", "", "output", "time", "input", "cached_input", "cached_write", "usage", "request_id")
ASKED = {
    "majorDimension": "ROWS",
    "valueRenderOption": "UNFORMATTED_VALUE",
    "dateTimeRenderOption": "SERIAL_NUMBER",
}
DAY_0 = datetime(1899, 12, 30, tzinfo=UTC)


@dataclass(slots=True)
class GoogleSheet:
    """`GET /v4/spreadsheets/{id}/values/Usage`: cells as they are kept, times as serial numbers."""

    in_one: ClassVar[bool] = True

    url: str
    rows: list[Row] = field(default_factory=list)
    host: str = "sheets.googleapis.com"

    def serves(self, request: Request) -> bool:
        """Say whether a request is for the sheet's values."""
        sheet = self.url.split("/d/")[-1].split("/")[0]
        cells = unquote(request.path).removeprefix(f"/v4/spreadsheets/{sheet}/values/")
        return (request.method, request.host) == ("GET", self.host) and cells in ("Usage", "Usage!A:Z")

    def known(self) -> list[Row]:
        """Give its rows as they are."""
        return self.rows

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer with all rows; `wrong` is `short` (the tab lost its first row) or None."""
        name, value = usage_header(self.host)
        if request.headers.get(name.lower()) != value:
            return Response.json(401, {"error": {"code": 401, "message": "Request had invalid credentials."}})
        if dict(request.params) != ASKED:
            return Response.json(400, {"error": {"code": 400, "message": f"replay: asked for {request.params}"}})
        values = [list(HEAD), *self._values()]
        shown = values[1:] if wrong == "short" else values
        return Response.json(200, {"range": "Usage!A1:Z1000", "majorDimension": "ROWS", "values": shown})

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether the sheet came: it has no pages that could be cut or come twice."""
        met = ("", "partial", "repeat_page")
        return any(one.status == 200 and one.fault in met for one in answers[-1:])

    def _values(self) -> list[list[Any]]:
        """Give the cells of each row, the last empty ones left out; between two rows there is an empty one."""
        return [line for row in self.rows for line in (_cells(row), [])]


def _cells(row: Row) -> list[Any]:
    cells = ["a note" if name == "" else _cell(name, row.get(name)) for name in NAMES]
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _cell(name: str, value: object) -> object:
    if name == "time":
        return _serial(str(value))
    if value is None or isinstance(value, str | int | float):
        return "" if value is None else value
    return json.dumps(value)


def _serial(text: str) -> float | str:
    """Give a time as a date cell: its wall clock in UTC, in days; other text stays.

    So does midnight: a cell of whole days is a date alone, which names no instant.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    days = (at.astimezone(UTC) - DAY_0).total_seconds() / 86400
    return text if days.is_integer() else days


def simulated(plan: Plan) -> GoogleSheet:
    """Open the sheet, still empty."""
    return GoogleSheet(plan.source_url)


def credential(secret: str) -> dict[str, Any]:
    """Give what n8n keeps of a person who signed in at Google."""
    return {"oauthTokenData": {"access_token": secret, "token_type": "Bearer"}}
