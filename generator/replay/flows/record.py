"""What one step saw, did and told: the material of every rule on workflows that react."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.rendering.plan import Plan
from generator.replay.engine import Ended
from generator.replay.flows.case import FlowStep
from generator.replay.slack import Message
from generator.replay.usage.source import Row
from generator.replay.world import Exchange
from generator.stripe_mock.exchange import Request


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of a case, or one of its repeats."""

    index: int
    step: FlowStep
    plan: Plan
    status: int
    answer: bytes
    headers: Mapping[str, str]
    """Those of the answer, by name in lower case; none where nobody was answered."""
    ended: Ended
    messages: tuple[Message, ...]
    exchanges: tuple[Exchange, ...]
    unexpected: tuple[Request, ...]
    secrets: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    """The whole usage log, as it was when the step began."""
    stored: tuple[Mapping[str, object], ...] = ()
    """What its own table holds after the step; empty where no model looks at it."""

    def channel(self, word: str) -> str:
        """Find a channel by the word of a case: `ops`, `acme/client`, `acme/internal`."""
        if word == "ops":
            return self.plan.ops_channel
        key, _, audience = word.partition("/")
        contact = next(c for c in self.plan.contacts if c.key == key)
        return next((c.id for c in contact.channels if c.audience == audience), word)
