"""The base of providers' usage reports, made of a case's rows: OpenAI's and Anthropic's have one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from generator.rendering.plan import TokenType
from generator.replay.counts import parts_of, spelled
from generator.replay.keys import usage_header
from generator.replay.usage.source import Answer, Row, instant
from generator.stripe_mock.exchange import Request, Response

WIDTHS = {"1d": (timedelta(days=1), 31), "1h": (timedelta(hours=1), 168)}
"""Width of a bucket, and the most buckets of a page."""
OTHER_MEDIA = ("input_audio_tokens", "output_audio_tokens", "input_image_tokens", "output_image_tokens")
Key = tuple[datetime, str | None, str | None, str | None]
"""A bucket's start, client, model, service tier."""


@dataclass(slots=True)
class Report:
    """What the reports of both have in common: buckets of UTC, groups, pages by token."""

    in_one: ClassVar[bool] = False
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
