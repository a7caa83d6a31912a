"""Providers' own `usage` objects: saved answers, or app logs that keep the object as it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from generator.metering.usage import row_counts
from generator.usage_files.counts import count, money
from generator.usage_files.lens import Counts5, Fields, Lens, make_lens
from generator.usage_files.record import Ask, BadRow, LeftOut, Used
from generator.usage_files.shapes import Shape

JsonRow = Mapping[str, object]
USAGES = ("usage", "usageMetadata", "usage_metadata")
WRAPPERS = ("response", "body", "result", "message")
"""Where batch files keep an answer: `response.body` (OpenAI), `result.message` (Anthropic)."""
NAMES = {
    "prompt_tokens": "OpenAI chat answers",
    "input_tokens_details": "OpenAI responses",
    "total_tokens": "OpenAI responses",
    "input_tokens": "Anthropic messages",
    "iterations": "Anthropic messages",
    "promptTokenCount": "Gemini answers",
    "inputTokens": "Bedrock Converse answers",
}
NOTHING: JsonRow = {}


def answer_path(row: JsonRow) -> tuple[str, ...] | None:
    """Give the keys that lead to a row's `usage` object; None where it holds none."""
    inner, path = row, ()  # type: tuple[JsonRow, tuple[str, ...]]
    while not any(isinstance(inner.get(key), Mapping) for key in USAGES):
        key = next((key for key in WRAPPERS if isinstance(inner.get(key), Mapping)), "")
        found = inner.get(key)
        if not isinstance(found, Mapping):
            return None
        inner, path = found, (*path, key)
    return *path, next(key for key in USAGES if isinstance(inner.get(key), Mapping))


def answer_shape(usage: JsonRow) -> Shape | None:
    """Name the API that a `usage` object comes from."""
    name = next((name for key, name in NAMES.items() if key in usage), None)
    return None if name is None else Shape(name=name, needs=frozenset(), costs=())


def usage_counts(usage: JsonRow) -> Counts5:
    """Read a `usage` object as (input, cached input, cached write, output, long write), disjoint.

    The same rules as `metering.usage`, which the workflows keep; a property test holds the two together. Bedrock and
    long writes are only known here.
    """
    if "prompt_tokens" in usage:
        return _inclusive(usage, "prompt_tokens", "prompt_tokens_details", "completion_tokens")
    if "input_tokens" in usage:
        if usage.get("total_tokens") is not None or usage.get("input_tokens_details") is not None:
            return _inclusive(usage, "input_tokens", "input_tokens_details", "output_tokens")
        return _anthropic(usage)
    if "promptTokenCount" in usage:
        return _gemini(usage)
    if "inputTokens" in usage:
        read, write = count(usage.get("cacheReadInputTokens")), count(usage.get("cacheWriteInputTokens"))
        return count(usage["inputTokens"]), read, write, count(usage.get("outputTokens")), 0
    raise BadRow(f"no known counts in its usage object: {', '.join(list(usage)[:12]) or 'empty'}")


def _inclusive(usage: JsonRow, total: str, parts: str, output: str) -> Counts5:
    details = usage.get(parts) or NOTHING
    if not isinstance(details, Mapping):
        raise BadRow(f"{parts} is not an object")
    cached, write = count(details.get("cached_tokens")), count(details.get("cache_write_tokens"))
    rest = _needed(usage, total) - cached - write
    if rest < 0:
        raise BadRow(f"{cached + write:,} cached tokens are more than its {rest + cached + write:,} input tokens")
    return rest, cached, write, _needed(usage, output), min(write, count(details.get("ttl_12h_tokens")))


def _anthropic(usage: JsonRow) -> Counts5:
    read, write = count(usage.get("cache_read_input_tokens")), count(usage.get("cache_creation_input_tokens"))
    parts = usage.get("cache_creation")
    long = count(parts.get("ephemeral_1h_input_tokens")) if isinstance(parts, Mapping) else 0
    return _needed(usage, "input_tokens"), read, write, _needed(usage, "output_tokens"), min(write, long)


def _gemini(usage: JsonRow) -> Counts5:
    cached = count(usage.get("cachedContentTokenCount"))
    prompt = _needed(usage, "promptTokenCount") + count(usage.get("toolUsePromptTokenCount"))
    if cached > prompt:
        raise BadRow(f"{cached:,} cached tokens are more than its {prompt:,} input tokens")
    output = count(usage.get("candidatesTokenCount")) + count(usage.get("thoughtsTokenCount"))
    return prompt - cached, cached, 0, output, 0


def _needed(usage: JsonRow, key: str) -> int:
    if usage.get(key) is None:
        raise BadRow(f"its usage object has no {key}")
    return count(usage[key])


def answer_lens(shape: Shape, fields: Fields[JsonRow], path: tuple[str, ...], ask: Ask) -> AnswerLens:
    """Put the lens for answers together: names and times from the row's fields, counts from its `usage` object."""
    batch = len(path) > 1 and "customid" in fields.get
    find = _finder(path)
    plain = make_lens(shape, fields, ask, lambda row: usage_counts(find(row)))

    def read(row: JsonRow) -> list[Used | LeftOut]:
        usage = find(row)
        if usage.get("iterations"):
            return _iterations(row, usage, plain)
        used = plain(row)
        cost = usage.get("cost")
        if isinstance(used, Used) and (batch or isinstance(cost, Decimal | int)):
            own = money(cost) if isinstance(cost, Decimal | int) else None
            used = used._replace(cost=own, batch=batch)
        return [used]

    return read


AnswerLens = Callable[[JsonRow], list[Used | LeftOut]]


def _iterations(row: JsonRow, usage: JsonRow, plain: Lens[JsonRow]) -> list[Used | LeftOut]:
    """Read an answer of several steps: an advisor's tokens are another model's, and the top level leaves some out."""
    used = plain(row)
    if not isinstance(used, Used):
        return [used]
    found = row_counts({"model": used.model, "usage": usage})
    if found is None:
        raise BadRow("its iterations hold a count that is no whole number")
    return [used._replace(**counts._asdict(), model=name) for name, counts in found.items()]


def _finder(path: tuple[str, ...]) -> Callable[[JsonRow], JsonRow]:
    """Give the function that walks to the `usage` object."""
    if len(path) == 1:
        only = path[0]
        return lambda row: row[only]  # type: ignore[return-value]

    def find(row: JsonRow) -> JsonRow:
        inner: object = row
        for key in path:
            inner = inner.get(key) if isinstance(inner, Mapping) else None
        if not isinstance(inner, Mapping):
            raise BadRow(f"it holds no {'.'.join(path)}")
        return inner

    return find
