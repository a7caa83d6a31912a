"""What goes wrong in one run: the faults of every service, and runs that die at any request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Literal

from generator.replay.case import Fault, FaultKind, Target

_ANSWERED: tuple[FaultKind, ...] = ("429", "429", "500", "503", "408", "html", "reset_peer", "timeout", "latency")
_STORED: tuple[FaultKind, ...] = ("sticky_500", "lost_response", "stored_timeout", "stored_html", "409", "in_use")
_TROUBLES: tuple[tuple[Target, tuple[FaultKind, ...]], ...] = (
    ("meter_event", (*_ANSWERED, *_STORED, *_STORED, "400", "401", "403")),
    ("meter_event", (*_STORED, "429", "lost_response")),
    ("range_read", (*_ANSWERED, "409", "cut", "empty_object", "400")),
    ("fact_read", (*_ANSWERED, "409", "cut", "empty_object")),
    ("summary", (*_ANSWERED, "401")),
    ("usage", (*_ANSWERED, "partial", "short", "repeat_page", "401")),
    ("meters", (*_ANSWERED, "empty_object", "400")),
    ("any", ("kill", "kill_after", "kill", "kill_after")),
)
_RETRIED = frozenset({"429", "503", "409"})


def mishaps(rng: Random, at: datetime, rough: float) -> tuple[Fault, ...]:
    """Draw the faults of one run; `rough` is how likely a run meets any."""
    if rng.random() >= rough:
        return ()
    return tuple(_fault(rng, at) for _ in range(rng.choice((1, 1, 2, 3))))


def _fault(rng: Random, at: datetime) -> Fault:
    target, kinds = rng.choice(_TROUBLES)
    kind = rng.choice(kinds)
    dies = kind.startswith("kill")
    calls, until = _calls(rng, once=dies)
    hint = rng.choice((None, None, "1", "9", "1200", _date(rng, at))) if kind in _RETRIED else None
    should: Literal["true", "false"] | None = None
    if kind in _RETRIED and rng.random() < 0.1:
        should = rng.choice(("true", "false"))
    return Fault(
        on=target, fault=kind, calls=calls, until=until, retry_after=hint, should_retry=should,
        seconds=rng.choice((1, 20, 39, 250)) if kind == "latency" else 0,
    )  # fmt: skip


def _date(rng: Random, at: datetime) -> str:
    return format_datetime((at + timedelta(seconds=rng.choice((5, 60)))).astimezone(UTC), usegmt=True)


def _calls(rng: Random, *, once: bool) -> tuple[tuple[int, ...], int | None]:
    """Choose single calls, the first few, or a storm over all of them."""
    if once:
        return (rng.randint(1, rng.choice((4, 12, 40))),), None
    shape = rng.random()
    if shape < 0.5:
        return tuple(sorted({rng.randint(1, 10) for _ in range(rng.choice((1, 2)))})), None
    return (), rng.choice((1, 3, 7)) if shape < 0.85 else None


def lag(rng: Random) -> int:
    """Draw how many seconds summaries stay behind: minutes to a day."""
    return rng.choice((120, 900, 3600, 6 * 3600, 24 * 3600))


def outage(rng: Random, rough: float) -> int:
    """Draw how many runs in a row do not take place."""
    return rng.choice((1, 1, 1, 2, 5)) if rng.random() < rough / 8 else 0
