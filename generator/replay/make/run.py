"""What a run leaves behind, and what outlives it: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from generator.iml.values import Value

if TYPE_CHECKING:
    from generator.replay.make.point import Point

Status = Literal["success", "warning", "error", "held"]
"""As Make's history shows it; `held`: nothing ran, since the scenario is off or waits for incomplete executions."""


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """A module as the outside may ask about it: `name` is `http:MakeRequest`, `label` the caption in the editor."""

    id: int
    name: str
    version: int
    label: str
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Operation:
    """One run of one module: its evaluated mapper, the bundles that it emitted, or its error; credits as billed."""

    module: ModuleInfo
    input: Value
    output: tuple[Value, ...]
    error: str
    credits: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the log: when, at which module, and what happened in a few words."""

    at: datetime
    module: int
    what: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run or a bundle failed: an error type of Make, its message and details, and the failing module's id."""

    type: str
    message: str
    detail: Value
    module: int

    def __str__(self) -> str:
        return f"{self.type} in module {self.module}: {self.message}"


@dataclass(slots=True)
class Incomplete:
    """A stored execution: one bundle that waits at the module that failed.

    `due` is when Make would try again by itself; None = it waits for a person. `resume` may be called at any time.
    """

    failure: Failure
    stored: datetime
    due: datetime | None
    way: Literal["automatic", "break", "manual"]
    attempts: int = 0
    resolved: bool = False
    point: Point | None = field(default=None, repr=False)


StoreState = Literal["open", "full", "down"]


@dataclass(slots=True)
class Store:
    """What outlives a run: one per scenario."""

    data: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Data stores: id as text (empty when none is chosen) → key → record."""
    state: StoreState = "open"
    """`full`: no data store takes a further record; `down`: none can be reached."""
    counters: dict[int, int] = field(default_factory=dict)
    incomplete: list[Incomplete] = field(default_factory=list)
    failures: int = 0
    """Failed runs in a row; the scenario goes off at `maxErrors`."""
    active: bool = True
    paused_until: datetime | None = None

    def unresolved(self) -> list[Incomplete]:
        """List what still waits, oldest first."""
        return [one for one in self.incomplete if not one.resolved]


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run. `seconds` is on the virtual clock; `met` names the switches whose value mattered."""

    status: Status
    error: Failure | None
    credits: int
    operations: tuple[Operation, ...]
    steps: tuple[Step, ...]
    met: frozenset[str]
    incomplete: tuple[Incomplete, ...]
    seconds: float
    response: Mapping[str, Value] | None = None
    """What a *Webhook response* module answered: `status`, `headers`, `body`."""
