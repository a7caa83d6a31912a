"""The judge's own model of `log-call`: a sound call is in the table once, as first said, and nothing else is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from generator.rendering.plan import TokenType
from generator.replay.counts import parts_of, spelled
from generator.replay.flows.record import Deed
from generator.replay.usage.source import instant

_SECOND = " (2)"
_LONGEST = 200
_REQUEST = re.compile(r"\S{1,200}")
_OLDEST, _NEWEST = timedelta(days=35), timedelta(days=1)
_AT_ONCE = timedelta(minutes=1)
"""How long a call without a time may take until it is stored."""
_CARRIED_OUT = 500
"""Answers below it say what became of the call; from it on nobody knows."""


class Stored(NamedTuple):
    """What the table holds of one call: counts per model, those without any left out."""

    client: str
    time: str
    counts: Mapping[str, tuple[int, ...]]


def judge(deeds: Sequence[Deed]) -> Iterator[str]:
    """Hold answers and the table against the calls as they came."""
    held: dict[str, Stored] = {}
    for deed in deeds:
        if deed.step.call and deed.status < _CARRIED_OUT:
            words = [*_answered(deed, held), *_twice(deed)]
            yield from (f"step {deed.index}: {word}" for word in words)
        held = _table(deed)


def _answered(deed: Deed, held: Mapping[str, Stored]) -> Iterator[str]:
    call, table = deed.step.call, _table(deed)
    wanted = _sound(call.body, deed.step.at) if call and call.text is None else None
    if (call and call.key != "good") or wanted is None:
        if deed.status not in (400, 403) or table != held:
            yield f"answered {deed.status} to what cannot be stored; the table {_change(held, table)}"
        return
    name = spelled(((call and call.body) or {}).get("request_id")) or _drawn(deed)
    before, after = held.get(name), table.get(name)
    if after is None or (before and after != before) or table != {**held, name: after}:
        yield f"{name or 'a call'} is not what the table has besides: it {_change(held, table)}"
    elif not before and not _agrees(after, wanted, deed.step.at):
        yield f"stored {after}, said {wanted}"
    elif deed.status != (200 if _agrees(after, wanted, None) else 409):
        yield f"answered {deed.status} to {wanted}; the table has {after}"


def _sound(body: Mapping[str, Any] | None, at: datetime) -> Stored | None:
    """Read a call by the log's contract; None where it cannot be stored. An unnamed time is empty."""
    row = body or {}
    names = [spelled(row.get(field)) for field in ("client", "model")]
    parts, when, request = parts_of(row), row.get("time"), row.get("request_id")
    time = instant(row) if when not in (None, "") else at
    timely = time is not None and at - _OLDEST <= time <= at + _NEWEST
    named = request in (None, "") or _REQUEST.fullmatch(spelled(request))
    if not (parts and timely and named and all(name.strip() and len(name) <= _LONGEST for name in names)):
        return None
    counts = {model: tuple(four[kind] for kind in TokenType) for model, four in parts.items()}
    stamp = "" if when in (None, "") or time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Stored(names[0], stamp, {model: four for model, four in counts.items() if any(four)})


def _agrees(stored: Stored, said: Stored, at: datetime | None) -> bool:
    """Whether the table says what a call said; where the call named no time, that it was stored at once."""
    if (stored.client, stored.counts) != (said.client, said.counts) or (said.time and said.time != stored.time):
        return False
    return bool(said.time) or at is None or at <= datetime.fromisoformat(stored.time) <= at + _AT_ONCE


def _drawn(deed: Deed) -> str:
    """Give the id that the answer says a call without one got."""
    try:
        return str(json.loads(deed.answer).get("request_id"))
    except (ValueError, AttributeError):
        return ""


def _table(deed: Deed) -> dict[str, Stored]:
    calls: dict[str, Stored] = {}
    for row in deed.stored:
        name = str(row["request_id"]).removesuffix(_SECOND)
        four = tuple(int(str(row[kind])) for kind in TokenType)
        counts = {**(calls[name].counts if name in calls else {}), **({str(row["model"]): four} if any(four) else {})}
        calls[name] = Stored(str(row["client"]), str(row["time"]), counts)
    return calls


def _twice(deed: Deed) -> Iterator[str]:
    names = [str(row["request_id"]) for row in deed.stored]
    yield from (f"{name} is in the table {names.count(name)} times" for name in set(names) if names.count(name) > 1)
    owners = {(str(row["request_id"]).removesuffix(_SECOND), str(row["client"])) for row in deed.stored}
    yield from (f"{name} is of several clients" for name, n in Counter(name for name, _ in owners).items() if n > 1)
    for row in deed.stored:
        if int(str(row["at"])) != datetime.fromisoformat(str(row["time"])).timestamp():
            yield f"{row['request_id']} is found at {row['at']}, and says {row['time']}"


def _change(held: Mapping[str, Stored], table: Mapping[str, Stored]) -> str:
    changed = sorted(name for name in held.keys() | table.keys() if held.get(name) != table.get(name))
    return f"changed at {', '.join(changed)}" if changed else "is as it was"
