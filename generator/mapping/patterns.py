"""Patterns: spellings of clients of which only parts are known. `*` stands for any run of signs, also none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

ANY = "*"
Rank = tuple[bool, int]
Owner = TypeVar("Owner")
_SPECIAL = re.compile(r"[!-,./:-@\[-^`{-~]")
"""What may mean something in a regular expression."""


def begins_with(prefix: str) -> str:
    """Give the pattern of all spellings that begin so."""
    return prefix + ANY


def is_beginning(pattern: str) -> bool:
    """Say whether a pattern has one `*` alone, at its end."""
    return pattern.find(ANY) == len(pattern) - 1


def rank(pattern: str) -> Rank:
    """Order patterns by who wins, lowest first: beginnings, then by their literal signs, counted below zero."""
    return not is_beginning(pattern), pattern.count(ANY) - len(pattern)


def meet(one: str, other: str) -> bool:
    """Say whether some spelling fits both patterns, each with a `*`.

    Where neither the beginnings nor the ends contradict each other, there is one: the longer beginning, what stands
    between the `*` of the one, the same of the other, the longer end.
    """
    (first, *_, last), (start, *_, end) = one.split(ANY), other.split(ANY)
    begins = first.startswith(start) or start.startswith(first)
    return begins and (last.endswith(end) or end.endswith(last))


def regular(pattern: str, sign: str = r"[\s\S]") -> str:
    r"""Write a pattern that has a `*` as a regular expression of Python and JavaScript; `sign` stands for any one sign.

    Each part but the last goes where it first comes and nowhere else, so that no spelling takes long.
    """
    first, *middle, last = (_SPECIAL.sub(lambda found: rf"\x{ord(found[0]):02x}", part) for part in pattern.split(ANY))
    return first + "".join(f"(?:(?!{part}){sign})*{part}" for part in middle) + f"{sign}*{last}"


def ranked(owned: Iterable[tuple[str, Owner]]) -> list[tuple[str, Owner]]:
    """Sort patterns with their owners by who wins."""
    return sorted(owned, key=lambda one: rank(one[0]))


class Ranked(Generic[Owner]):
    """Patterns of several owners, as one regular expression: the empty group behind a pattern says which one fits."""

    def __init__(self, owned: Iterable[tuple[str, Owner]]) -> None:
        """Take each pattern with its owner."""
        winners = ranked(owned)
        self._owners = [owner for _, owner in winners]
        self._fitting = re.compile("|".join(f"{regular(pattern)}()" for pattern, _ in winners) or "(?!)")

    def find(self, spelling: str) -> Owner | None:
        """Give the owner of the first pattern by `rank` that fits the whole spelling; None if none does."""
        found = self._fitting.fullmatch(spelling)
        return self._owners[found.lastindex - 1] if found and found.lastindex else None
