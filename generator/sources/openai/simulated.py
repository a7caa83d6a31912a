"""OpenAI's simulated usage report (API reference: *Usage*)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from generator.rendering.plan import Plan
from generator.replay.counts import spelled
from generator.replay.usage.report import OTHER_MEDIA, Key, Report


class OpenAIReport(Report):
    """`GET /v1/organization/usage/completions`: input includes what was cached; times are Unix seconds."""

    host = "api.openai.com"
    path = "/v1/organization/usage/completions"
    names: ClassVar[Mapping[str, str]] = {"project": "project_id", "api_key": "api_key_id"}

    def span(self, ask: Mapping[str, str]) -> tuple[datetime, datetime]:
        """Read the range that a request asks for."""
        start, end = (datetime.fromtimestamp(int(ask[name]), UTC) for name in ("start_time", "end_time"))
        return start, end

    def bucket(self, start: datetime, end: datetime, results: list[dict[str, Any]]) -> dict[str, Any]:
        """Write a bucket."""
        times = {"start_time": int(start.timestamp()), "end_time": int(end.timestamp())}
        return {"object": "bucket", **times, "results": results}

    def result(self, key: Key, sums: Mapping[str, int]) -> dict[str, Any]:
        """Write one group of a bucket; groups without cached tokens look as older answers do."""
        plain, cached, write = (sums.get(kind, 0) for kind in ("input", "cached_input", "cached_write"))
        empty = {"project_id": None, "api_key_id": None, "user_id": None, "batch": None, "api_source": None}
        parts = {"input_uncached_tokens": plain, "input_cache_write_tokens": write} if cached or write else {}
        media = {name: sums[name] for name in OTHER_MEDIA if sums.get(name)}
        return {
            "object": "organization.usage.completions.result",
            **empty, self.names[self.by]: key[1], "model": key[2], "service_tier": key[3], "num_model_requests": 1,
            "input_tokens": plain + cached + write, "input_cached_tokens": cached, **parts,
            "output_tokens": sums.get("output", 0), **media,
        }  # fmt: skip

    def model(self, name: str | None, sums: Mapping[str, int]) -> str:
        """Audio and images have other prices than text, so they go by another name."""
        return f"{spelled(name)} (audio or image)" if any(sums.get(other) for other in OTHER_MEDIA) else spelled(name)


def simulated(plan: Plan) -> OpenAIReport:
    """Open the report, still empty."""
    return OpenAIReport(plan.source_client, plan.windows.size)
