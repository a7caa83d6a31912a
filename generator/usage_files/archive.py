"""The archive: every night's totals, kept beside the mapping, so that a statement needs no source that has expired.

One file per local month, `2026-11.jsonl`. Its first line says format and zone; each other line is one client's tokens
of one pair on one day. A day is replaced only by totals that are nowhere smaller: a source that forgets rows takes
nothing out of the archive.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from generator.errors import UnreadableInput
from generator.mapping.words import TokenType

FORMAT = 1


class Kept(NamedTuple):
    """One client's tokens of one pair on one local day; names are the mapping's."""

    client: str
    day: date
    model: str
    token_type: TokenType
    tokens: int


@dataclass(frozen=True, slots=True)
class Merged:
    """The archive with new totals in it, and the (client, day) whose new totals were smaller and so were not taken."""

    rows: list[Kept]
    smaller: list[tuple[str, date]]


def read_month(text: str, name: str, zone: str) -> list[Kept]:
    """Read one month's file; a file of another zone has other days and is refused."""
    head, *lines = text.splitlines() or [""]
    try:
        said = json.loads(head)
        if (said["tokentill"], said["format"]) != ("archive", FORMAT):
            raise ValueError("no archive of format 1")
        if said["zone"] != zone:
            raise UnreadableInput(f"{name}: its days are those of {said['zone']}, the mapping's those of {zone}")
        return [_row(line) for line in lines if line.strip()]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableInput(f"{name}: not an archive of totals ({error})") from None


def write_month(rows: Iterable[Kept], zone: str) -> str:
    """Write one month's file: the same totals give the same bytes."""
    head = json.dumps({"tokentill": "archive", "format": FORMAT, "zone": zone})
    kinds = list(TokenType)
    ordered = sorted(rows, key=lambda row: (row.day, row.client, row.model, kinds.index(row.token_type)))
    return "\n".join([head, *(_line(row) for row in ordered), ""])


def merge(old: Iterable[Kept], new: Iterable[Kept]) -> Merged:
    """Take new totals, client by client and day by day."""
    days, fresh = _by_day(old), _by_day(new)
    smaller = [key for key, totals in fresh.items() if _shrinks(days.get(key, {}), totals)]
    days.update({key: totals for key, totals in fresh.items() if key not in smaller})
    rows = [
        Kept(client, day, model, kind, tokens)
        for (client, day), totals in days.items()
        for (model, kind), tokens in totals.items()
    ]
    return Merged(rows, sorted(smaller))


Totals = dict[tuple[str, TokenType], int]


def _by_day(rows: Iterable[Kept]) -> dict[tuple[str, date], Totals]:
    days: dict[tuple[str, date], Totals] = {}
    for row in rows:
        totals = days.setdefault((row.client, row.day), {})
        pair = (row.model, row.token_type)
        totals[pair] = totals.get(pair, 0) + row.tokens
    return days


def _shrinks(old: Totals, new: Totals) -> bool:
    return any(new.get(pair, 0) < tokens for pair, tokens in old.items())


def _row(line: str) -> Kept:
    entry = json.loads(line)
    tokens = entry["tokens"]
    if not isinstance(tokens, int) or isinstance(tokens, bool) or tokens < 0:
        raise ValueError(f"{tokens!r} is no count of tokens")
    return Kept(
        str(entry["client"]),
        date.fromisoformat(entry["day"]),
        str(entry["model"]),
        TokenType(entry["token_type"]),
        tokens,
    )


def _line(row: Kept) -> str:
    entry = {"day": row.day.isoformat(), "client": row.client, "model": row.model}
    return json.dumps({**entry, "token_type": row.token_type.value, "tokens": row.tokens}, ensure_ascii=False)
