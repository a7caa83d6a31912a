"""Simulated analytics of OpenRouter: sums by UTC day, user and model (`POST /api/v1/analytics/query`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from generator.rendering.plan import Plan, TokenType
from generator.replay.counts import parts_of, spelled
from generator.replay.keys import usage_header
from generator.replay.usage.source import Answer, Row, instant
from generator.stripe_mock.exchange import Request, Response

NAMES = {"external_user": "external_user", "api_key": "api_key_id"}
"""Word of `source.client` → dimension."""
METRICS = {"tokens_prompt", "tokens_completion", "cached_tokens"}
Key = tuple[str, str | None, str | None]
"""Day, client, model."""


@dataclass(slots=True)
class OpenRouter:
    """`POST /api/v1/analytics/query`: counts are texts, cached tokens lie inside the prompt's, no writes are named."""

    in_one: ClassVar[bool] = False
    by: str
    rows: list[Row] = field(default_factory=list)
    host: str = "openrouter.ai"

    def serves(self, request: Request) -> bool:
        """Say whether a request is for the analytics."""
        return (request.method, request.host, request.path) == ("POST", self.host, "/api/v1/analytics/query")

    def known(self) -> list[Row]:
        """Give one row for each group of a day; what was written to a cache stays inside the input."""
        return [
            {"time": f"{day}T00:00:00Z", "client": spelled(client), "model": spelled(model), **_counts(sums)}
            for (day, client, model), sums in self._groups().items()
        ]

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer a query; `wrong` is `partial` (it is cut and says so) or None."""
        name, value = usage_header(self.host)
        if request.headers.get(name.lower()) != value:
            return Response.json(401, {"error": {"code": 401, "message": "Invalid credentials"}})
        ask = json.loads(request.body)
        if words := self._refused(ask):
            return Response.json(400, {"error": {"code": 400, "message": words}})
        start, end = (datetime.fromisoformat(ask["time_range"][edge]).date().isoformat() for edge in ("start", "end"))
        data = [self._row(key, sums) for key, sums in self._groups().items() if start <= key[0] < end]
        shown = data[:-1] if wrong == "partial" else data
        metadata = {"query_time_ms": 80, "row_count": len(shown), "truncated": wrong == "partial"}
        return Response.json(200, {"data": {"data": shown, "metadata": metadata, "cachedAt": 1795400000000}})

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether an answer came that was not cut."""
        return any(one.status == 200 and b'"truncated": false' in one.body for one in answers[-1:])

    def _refused(self, ask: Mapping[str, Any]) -> str:
        if set(ask["metrics"]) != METRICS or ask["dimensions"] != [NAMES[self.by], "model"]:
            return "metrics or dimensions"
        edges = [ask["time_range"][edge] for edge in ("start", "end")]
        if ask["granularity"] != "day" or any(len(edge) != len("2026-11-22T00:00:00Z") for edge in edges):
            return "granularity or time_range"
        return "" if ask["limit"] <= 10_000 else "limit"

    def _groups(self) -> dict[Key, dict[TokenType, int]]:
        groups: dict[Key, dict[TokenType, int]] = {}
        for row in self.rows:
            at, parts = instant(row), parts_of(row)
            if at is None or parts is None:
                continue
            sums = groups.setdefault((at.date().isoformat(), row.get("client"), row.get("model")), {})
            for counts in parts.values():
                for kind, tokens in counts.items():
                    sums[kind] = sums.get(kind, 0) + tokens
        return dict(sorted(groups.items(), key=lambda entry: entry[0][0]))

    def _row(self, key: Key, sums: Mapping[TokenType, int]) -> dict[str, Any]:
        day, client, model = key
        counts = _counts(sums)
        prompt, cached, output = (counts["input"] + counts["cached_input"], counts["cached_input"], counts["output"])
        texts = {"tokens_prompt": str(prompt), "tokens_completion": str(output), "cached_tokens": str(cached)}
        return {"date__day": day, NAMES[self.by]: client, "model": model, **texts}


def _counts(sums: Mapping[TokenType, int]) -> dict[str, int]:
    plain = sums.get(TokenType.INPUT, 0) + sums.get(TokenType.CACHED_WRITE, 0)
    return {
        "input": plain,
        "cached_input": sums.get(TokenType.CACHED_INPUT, 0),
        "output": sums.get(TokenType.OUTPUT, 0),
    }


def simulated(plan: Plan) -> OpenRouter:
    """Open the analytics, still empty."""
    return OpenRouter(plan.source_client)
