"""What a usage source is to a replay: a service that holds a case's rows and answers as the real one would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple, Protocol

from generator.stripe_mock.exchange import Request, Response

Row = Mapping[str, Any]


def instant(row: Row) -> datetime | None:
    """Read a row's time the way a database would; None where it cannot."""
    try:
        at = datetime.fromisoformat(str(row["time"]))
    except (KeyError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Answer(NamedTuple):
    """What a run got of a source: one answer, with the fault that it met."""

    status: int
    fault: str
    body: bytes


class UsageSource(Protocol):
    """A service that knows usage, whichever kind of source it plays."""

    in_one: ClassVar[bool]
    """Whether an answer holds all of its rows, whatever was asked: then a run counts them from the first of all."""
    rows: list[Row]
    """What it knows, as an application's log would have it."""

    @property
    def host(self) -> str:
        """Name the host that a workflow asks; empty where it asks none."""

    def serves(self, request: Request) -> bool:
        """Say whether a request is for this service."""

    def known(self) -> list[Row]:
        """Give its rows as a workflow must understand them, in the app log's words."""

    def handle(self, request: Request, wrong: str | None = None) -> Response:
        """Answer a request; `wrong` is how the answer is not as it should be."""

    def whole(self, answers: Sequence[Answer]) -> bool:
        """Say whether a run that got these answers knows all that the source has for it."""
