"""Where a stored execution goes on: everything that its bundle could see when its module failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from generator.iml.values import Value
from generator.replay.make.blueprint import Module, Scenario


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows when a branch of an if-else ends: the merge behind it."""

    merge: Module
    branch: int
    beyond: Tail | None


@dataclass(slots=True)
class Collector:
    """What an open aggregator has swallowed so far, by key."""

    groups: dict[Value, list[Value]] = field(default_factory=dict)
    tail: Tail | None = None


@dataclass(slots=True)
class Frame:
    """A feeder whose bundles are under way: what was visible before it, and its aggregators.

    `deaf`: they hear nothing.
    """

    feeder: Module
    roots: Mapping[str, Value]
    tail: Tail | None
    bundles: int
    deaf: bool = False
    collectors: dict[int, Collector] = field(default_factory=dict)

    def fresh(self) -> Frame:
        """Open the same frame again with nothing collected."""
        return Frame(self.feeder, self.roots, self.tail, 1, self.deaf, {i: Collector() for i in self.collectors})


Variables = dict[str, Value]
"""Name → value."""


@dataclass(frozen=True, slots=True)
class Point:
    """A bundle in front of the module that failed."""

    scenario: Scenario
    module: Module
    roots: Mapping[str, Value]
    frames: tuple[Frame, ...]
    tail: Tail | None
    variables: Variables
    now: datetime
