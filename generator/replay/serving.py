"""Play on several servers at once: a run on n8n waits for its database and its world half of the time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from math import ceil
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

MOST = min(2, os.cpu_count() or 1)
"""Servers; each takes about 1 GB."""
_AT_A_TIME = 8
"""Neighbours need the same workflows, and an import takes longer than many a run."""
Server = TypeVar("Server")
Row = TypeVar("Row")


def served(
    plays: Sequence[Callable[[Server], Row]], start: Callable[[], Server], report: Callable[[Row], None]
) -> list[Row]:
    """Play each once, on as many servers as there is work for; gives the rows in the order of the plays.

    The first server is up before the others are started, in threads of their own. The first exception ends it all, an
    interrupt too: no play is waited for, so whoever owns the servers closes them; none comes up after that.
    """
    some = min(_AT_A_TIME, ceil(len(plays) / MOST))
    left = deque(range(n, min(n + some, len(plays))) for n in range(0, len(plays), some or 1))
    rows: dict[int, Row] = {}
    if not left:
        return []
    came: SimpleQueue[tuple[int, Row] | BaseException | None] = SimpleQueue()
    given_up, many = Event(), min(MOST, len(left))
    first, coming = start(), list[Event]()

    def serve(up: Event, begin: Callable[[], Server]) -> None:
        try:
            try:
                server = begin()
            finally:
                up.set()
            for n in _taken(left):
                if given_up.is_set():
                    return
                came.put((n, plays[n](server)))
            came.put(None)
        except BaseException as error:
            came.put(error)

    try:
        for n in range(many):
            up = Event()
            Thread(target=serve, args=(up, start if n else lambda: first), daemon=True).start()
            coming.append(up)
        while many:
            one = came.get()
            if isinstance(one, BaseException):
                raise one
            if one is None:
                many -= 1
            else:
                rows[one[0]] = one[1]
                report(one[1])
    finally:
        given_up.set()
        for up in coming:
            up.wait()
    return [rows[n] for n in sorted(rows)]


def _taken(left: deque[range]) -> Iterator[int]:
    while left:
        with suppress(IndexError):  # another server has just taken the last ones
            yield from left.popleft()
