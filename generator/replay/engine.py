"""What a replay asks of a platform: load rendered files, run them once, say how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from generator.rendering.plan import Plan
from generator.replay.case import EngineName, Step
from generator.replay.world import World

Files = Mapping[str, bytes]
"""Rendered files: relative path, as `build` writes it, → content."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run ended. `credits` is None where the platform has none; `met` names the switches that mattered."""

    status: Literal["success", "failed", "killed", "done"]
    """`done`: ended, on a platform whose status says nothing of the run's news."""
    credits: int | None = None
    met: frozenset[str] = frozenset()
    traces: tuple[tuple[str, str], ...] = ()
    """(what, text): what the platform keeps of the run, for the judge of secrecy."""
    error: str = ""


class Engine(Protocol):
    """One platform."""

    name: EngineName
    ticking: bool
    """Whether its own work takes real time, so that the clock must run along."""

    def load(self, files: Files, plan: Plan, world: World, /) -> None:
        """Import and publish the rendered files, and connect the platform to the world."""

    def run(self, world: World, step: Step, /) -> list[Ended]:
        """Run once (twice at once, if the step says so), now on the world's clock."""
