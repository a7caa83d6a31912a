"""What is played to catch a change: one case in one billing mode, of metering or of a workflow that reacts."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from generator.rendering.plan import Plan
from generator.replay import cast
from generator.replay.case import Case
from generator.replay.command import plays
from generator.replay.engine import Files
from generator.replay.flows import play as flow_play
from generator.replay.flows.case import FlowCase
from generator.replay.logic_engine import OnlyReal
from generator.replay.stage import play
from generator.stripe_mock import Switches


class Shot(Protocol):
    """One case in one billing mode."""

    @property
    def name(self) -> str:
        """Name it as in reports and in the ranking."""

    @property
    def asked(self) -> Plan:
        """Give the plan that its files are rendered from."""

    def failures(self, files: Files, engine: Any) -> tuple[str, ...]:
        """Play it with every switch at its default; gives what failed."""

    def digest(self) -> bytes:
        """Give the case's own content."""


@dataclass(frozen=True, slots=True)
class MeterShot:
    """A case of metering, on the engine of this name."""

    case: Case
    plan: Plan
    engine: str

    @property
    def name(self) -> str:
        """Name the case and the mode."""
        return f"{self.case.key}/{self.plan.billing.value}"

    @property
    def asked(self) -> Plan:
        """Give the plan with what the case changes."""
        return cast.variant(self.plan, self.case, self.engine)

    def failures(self, files: Files, engine: Any) -> tuple[str, ...]:
        """Play it once."""
        case = self.case.model_copy(update={"switches": "default"})
        with suppress(OnlyReal):  # it proves nothing
            return play(case, self.asked, files, engine, Switches()).failures
        return ()

    def digest(self) -> bytes:
        """Give the case."""
        return self.case.model_dump_json().encode()


@dataclass(frozen=True, slots=True)
class FlowShot:
    """A case of a workflow that reacts."""

    case: FlowCase
    plan: Plan
    on: Any = field(default=None, compare=False)
    """The engine that plays it, where its hunter's other cases are another's."""

    @property
    def name(self) -> str:
        """Name workflow, case and mode."""
        return f"{self.case.key}/{self.plan.billing.value}"

    @property
    def asked(self) -> Plan:
        """Give the plan with what the case changes."""
        return flow_play.variant(self.plan, self.case)

    def failures(self, files: Files, engine: Any) -> tuple[str, ...]:
        """Play it once."""
        return flow_play.play_flow(self.case, self.asked, files, self.on or engine, Switches()).failures

    def digest(self) -> bytes:
        """Give the case."""
        return self.case.model_dump_json().encode()


def meter_shots(cases: Sequence[Case], plans: Sequence[Plan], engine: str) -> list[MeterShot]:
    """List every case once per plan that it fits; cases that kill at every request take minutes and are left out."""
    chosen = [c for c in cases if plays(engine, c) and not c.kill_each]
    return [MeterShot(case, plan, engine) for case in chosen for plan in plans if plan.billing.value in case.modes]


def flow_shots(cases: Sequence[FlowCase], plans: Sequence[Plan], engine: str, parts: Set[str]) -> list[FlowShot]:
    """List the cases in which one of these workflows runs: with the first plan, or in each mode of the case."""
    chosen = [c for c in cases if engine in c.engines and parts & {c.workflow, *(s.of for s in c.steps)}]
    modes = {c.key: plans[:1] if c.modes is None else [p for p in plans if p.billing.value in c.modes] for c in chosen}
    return [FlowShot(case, plan) for case in chosen for plan in modes[case.key]]
