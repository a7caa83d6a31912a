"""Play on several servers at once: a run on n8n waits for its database and its world half of the time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from threading import Event
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
    """Play each once, on as many servers as there is work for; gives the rows as they came.

    The first server is up before the others are started, in threads of their own. Where one fails, or the user breaks
    off, the others end what they are at and no more; the first exception is raised.
    """
    rows, given_up = list[Row](), Event()
    left = deque(plays[n : n + _AT_A_TIME] for n in range(0, len(plays), _AT_A_TIME))
    if not left:
        return rows

    def taken() -> Iterator[Callable[[Server], Row]]:
        while left:
            with suppress(IndexError):  # another server has just taken the last ones
                yield from left.popleft()

    def serve(server: Server) -> None:
        for play in taken():
            if given_up.is_set():
                return
            row = play(server)
            rows.append(row)
            report(row)

    first, many = start(), min(MOST, len(left))
    with ThreadPoolExecutor(many) as pool:
        serving = [pool.submit(serve, first), *(pool.submit(lambda: serve(start())) for _ in range(1, many))]
        try:
            for one in as_completed(serving):
                one.result()
        except BaseException:
            given_up.set()
            raise
    return rows
