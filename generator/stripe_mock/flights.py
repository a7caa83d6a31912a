"""What is being handled right now: Stripe takes one event at a time per customer and meter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .refusal import Refusal

Slot = tuple[str, str]
"""A customer and a meter's event name."""


@dataclass(frozen=True, slots=True)
class Held:
    """A call that is checked and not yet done: `finish` does it, once the world lets it go on."""

    slot: Slot
    finish: Callable[[], dict[str, Any]]


@dataclass(slots=True)
class Flights:
    """The slots in use."""

    busy: set[Slot] = field(default_factory=set)

    def enter(self, slot: Slot) -> None:
        """Take a slot or refuse. Stripe docs, *Create a meter event*: `too_many_concurrent_requests`."""
        if slot in self.busy:
            words = "Cannot create multiple usage events for the same customer and meter concurrently."
            raise Refusal(409, words, "too_many_concurrent_requests", kept=False)
        self.busy.add(slot)

    def leave(self, slot: Slot) -> None:
        """Free a slot."""
        self.busy.discard(slot)
