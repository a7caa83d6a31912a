"""What a replay asks of a platform for a workflow that reacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from generator.rendering.plan import Plan
from generator.replay.engine import Ended, Files
from generator.replay.make.run import StoreState
from generator.replay.world import World


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request that reaches the workflow's webhook: exact bytes, header names in lower case."""

    method: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller got, and how the run behind it ended. `status` 0: nobody was answered, or nobody called."""

    ended: Ended
    status: int = 0
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The answer's headers by name in lower case; a platform that leaves `Content-Type` out says `none`."""


class FlowEngine(Protocol):
    """One platform, one workflow at a time."""

    ticking: bool
    """Whether its own work takes real time, so that the clock must run along."""

    def load(self, files: Files, workflow: str, plan: Plan, /) -> None:
        """Import and publish one workflow, with empty state."""

    def turn_to(self, workflow: str, /) -> None:
        """Let the next requests and starts be those of another workflow, beside what the case has set up."""

    def put_store(self, state: StoreState, /) -> None:
        """Let the platform's own store be like this for what comes."""

    def leave(self) -> None:
        """Take down what would disturb other cases."""

    def request(self, world: World, incoming: Incoming, /) -> Reply:
        """Deliver a request, and wait until the run behind it has ended."""

    def stored(self) -> tuple[Mapping[str, object], ...]:
        """List what the workflow's own table or data store holds, as it is there."""

    def start(self, world: World, trigger: str, /) -> Reply:
        """Run once, from a schedule or by hand."""
