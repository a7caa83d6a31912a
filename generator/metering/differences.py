"""Differences: what the logs have and Stripe has not, for one client and meter over its older windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """One fact of an older window: its total in the logs, and what Stripe has counted; None where no read proved it."""

    logs: int
    counted: int | None


@dataclass(frozen=True, slots=True)
class Differences:
    """What to post per fact (0 = nothing), in the order given, and what is left because its read proved nothing."""

    post: tuple[int, ...]
    left: tuple[int, ...]
    ahead: int = 0


def differences(reads: Sequence[Read], counted: int) -> Differences:
    """Split what the logs have more over the whole range among its facts.

    ``counted`` is the sum that Stripe shows for the range. No fact gets more than its own difference, and all together
    never more than the logs have more over the range: so windows cut anew inside of it cannot bill twice.
    """
    missing = sum(read.logs for read in reads) - counted
    if missing <= 0:
        nothing = (0,) * len(reads)
        return Differences(nothing, nothing, ahead=-missing)
    wanted = [0 if read.counted is None else max(0, read.logs - read.counted) for read in reads]
    post, rest = _share(wanted, missing)
    left, _ = _share([read.logs if read.counted is None else 0 for read in reads], rest)
    return Differences(post, left)


def _share(wanted: Sequence[int], cap: int) -> tuple[tuple[int, ...], int]:
    """Give each what it wants while the cap lasts, first come first served; and what is left of the cap."""
    given = []
    for amount in wanted:
        given.append(min(amount, cap))
        cap -= given[-1]
    return tuple(given), cap
