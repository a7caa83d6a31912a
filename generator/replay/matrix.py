"""Cases × engines × modes × settings of switches: what to play, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from time import perf_counter
from typing import Any

from generator.rendering.plan import Plan
from generator.replay.case import Case, Fault
from generator.replay.cast import cast, variant
from generator.replay.engine import Engine, Files
from generator.replay.ledger import Ledger
from generator.replay.make.switches import Switches as MakeSwitches
from generator.replay.make.switches import choices as make_choices
from generator.replay.pairwise import pairwise
from generator.replay.stage import Outcome, play
from generator.stripe_mock import Switches as StripeSwitches

Render = Callable[[Plan], Files]
Setting = Mapping[str, str]
_SAMPLE = 8
"""Kills on a real engine; the interpreter takes them all."""
_MAKE, _STRIPE = "make.", "stripe."


@dataclass(frozen=True, slots=True)
class Row:
    """One case on one engine in one billing mode, over all settings that it was played under."""

    case: str
    engine: str
    mode: str
    passed: bool
    counted: int
    parked: int
    retries: int
    credits: int | None
    seconds: float
    """Longest run of the first setting on the virtual clock."""
    settings: int
    took: float
    """Real seconds for all settings."""
    failures: tuple[str, ...] = ()
    seed: int = 1
    ledger: Ledger | None = None
    """What the first setting left behind, to hold it against the other platform's; no part of a table."""
    story: tuple[str, ...] = ()
    """Of a simulated world that failed: the shortest one found that fails in the same way, and how."""
    source: str = ""
    """Of a mapping with several sources: the one whose run it was."""

    @property
    def about(self) -> tuple[str, str, str, int]:
        """Say what was played, on whichever engine."""
        return self.case, self.mode, self.source, self.seed


@dataclass(frozen=True, slots=True)
class Player:
    """Plays cases: with which files, which engine, which seed."""

    engine_for: Callable[[MakeSwitches, int], Engine]
    render: Render
    seed: int = 1
    as_given: bool = False
    """The files are fixed: a case runs with the plan's own lookback, window and page size."""
    _rendered: dict[Plan, Files] = field(default_factory=dict)

    def row(self, case: Case, plan: Plan, engine: str) -> Row:
        """Play one case under every setting that it meets."""
        began = perf_counter()
        case = cast(case, plan)
        fixed = self.as_given and engine != "n8n-native"
        asked = plan if fixed else variant(plan, case, engine)
        first = self._play(case, asked, {})
        failures = [f"[defaults] {words}" for words in first.failures]
        choices = _choices(first.met) if case.switches == "all" else {}
        settings = [setting for setting in _settings(choices) if setting]
        hidden: dict[str, Setting] = {}
        for setting in settings:
            outcome = self._play(case, asked, setting)
            failures += _under(setting, outcome)
            hidden = {name: setting for name in _choices(outcome.met) if name not in choices} | hidden
        further = list(_on_top(hidden))
        for setting in further:
            failures += _under(setting, self._play(case, asked, setting))
        killed = list(_killed(case, first.requests)) if case.kill_each else []
        if engine != "make":
            killed = Random(self.seed).sample(killed, min(_SAMPLE, len(killed)))
        for other in killed:
            failures += [f"[{other.about}] {w}" for w in self._play(other, asked, {}).failures]
        return Row(
            case.key, engine, plan.billing.value, not failures, first.counted, first.parked, first.retries,
            first.credits, round(first.seconds, 1), 1 + len(settings) + len(further) + len(killed),
            perf_counter() - began,
            tuple(failures), self.seed, first.ledger,
        )  # fmt: skip

    def _play(self, case: Case, plan: Plan, setting: Setting) -> Outcome:
        if plan not in self._rendered:
            self._rendered[plan] = self.render(plan)
        make = replace(MakeSwitches(), **part(setting, _MAKE))
        stripe = replace(StripeSwitches(), **part(setting, _STRIPE))
        return play(case, plan, self._rendered[plan], self.engine_for(make, self.seed), stripe)


def _under(setting: Setting, outcome: Outcome) -> list[str]:
    name = ", ".join(f"{k}={v}" for k, v in sorted(setting.items()))
    return [f"[{name}] {words}" for words in outcome.failures]


@cache
def _every_choice() -> Mapping[str, Sequence[str]]:
    stripe = {_STRIPE + name: values for name, values in StripeSwitches.choices().items()}
    return {**stripe, **{_MAKE + name: values for name, values in make_choices().items()}}


def _choices(met: frozenset[str]) -> dict[str, Sequence[str]]:
    """List the values of the switches that a play met; Make's go by their bare names there."""
    return {name: values for name, values in _every_choice().items() if {name, name.removeprefix(_MAKE)} & met}


def _settings(choices: Mapping[str, Sequence[str]]) -> list[Setting]:
    """Give settings that differ from the defaults, every pair of values of the switches met among them."""
    defaults = {name: values[0] for name, values in choices.items()}
    return [changes(setting, defaults) for setting in pairwise(choices)] if choices else []


def _on_top(hidden: Mapping[str, Setting]) -> Iterator[Setting]:
    """Vary what only another answer brought to light: each such switch on top of a setting that met it."""
    for name, setting in hidden.items():
        yield from ({**setting, name: value} for value in _every_choice()[name][1:])


def part(setting: Setting, prefix: str) -> dict[str, Any]:
    """Give the switches of one side, without its prefix."""
    return {name.removeprefix(prefix): value for name, value in setting.items() if name.startswith(prefix)}


def changes(setting: Setting, defaults: Setting) -> Setting:
    """Give what a setting changes."""
    return {name: value for name, value in setting.items() if defaults[name] != value}


def _killed(case: Case, requests: int) -> Iterator[Case]:
    """Kill the first run at each of its requests in turn: before it leaves, and after the service handled it."""
    first, *rest = case.runs
    for call in range(1, requests + 1):
        for kind in ("kill", "kill_after"):
            fault = Fault(on="any", fault=kind, calls=(call,))
            runs = (first.model_copy(update={"faults": (*first.faults, fault)}), *rest)
            yield case.model_copy(update={"runs": runs, "about": f"{kind} at request {call}"})
