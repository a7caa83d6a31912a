"""Anthropic's simulated usage report of messages (platform.claude.com: *Usage and Cost API*)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from generator.rendering.plan import Plan
from generator.replay.counts import spelled
from generator.replay.usage.report import Key, Report


class AnthropicReport(Report):
    """`GET /v1/organizations/usage_report/messages`: disjoint counts; times are RFC 3339."""

    host = "api.anthropic.com"
    path = "/v1/organizations/usage_report/messages"
    names: ClassVar[Mapping[str, str]] = {"workspace": "workspace_id", "api_key": "api_key_id"}

    def span(self, ask: Mapping[str, str]) -> tuple[datetime, datetime]:
        """Read the range that a request asks for."""
        start, end = (datetime.fromisoformat(ask[name]) for name in ("starting_at", "ending_at"))
        return start, end

    def bucket(self, start: datetime, end: datetime, results: list[dict[str, Any]]) -> dict[str, Any]:
        """Write a bucket."""
        times = {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in (("starting_at", start), ("ending_at", end))}
        return {**times, "results": results}

    def result(self, key: Key, sums: Mapping[str, int]) -> dict[str, Any]:
        """Write one group of a bucket; `long_write` of a row is the part of its writes that is kept for an hour."""
        hour, write = sums.get("long_write", 0), sums.get("cached_write", 0)
        empty = {"workspace_id": None, "api_key_id": None, "context_window": None, "inference_geo": None}
        return {
            **empty, self.names[self.by]: key[1], "model": key[2], "service_tier": key[3],
            "uncached_input_tokens": sums.get("input", 0), "cache_read_input_tokens": sums.get("cached_input", 0),
            "cache_creation": {"ephemeral_5m_input_tokens": write - hour, "ephemeral_1h_input_tokens": hour},
            "output_tokens": sums.get("output", 0), "server_tool_use": {"web_search_requests": 0},
        }  # fmt: skip

    def client(self, name: str | None) -> str:
        """The default workspace has no id."""
        return "default" if name is None and self.by == "workspace" else spelled(name)


def simulated(plan: Plan) -> AnthropicReport:
    """Open the report, still empty."""
    return AnthropicReport(plan.source_client, plan.windows.size)
