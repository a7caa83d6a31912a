"""Providers' own `usage` objects: saved answers, or app logs that keep the object as it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from generator.metering.usage import Counts, outside_name, row_counts
from generator.usage_files.counts import count, money
from generator.usage_files.record import Ask, BadRow, Used
from generator.usage_files.shapes import CLIENTS, MODELS, TIMES, plain
from generator.usage_files.times import read_time

JsonRow = Mapping[str, object]
USAGES = ("usage", "usageMetadata", "usage_metadata")
WRAPPERS = ("response", "body", "result", "message")
"""Where batch files keep an answer: `response.body` (OpenAI), `result.message` (Anthropic)."""
KNOWN = {
    "prompt_tokens": "OpenAI chat answers",
    "input_tokens_details": "OpenAI responses",
    "total_tokens": "OpenAI responses",
    "input_tokens": "Anthropic messages",
    "iterations": "Anthropic messages",
    "promptTokenCount": "Gemini answers",
    "inputTokens": "Bedrock Converse answers",
}


def answer_shape(row: JsonRow) -> str | None:
    """Name the API whose `usage` object a row holds; None where it holds none."""
    usage = _usage(_unwrapped(row)[0])
    return None if usage is None else next((name for key, name in KNOWN.items() if key in usage), None)


def read_answer(row: JsonRow, ask: Ask) -> Iterator[Used]:
    """Read one answer: a row per model, since an advisor's tokens are another model's."""
    inner, batch = _unwrapped(row)
    usage = _usage(inner)
    if usage is None:
        raise BadRow("it holds no usage object")
    model = _first(inner, MODELS) or _first(row, MODELS) or ask.model
    clients = (plain(ask.client_field),) if ask.client_field else CLIENTS
    client, when = _first(row, clients) or _first(inner, clients), read_time(_time(inner) or _time(row))
    given = usage if "inputTokens" not in usage else _bedrock(usage)
    found = row_counts({"model": model, "usage": given})
    if found is None:
        raise BadRow("its usage object holds a count that is no whole number, or parts larger than their whole")
    cost, long = money(usage.get("cost")) if not isinstance(usage.get("cost"), Mapping) else None, _long(usage)
    for name, counts in found.items():
        own = name == model
        yield Used(client, name, when, *counts, _fitting(long, counts) if own else 0, 1, cost if own else None, batch)


def _unwrapped(row: JsonRow) -> tuple[JsonRow, bool]:
    """Give the answer inside a batch file's line, and whether it was one."""
    inner, batch = row, False
    while _usage(inner) is None:
        found = next((inner[key] for key in WRAPPERS if isinstance(inner.get(key), Mapping)), None)
        if not isinstance(found, Mapping):
            return row, False
        inner, batch = found, batch or "custom_id" in row
    return inner, batch


def _usage(row: JsonRow) -> JsonRow | None:
    found = next((row[key] for key in USAGES if isinstance(row.get(key), Mapping)), None)
    return found if isinstance(found, Mapping) else None


def _bedrock(usage: JsonRow) -> JsonRow:
    """Spell Bedrock Converse's disjoint counts as Anthropic does."""
    names = {
        "inputTokens": "input_tokens",
        "outputTokens": "output_tokens",
        "cacheReadInputTokens": "cache_read_input_tokens",
        "cacheWriteInputTokens": "cache_creation_input_tokens",
    }
    return {name: usage[key] for key, name in names.items() if key in usage}


def _long(usage: JsonRow) -> int:
    """Give the cache writes kept for an hour (Anthropic) or twelve (OpenAI): a part of all writes."""
    for parts, key in (
        ("cache_creation", "ephemeral_1h_input_tokens"),
        ("prompt_tokens_details", "ttl_12h_tokens"),
        ("input_tokens_details", "ttl_12h_tokens"),
    ):
        block = usage.get(parts)
        if isinstance(block, Mapping) and block.get(key):
            return count(block[key])
    return 0


def _fitting(long: int, counts: Counts) -> int:
    return min(long, counts.cached_write)


def _first(row: JsonRow, names: tuple[str, ...]) -> str:
    by_name = {plain(key): value for key, value in row.items() if isinstance(value, str | int | Decimal)}
    return next((name for field in names if (name := outside_name(by_name.get(field)))), "")


def _time(row: JsonRow) -> object:
    by_name = {plain(key): value for key, value in row.items() if not isinstance(value, Mapping | list)}
    return next((by_name[name] for name in (*TIMES, "createtime") if by_name.get(name)), None)
