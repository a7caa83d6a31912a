"""The changes that the project promises to catch, as edits of rendered files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

CHUNK, PARENT, BLUEPRINT = "n8n/meter-usage-chunk.json", "n8n/meter-usage.json", "make/meter-usage.json"
Edit = Callable[[Any], int]
"""Changes parsed files in place; gives the number of places changed."""


@dataclass(frozen=True, slots=True)
class Named:
    """One promise: what is broken, in which file, and the case that must fail."""

    name: str
    file: str
    edit: Edit
    case: str

    def apply(self, content: bytes) -> bytes:
        """Break the file; a break that finds nothing to break is an error."""
        data = json.loads(content)
        if not self.edit(data):
            raise LookupError(f"{self.file}: nothing to change for {self.name!r}")
        return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def nodes(data: Any) -> Iterator[dict[str, Any]]:
    """List the nodes of a workflow, or the modules of a blueprint at any depth."""
    if isinstance(data, dict):
        if isinstance(data.get("parameters"), dict) or "module" in data:
            yield data
        for value in data.values():
            yield from nodes(value)
    elif isinstance(data, list):
        for value in data:
            yield from nodes(value)


def requests(data: Any, url: str) -> list[dict[str, Any]]:
    """List the HTTP nodes or modules whose address holds this text."""
    own = [n.get("mapper") or n.get("parameters") or {} for n in nodes(data)]
    return [p for p in own if url in str(p.get("url", ""))]


def headers(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the list of an HTTP node's or module's headers, to be changed in place."""
    found = request.get("headerParameters", {}).get("parameters") or request.get("headers")
    return found if isinstance(found, list) else []


def without_header(url: str, header: str) -> Edit:
    """Leave a header out of every request to an address."""

    def edit(data: Any) -> int:
        lists = [headers(r) for r in requests(data, url)]
        before = sum(map(len, lists))
        for found in lists:
            found[:] = [h for h in found if h.get("name") != header]
        return before - sum(map(len, lists))

    return edit


def with_header(url: str, header: str, value: str) -> Edit:
    """Give a header of every request to an address another value."""

    def edit(data: Any) -> int:
        found = [h for r in requests(data, url) for h in headers(r) if h.get("name") == header]
        for h in found:
            h["value"] = value
        return len(found)

    return edit


def in_text(pattern: str, becomes: str, key: str = "") -> Edit:
    """Replace a pattern in every text leaf (below a key of this name, if there is one)."""

    def edit(data: Any, under: bool = not key) -> int:
        if isinstance(data, dict | list):
            changed = 0
            for name, value in data.items() if isinstance(data, dict) else enumerate(data):
                inside = under or name == key
                if isinstance(value, str) and inside:
                    data[name], n = re.subn(pattern, becomes, value)
                    changed += n
                else:
                    changed += edit(value, inside)
            return changed
        return 0

    return edit


def variable(name: str, value: str) -> Edit:
    """Give every variable of this name, that a blueprint sets, another value."""

    def edit(data: Any) -> int:
        lists = [(module.get("mapper") or {}).get("variables") for module in nodes(data)]
        found = [v for some in lists if isinstance(some, list) for v in some if isinstance(v, dict)]
        named = [v for v in found if v.get("name") == name and "value" in v]
        for v in named:
            v["value"] = value
        return len(named)

    return edit


def mapper(key: str, pattern: str, becomes: str) -> Edit:
    """Replace a pattern in one key of every module's mapper."""
    return in_text(pattern, becomes, key)


def both(*edits: Edit) -> Edit:
    """Make several edits; each must find its place."""
    return lambda data: min(edit(data) for edit in edits)


def without_key(url: str, key: str, value: Any) -> Edit:
    """Send requests to an address without their credential."""

    def edit(data: Any) -> int:
        found = [n for n in nodes(data) if url in str((n.get("mapper") or n.get("parameters") or {}).get("url", ""))]
        for node in found:
            node["parameters"][key] = value
        return len(found)

    return edit


_POST, _READ, _LOG = "/v2/billing/meter_events", "/v1/billing/", "source.url"
_RANDOM_N8N, _RANDOM_MAKE = "={{ 'key-' + Math.random() }}", "{{uuid}}"
_NOW_MAKE = r'\1{{formatDate(1.now; "YYYY-MM-DDTHH:mm:ss"; "UTC")}}Z\2'

_AT_NOW = mapper("jsonStringBodyContent", r'("timestamp":").*?(","payload")', _NOW_MAKE)
_NO_TYPE = both(without_header(_POST, "Content-Type"), mapper("contentType", "^json$", "custom"))
_READ_AS_0 = both(variable("ok", '{{"yes"}}'), variable("base", "{{0}}"))
_AS_0 = 'state.counted[ask.group] = "0"; } else { state.read[`${ask.group} ${ask.fact}`] = "0";'
_GIVES_UP = r"olderOf\(state, ask\.group\)\.forEach\(\(fact\) => tell\(.*?\)\);"

NAMED: tuple[Named, ...] = (
    Named("a random idempotency key", CHUNK, with_header(_POST, "Idempotency-Key", _RANDOM_N8N), "ordinary-day"),
    Named(
        "a random identifier",
        CHUNK,
        in_text(r"customer, digest, base\]", "customer, digest, Math.random()]"),
        "duplicate",
    ),
    Named("no Idempotency-Key", CHUNK, without_header(_POST, "Idempotency-Key"), "ordinary-day"),
    Named("no version on posts", CHUNK, without_header(_POST, "Stripe-Version"), "ordinary-day"),
    Named("no version on reads", CHUNK, without_header(_READ, "Stripe-Version"), "late-rows"),
    Named("no Authorization on posts", CHUNK, without_key(_POST, "authentication", "none"), "ordinary-day"),
    Named("no Authorization on reads", CHUNK, without_key(_READ, "authentication", "none"), "ordinary-day"),
    Named("no Authorization to the log", PARENT, without_key(_LOG, "authentication", "none"), "ordinary-day"),
    Named(
        "no retry of posts", CHUNK, in_text(r"status >= 500 \? \"retry\" : \"refused\"", '"refused"'), "rate-limited"
    ),
    Named("no retry after silence", CHUNK, in_text(r"\? \"retry\" : \"broken\"", '? "refused" : "broken"'), "reset"),
    Named("no retry of the log", PARENT, in_text(r'"attempts": ?\d+', '"attempts": 1'), "source-slow-start"),
    Named(
        "event time = now",
        CHUNK,
        in_text(r"isoInstant\(eventTime\(window\)\)", "isoInstant(state.run.now)"),
        "ordinary-day",
    ),
    Named(
        "a cut read counts as 0", CHUNK, in_text(r"\.length > 1\) return null", '.length > 1) return "0"'), "cut-read"
    ),
    Named(
        "a failed read counts as 0",
        CHUNK,
        in_text(_GIVES_UP, _AS_0),
        "failed-read",
    ),
    Named(
        "a chunk goes on where the first one ended",
        PARENT,
        in_text(r"\$runIndex - 1", "Math.max(0, $runIndex - 2)"),
        "three-chunks",
    ),
    Named("a random idempotency key", BLUEPRINT, with_header(_POST, "Idempotency-Key", _RANDOM_MAKE), "ordinary-day"),
    Named("no Idempotency-Key", BLUEPRINT, without_header(_POST, "Idempotency-Key"), "ordinary-day"),
    Named("no Content-Type", BLUEPRINT, _NO_TYPE, "ordinary-day"),
    Named("no version on posts", BLUEPRINT, without_header(_POST, "Stripe-Version"), "ordinary-day"),
    Named("no version on reads", BLUEPRINT, without_header(_READ, "Stripe-Version"), "late-rows"),
    Named("no Authorization on posts", BLUEPRINT, without_key(_POST, "authenticationType", "noAuth"), "ordinary-day"),
    Named("no Authorization on reads", BLUEPRINT, without_key(_READ, "authenticationType", "noAuth"), "ordinary-day"),
    Named("no Authorization to the log", BLUEPRINT, without_key(_LOG, "authenticationType", "noAuth"), "ordinary-day"),
    Named("no retry", BLUEPRINT, mapper("repeats", r"length\(2\.retry\.lows\)", "0"), "rate-limited"),
    Named("no retry of the log", BLUEPRINT, mapper("repeats", r"length\(2\.retry\.lows\)", "0"), "source-slow-start"),
    Named("event time = now", BLUEPRINT, _AT_NOW, "ordinary-day"),
    Named("a cut read counts as 0", BLUEPRINT, _READ_AS_0, "cut-read"),
    Named("a failed read counts as 0", BLUEPRINT, _READ_AS_0, "failed-read"),
)
