"""Simulated usage reports of OpenAI and Anthropic, made of a case's rows (facts: the usage APIs of both)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from generator.rendering.plan import Plan, TokenType
from generator.replay.app_log import Answer, Row, instant
from generator.replay.counts import parts_of, spelled
from generator.replay.keys import usage_header
from generator.stripe_mock.exchange import Request, Response

WIDTHS = {"1d": (timedelta(days=1), 31), "1h": (timedelta(hours=1), 168)}
"""Width of a bucket, and the most buckets of a page."""
OTHER_MEDIA = ("input_audio_tokens", "output_audio_tokens", "input_image_tokens", "output_image_tokens")
Key = tuple[datetime, str | None, str | None, str | None]
"""A bucket's start, client, model, service tier."""


@dataclass(slots=True)
class Report:
    """What the reports of both have in common: buckets of UTC, groups, pages by token."""

    by: str
    """The word of `source.client`."""
    size: str
    rows: list[Row] = field(default_factory=list)
    host: ClassVar[str]
    path: ClassVar[str]
    names: ClassVar[Mapping[str, str]]
    """Word of `source.client` → dimension."""

    def serves(self, request: Request) -> bool:
        """Say whether a request is for this report."""
        return request.method == "GET" and (request.host, request.path) == (self.host, self.path)

    def known(self) -> list[Row]:
        """Give one row for each group of a bucket, as a workflow must understand it."""
        return [self.understood(key, sums) for key, sums in self._groups().items()]

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer one page; `wrong` is `partial` (the last bucket is missing), `repeat_page`, or None."""
        name, value = usage_header(self.host)
        if request.headers.get(name.lower()) != value:
            return Response.json(401, {"error": {"type": "authentication_error", "message": "invalid admin key"}})
        if words := self._refused(request):
            return Response.json(400, {"error": {"type": "invalid_request_error", "message": words}})
        ask = dict(request.params)
        width, most = WIDTHS[ask["bucket_width"]]
        start, end = self.span(ask)
        buckets = [start + width * n for n in range((end - start) // width)]
        first = int(ask["page"].removeprefix("page_")) if "page" in ask and wrong != "repeat_page" else 0
        page, more = buckets[first : first + most], buckets[first + most :]
        shown = page[:-1] if wrong == "partial" else page
        groups = self._groups()
        data = [
            self.bucket(at, at + width, [self.result(k, sums) for k, sums in groups.items() if k[0] == at])
            for at in shown
        ]
        following = f"page_{first + most}" if more else None
        return Response.json(200, {"object": "page", "data": data, "has_more": bool(more), "next_page": following})

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether the last page came."""
        last = [one for one in answers[-1:] if one.status == 200 and one.fault != "partial"]
        return any(b'"has_more": false' in one.body for one in last)

    def _refused(self, request: Request) -> str:
        """Say what a request asks that nobody wrote down as allowed; empty: nothing."""
        ask, groups = dict(request.params), [value for name, value in request.params if name == "group_by[]"]
        if request.headers.get("anthropic-version", "") != ("2023-06-01" if "anthropic" in self.host else ""):
            return "anthropic-version is missing"
        if ask.get("bucket_width") not in WIDTHS or int(ask.get("limit", 0)) != WIDTHS[ask["bucket_width"]][1]:
            return "bucket_width or limit"
        start, end = self.span(ask)
        whole = {"1d": (0, 0, 0, 0), "1h": (start.hour, 0, 0, 0)}[ask["bucket_width"]]
        if (start.hour, start.minute, start.second, start.microsecond) != whole or start >= end:
            return "the range is not of whole buckets"
        return "" if {self.names[self.by], "model", "service_tier"} <= set(groups) else "group_by"

    def _groups(self) -> dict[Key, dict[str, int]]:
        groups: dict[Key, dict[str, int]] = {}
        for row in self.rows:
            at, parts = instant(row), parts_of(row)
            if at is None or parts is None:
                continue
            start = at.replace(minute=0, second=0, microsecond=0)
            start = start if self.size == "hour" else start.replace(hour=0)
            key = (start, row.get("client"), row.get("model"), row.get("service_tier"))
            sums = groups.setdefault(key, {})
            for counts in parts.values():
                for kind, tokens in counts.items():
                    sums[kind.value] = sums.get(kind.value, 0) + tokens
            for name in (*OTHER_MEDIA, "long_write"):
                sums[name] = sums.get(name, 0) + int(row.get(name, 0))
        return dict(sorted(groups.items(), key=lambda entry: entry[0][0]))

    def understood(self, key: Key, sums: Mapping[str, int]) -> Row:
        """Say what a group means: in words of the app log's contract."""
        time = key[0].isoformat().replace("+00:00", "Z")
        counts = {kind.value: sums.get(kind.value, 0) for kind in TokenType}
        return {"time": time, "client": self.client(key[1]), "model": self.model(key[2], sums), **counts}

    def client(self, name: str | None) -> str:
        """Say what a report's client is called in a mapping."""
        return spelled(name)

    def model(self, name: str | None, _sums: Mapping[str, int]) -> str:
        """Say what a report's model is called in a mapping."""
        return spelled(name)

    def span(self, ask: Mapping[str, str]) -> tuple[datetime, datetime]:
        """Read the range that a request asks for."""
        raise NotImplementedError

    def bucket(self, start: datetime, end: datetime, results: list[dict[str, Any]]) -> dict[str, Any]:
        """Write a bucket."""
        raise NotImplementedError

    def result(self, key: Key, sums: Mapping[str, int]) -> dict[str, Any]:
        """Write one group of a bucket."""
        raise NotImplementedError


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


def openai_report(plan: Plan) -> OpenAIReport:
    """Open OpenAI's report, still empty."""
    return OpenAIReport(plan.source_client, plan.windows.size)


def anthropic_report(plan: Plan) -> AnthropicReport:
    """Open Anthropic's report, still empty."""
    return AnthropicReport(plan.source_client, plan.windows.size)
