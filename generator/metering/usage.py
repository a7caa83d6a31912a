"""Usage: what one row of the log says, as disjoint token counts per outside model name.

The fields of every provider's `usage` object are in `generator/sources/app_log/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from generator.mapping.words import TokenType

TOKEN_TYPES = tuple(map(str, TokenType))
MOST_MODELS = 2
"""Models that one row may hold: the row's own and that of an advisor."""

_DIGITS = re.compile(r"[0-9]{1,15}")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|([+-])(\d\d):?(\d\d)?)?", re.ASCII)

Row = Mapping[str, object]
"""One row, as JSON is read with fractions as `Decimal`."""


class Counts(NamedTuple):
    """Tokens of one call: disjoint, so that they add up to what the provider bills."""

    input: int = 0
    cached_input: int = 0
    cached_write: int = 0
    output: int = 0

    def __add__(self, other: object) -> Counts:
        """Add type by type."""
        if not isinstance(other, Counts):
            return NotImplemented
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class _NoCount(ValueError):
    """What stands in a row is no count."""


def row_time(text: object) -> datetime | None:
    """Read a row's time to the second, an aware UTC instant; None where it is none. Without a zone it is UTC."""
    part = _TIME.fullmatch(text) if isinstance(text, str) else None
    if not part:
        return None
    offset = timedelta(hours=int(part[9] or 0), minutes=int(part[10] or 0))
    if offset >= timedelta(days=1) or int(part[10] or 0) >= 60:
        return None
    try:
        wall = datetime(*(int(digits or 0) for digits in part.groups()[:6]), tzinfo=UTC)  # type: ignore[misc,arg-type]
        return wall + offset if part[8] == "-" else wall - offset
    except (ValueError, OverflowError):
        return None


def outside_name(value: object) -> str:
    """Give a client's or model's name as text; a whole number is one too, anything else is empty."""
    if isinstance(value, str):
        return value
    return str(int(value)) if _is_whole(value) and abs(value) < 2**53 else ""  # type: ignore[arg-type,call-overload]


def row_counts(row: Row) -> dict[str, Counts] | None:
    """Give a row's counts per outside model name; None where it cannot be counted (`bad_count`)."""
    model = outside_name(row.get("model"))
    try:
        if not any(_given(row.get(kind)) for kind in TOKEN_TYPES) and _given(row.get("usage")):
            return _merged(_usage(model, _object(row["usage"])))
        if not any(kind in row for kind in TOKEN_TYPES):
            return None
        return {model: Counts(*(_count(row[kind]) if kind in row else 0 for kind in TOKEN_TYPES))}
    except _NoCount:
        return None


def _merged(parts: Iterable[tuple[str, Counts]]) -> dict[str, Counts] | None:
    models: dict[str, Counts] = {}
    for model, counts in parts:
        models[model] = models.get(model, Counts()) + counts
    return models if len(models) <= MOST_MODELS else None


def _usage(model: str, usage: Row) -> Sequence[tuple[str, Counts]]:
    """Recognise a provider's object by its fields; only `iterations` may name another model than the row's."""
    if _given(usage.get("promptTokenCount")):
        return [(model, _gemini(usage))]
    if _given(usage.get("prompt_tokens")):
        return [(model, _inclusive(usage, "prompt_tokens", "completion_tokens"))]
    inclusive = _given(usage.get("total_tokens")) or _given(usage.get("input_tokens_details"))
    if _given(usage.get("input_tokens")) and inclusive:
        return [(model, _inclusive(usage, "input_tokens", "output_tokens"))]
    iterations = usage.get("iterations")
    if isinstance(iterations, list) and iterations:
        entries = [_object(entry) for entry in iterations]
        named = [model if entry.get("model") is None else entry["model"] for entry in entries]
        return [(outside_name(name), _anthropic(entry)) for name, entry in zip(named, entries, strict=True)]
    return [(model, _anthropic(usage))]


def _gemini(usage: Row) -> Counts:
    cached = _optional(usage.get("cachedContentTokenCount"))
    prompt = _count(usage["promptTokenCount"]) + _optional(usage.get("toolUsePromptTokenCount"))
    output = _optional(usage.get("candidatesTokenCount")) + _optional(usage.get("thoughtsTokenCount"))
    return _disjoint(prompt - cached, cached, 0, output)


def _inclusive(usage: Row, total: str, output: str) -> Counts:
    """Read OpenAI's objects, whose totals include their parts."""
    parts = usage.get(f"{total}_details")
    details = _object(parts) if _given(parts) else {}
    cached, write = _optional(details.get("cached_tokens")), _optional(details.get("cache_write_tokens"))
    return _disjoint(_count(usage[total]) - cached - write, cached, write, _count(usage.get(output)))


def _anthropic(usage: Row) -> Counts:
    read, write = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    return Counts(
        _count(usage.get("input_tokens")), _optional(read), _optional(write), _count(usage.get("output_tokens"))
    )


def _disjoint(rest: int, cached: int, write: int, output: int) -> Counts:
    if rest < 0:
        raise _NoCount
    return Counts(rest, cached, write, output)


def _count(value: object) -> int:
    """Read a whole number from 0 on of at most 15 digits, given as a number or as digits."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if _is_whole(value) and 0 <= value < 10**15:  # type: ignore[operator]
        return int(value)  # type: ignore[call-overload,no-any-return]
    raise _NoCount


def _optional(value: object) -> int:
    return _count(value) if _given(value) else 0


def _object(value: object) -> Row:
    if isinstance(value, Mapping):
        return value
    raise _NoCount


def _given(value: object) -> bool:
    """Whether a field says anything: null and empty text are as good as absent, as Make sees them."""
    return value is not None and value != ""


def _is_whole(value: object) -> bool:
    """Whether JSON's number is whole: 12.0 is the same number as 12."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)
