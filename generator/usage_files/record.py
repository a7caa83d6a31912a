"""What reading a file gives: rows in one form, and what could not be taken as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

When = datetime | date | None
"""An instant (aware, UTC), a whole day where the source only knows days, or nothing."""


class Used(NamedTuple):
    """Tokens that one row reports: disjoint counts, so that they add up to what the provider bills."""

    client: str
    """As the file names it; empty where it does not."""
    model: str
    when: When
    input: int
    cached_input: int
    cached_write: int
    output: int
    long_write: int = 0
    """The part of `cached_write` that is kept for an hour or longer and costs more."""
    requests: int = 1
    """Calls behind the row: 1 for one call, 0 where it is a sum of an unknown number."""
    cost: Decimal | None = None
    """What the source itself says it cost, in `currency`."""
    batch: bool = False
    """Sent as a batch, which providers bill at half the price."""
    request: str = ""
    """The call's own id, where the source has one: a repeated id is the same call."""


class Rejected(NamedTuple):
    """A row that cannot be counted: where it stands, and why."""

    line: int
    """Its line; in a JSON document its number among the rows."""
    reason: str


class LeftOut(NamedTuple):
    """A row that must not be counted, although nothing is wrong with it."""

    why: str


class Met(NamedTuple):
    """The shape of the rows that follow, and what else a reader should know about the file."""

    shape: str
    remark: str = ""


Event = Used | Rejected | LeftOut | Met


@dataclass(frozen=True, slots=True)
class Ask:
    """What the user adds to what the file says."""

    model: str = ""
    """The model of rows that name none."""
    client_field: str = ""
    """The column or key that names the client, where it is not the usual one."""
    cached: str = ""
    """`inside` or `outside`: whether the file's input tokens include cached ones; empty: as the shape has it."""


class BadRow(ValueError):
    """A row cannot be counted; the message is the reason."""
