"""The judge's own reading of one row: names and counts by the log's contract. Imports nothing of `metering`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.rendering.plan import TokenType
from generator.replay.usage.source import Row

_NOTHING = (None, "")
"""What is as good as an absent field."""


def spelled(value: object) -> str:
    """Give a name as the log spells it: text, or a whole number that JSON carries exactly; anything else is empty."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    return str(value) if whole or isinstance(value, str) else ""


def parts_of(row: Row) -> dict[str, dict[TokenType, int]] | None:
    """Split a row into four counts per outside model name; None when a count is no count."""
    try:
        parts: dict[str, dict[TokenType, int]] = {}
        for model, four in _raw_counts(row):
            held = parts.setdefault(model, dict.fromkeys(TokenType, 0))
            for token_type, n in zip(TokenType, four, strict=True):
                held[token_type] += n
        return parts if 0 < len(parts) <= 2 else None
    except ValueError:
        return None


def _raw_counts(row: Row) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
    model, usage = spelled(row.get("model")), row.get("usage")
    if usage in _NOTHING or any(row.get(t) not in _NOTHING for t in TokenType):
        if not any(t in row for t in TokenType):
            raise ValueError("no counts")
        yield model, tuple(_int(row[t]) if t in row else 0 for t in TokenType)  # type: ignore[misc]
        return
    usage = _object(usage)
    entries = usage.get("iterations")
    if (inclusive := _inclusive(usage)) or not isinstance(entries, list) or not entries:
        yield model, inclusive or _anthropic(usage)
        return
    for entry in map(_object, entries):
        yield model if entry.get("model") is None else spelled(entry["model"]), _anthropic(entry)


def _inclusive(u: Mapping[str, Any]) -> tuple[int, int, int, int] | None:
    """Split an object whose prompt includes its cached part: Gemini's, or one of OpenAI's two; None for Anthropic's."""
    told = {key for key, value in u.items() if value not in _NOTHING}
    if "promptTokenCount" in told:
        cached = _opt(u, "cachedContentTokenCount")
        whole = _int(u["promptTokenCount"]) + _opt(u, "toolUsePromptTokenCount")
        return _sane(whole - cached), cached, 0, _opt(u, "candidatesTokenCount") + _opt(u, "thoughtsTokenCount")
    if "prompt_tokens" in told:
        whole_key, out_key = "prompt_tokens", "completion_tokens"
    elif "input_tokens" in told and told & {"total_tokens", "input_tokens_details"}:
        whole_key, out_key = "input_tokens", "output_tokens"
    else:
        return None
    parts = u.get(f"{whole_key}_details")
    details = {} if parts in _NOTHING else _object(parts)
    cached, write = _opt(details, "cached_tokens"), _opt(details, "cache_write_tokens")
    return _sane(_int(u[whole_key]) - cached - write), cached, write, _int(u.get(out_key))


def _anthropic(u: Mapping[str, Any]) -> tuple[int, int, int, int]:
    read, write = _opt(u, "cache_read_input_tokens"), _opt(u, "cache_creation_input_tokens")
    return _int(u.get("input_tokens")), read, write, _int(u.get("output_tokens"))


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(value)
    return value


def _opt(u: Mapping[str, Any], key: str) -> int:
    return 0 if u.get(key) in _NOTHING else _int(u[key])


def _int(value: Any) -> int:
    """Read a count; 12.0 is the number 12, as JSON knows no difference."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,15}", str(value)):
        raise ValueError(value)
    return int(value)


def _sane(value: int) -> int:
    if value < 0:
        raise ValueError(value)
    return value
