"""What an expression can see while it is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from generator.iml.rules import Rules
from generator.iml.values import Value


@dataclass(slots=True)
class Surroundings:
    """The world outside the data: the time, the organisation's zone, chance, and how open questions are answered.

    `met` collects the names of those rules whose answer mattered.
    """

    now: Callable[[], datetime]
    rng: Random
    zone: str = "America/Chicago"
    execution_id: str = "00000000000000000000000000000001"
    rules: Rules = field(default_factory=Rules)
    met: set[str] = field(default_factory=set)
    kept: dict[tuple[int, ...], tuple[Value, tuple[Value, ...]]] = field(default_factory=dict)
    """What costly calls gave, with the bundles that they looked at: see `generator.iml.keeping`."""

    def uuid(self) -> str:
        """Draw a random UUID (version 4)."""
        return str(UUID(int=self.rng.getrandbits(128), version=4))


@dataclass(slots=True)
class Scope:
    """The bundles in sight by the id of their module (as text), `var` for variables, and the surroundings."""

    roots: Mapping[str, Value]
    around: Surroundings
    memory: dict[int, Value] = field(default_factory=dict)
    """What repeated parts of the expression under evaluation gave: see `generator.iml.sharing`."""

    def seeing(self, root: str, value: Value) -> Scope:
        """See one more root, or another value behind it."""
        return Scope({**self.roots, root: value}, self.around)
