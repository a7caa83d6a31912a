"""What is left of a mapping whose parts are broken, so that rules can look at the whole parts in the same go.

A broken part is left out where it may be missing; a client or model that cannot do without it is left out as a whole;
a required block of the file gets a stand-in, and nothing that depends on it is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass

from pydantic import ValidationError

from generator.mapping.complaints import meant
from generator.mapping.model import Mapping
from generator.mapping.nodes import Data
from generator.mapping.places import KeyPath, dotted

STAND_INS: dict[str, Data] = {
    "version": "1",
    "name": "not read",
    "since": "2026-11-01",
    "billing": "dimensions",
    "stripe": "sandbox",
    "markup": "2",
    "windows": {"run_at": "00:20"},
    "period": {"anchor": "2026-11-01T00:00:00Z"},
    "slack": {"ops": "C0NOTREAD1"},
    "models": {"openai/gpt-4o": None},
    "clients": {"not-read": {"name": "not read", "customer": {"sandbox": "cus_NotRead0001"}}},
}
"""A value for every required block: any that fits will do, since no finding about it is shown."""
ENTRIES = ("models", "clients")


@dataclass(frozen=True, slots=True)
class Remainder:
    """A mapping without its broken parts. `removed` are their paths, as findings write them."""

    mapping: Mapping
    removed: frozenset[str]
    blocks: frozenset[str]
    """Top-level blocks that are not as the user meant them: what depends on them cannot be judged."""

    def is_whole(self, path: str) -> bool:
        """Say whether nothing was removed at a path: not itself, nor what holds it, nor a part of it."""
        return not any(_holds(part, path) or _holds(path, part) for part in self.removed)


def remainder(data: Data, error: ValidationError) -> Remainder | None:
    """Leave out what a validation found broken, at most a few times; None where nothing can be made of the file."""
    if not isinstance(data, dict):
        return None
    kept: dict[str, Data] = deepcopy(data)
    removed: set[KeyPath] = set()
    for cut in (_smallest, _entry, _block):
        paths = {cut(path) for path in _paths(error)}
        removed |= paths
        for path in paths:
            _remove(kept, path)
        kept = {**{name: value for name, value in STAND_INS.items() if name not in kept}, **kept}
        try:
            mapping = Mapping.model_validate(kept)
        except ValidationError as further:
            error = further
            continue
        blocks = {str(path[0]) for path in removed if path[0] not in ENTRIES or len(path) == 1}
        blocks |= {near for block in blocks if (near := meant(block))}
        return Remainder(mapping, frozenset(map(dotted, removed)), frozenset(blocks))
    return None


def _paths(error: ValidationError) -> Iterable[KeyPath]:
    for details in error.errors(include_url=False):
        path = tuple(part for part in details["loc"] if part != "[key]")
        yield path or ("version",)


def _smallest(path: KeyPath) -> KeyPath:
    """Cut at the first list, since its items have no names; keep at least one key."""
    first = next((n for n, part in enumerate(path) if isinstance(part, int)), len(path))
    return path[: max(first, 1)]


def _entry(path: KeyPath) -> KeyPath:
    return path[:2] if path[0] in ENTRIES else path[:1]


def _block(path: KeyPath) -> KeyPath:
    return path[:1]


def _remove(data: dict[str, Data], path: KeyPath) -> None:
    part: Data = data
    for key in path[:-1]:
        part = part.get(str(key)) if isinstance(part, dict) else None
    if isinstance(part, dict):
        part.pop(str(path[-1]), None)


def _holds(whole: str, part: str) -> bool:
    return bool(whole) and (part == whole or part.startswith((f"{whole}.", f"{whole}[")))
