"""Spellings that one client had in the rendered mapping and another one has now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.mapping.patterns import Ranked, meet, rank
from generator.rendering.plan import Client

Moved = tuple[str, str, Client]
"""A spelling or pattern, the key of the client that had it, the client that has it."""


def moved_spellings(before: Sequence[Mapping[str, Any]], clients: Sequence[Client]) -> Iterator[Moved]:
    """Compare the clients of the rendered *Mapping* with those of a plan; a spelling that was nobody's did not move."""
    had = {name: entry["key"] for entry in before for name in entry["names"]}
    has = {name: client for client in clients for name in client.names}
    former_patterns = [(pattern, entry["key"]) for entry in before for pattern in entry.get("patterns", ())]
    patterns = [(pattern, client) for client in clients for pattern in client.patterns]
    former_owners, owners = Ranked(former_patterns), Ranked(patterns)
    for name in {**has, **had}:
        former, owner = had.get(name) or former_owners.find(name), has.get(name) or owners.find(name)
        if former and owner and former != owner.key:
            yield name, former, owner
    yield from _moved_patterns(former_patterns, patterns)


def _moved_patterns(before: list[tuple[str, str]], patterns: list[tuple[str, Client]]) -> Iterator[Moved]:
    """Compare patterns of two clients that some spelling fits: the stronger had it, and the stronger has it now."""
    had, has = set(before), {(pattern, client.key) for pattern, client in patterns}
    gone = [one for one in before if one not in has]
    for pattern, client in patterns:
        is_new = (pattern, client.key) not in had
        for former, key in before if is_new else gone:
            if key == client.key or not meet(former, pattern):
                continue
            was_its = is_new or rank(former) < rank(pattern)
            if was_its and ((former, key) not in has or rank(pattern) < rank(former)):
                yield min(pattern, former, key=rank), key, client
