"""Answers that never come: what a world raises in place of a `Response`."""

from __future__ import annotations

from typing import Literal

Silence = Literal["reset", "hang", "slow"]


class NoAnswer(Exception):
    """The request was read whole, and its client gets no complete answer.

    `reset`: the connection is cut hard. `hang`: silence until the client's own time-out. `slow`: status line and the
    first bytes of a body arrive, then silence until the client's own time-out.
    """

    def __init__(self, kind: Silence) -> None:
        super().__init__(kind)
        self.kind: Silence = kind
