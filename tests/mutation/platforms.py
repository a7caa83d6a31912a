"""The two platforms as a hunt needs them: which files, which engine, and what to do when a change makes it hang."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import FrameType
from typing import NoReturn

from generator import resources
from generator.commands.read import read_plan
from generator.iml.values import Value
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import CASES, Step, load_cases
from generator.replay.engine import Ended, Files
from generator.replay.flows.case import load_flow_cases
from generator.replay.flows.engine import Reply
from generator.replay.flows.make import MakeFlows
from generator.replay.flows.n8n import N8nFlows, children
from generator.replay.logic_engine import LogicEngine
from generator.replay.make_engine import MakeEngine
from generator.replay.n8n.execution import Execution
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine, native
from generator.replay.world import World

from .coverage import modules_met, nodes_met
from .hunt import Hunter
from .mutants import Mutant, mutants
from .shots import MeterShot, Shot, flow_shots, meter_shots

PATIENCE_S = 25.0
"""Real seconds that one run of a changed file may take; an unchanged one takes one or two."""
LOGIC = "n8n-logic"
"""Metering on n8n without n8n: many times as fast, so that every change can be hunted with every case."""
METERING = {
    "n8n": ("n8n/meter-usage.json", "n8n/meter-usage-chunk.json", "n8n/meter-usage-native.json"),
    "make": ("make/meter-usage.json",),
}
REACTING = ("stripe-events", "usage-thresholds", "meter-errors", "usage-cap", "gateway-call", "log-call", "ops-errors")
FILES = {name: (*METERING[name], *(f"{name}/{stem}.json" for stem in REACTING)) for name in METERING}
FILES[LOGIC] = METERING["n8n"][:2]
NATIVE = "n8n/meter-usage-native.json"
_MODES = ("example", "meter-per-rate", "weighted", "watch")
_ORDER = ("dimensions", "meter_per_rate", "weighted", "watch")
_FIRST = ("late-rows", "ordinary-night-converging", "rate-limited", "failed-read", "unknown-client", "period-closed")
_IN_EVERY_MODE = {"ordinary-night-converging", "late-rows", "last-call", "period-closed"}


@dataclass(slots=True)
class ImpatientMake(MakeEngine):
    """The interpreter, stopped when a changed blueprint goes on without end."""

    met: set[str] = field(default_factory=set)

    def run(self, world: World, step: Step) -> list[Ended]:
        """Run as the interpreter does, for less long."""
        with _impatiently(self.met):
            return MakeEngine.run(self, world, step)


@dataclass(slots=True)
class ImpatientFlows(MakeFlows):
    """The same of a scenario that reacts."""

    met: set[str] = field(default_factory=set)

    def _run(self, world: World, hook: Mapping[str, Value] | None) -> Reply:
        with _impatiently(self.met):
            return MakeFlows._run(self, world, hook)


@dataclass(slots=True)
class WatchedN8n(N8nEngine):
    """The engine, noting which nodes ran."""

    met: set[str] = field(default_factory=set)

    def run(self, world: World, step: Step) -> list[Ended]:
        """Run as the engine does."""
        ended = N8nEngine.run(self, world, step)
        self.met |= nodes_met(ended)
        return ended


@dataclass(slots=True)
class ImpatientLogic(LogicEngine):
    """n8n's logic, noting which nodes ran; what only the real engine can play is caught by nothing here."""

    met: set[str] = field(default_factory=set)

    def run(self, world: World, step: Step) -> list[Ended]:
        """Run as n8n's logic does, for less long."""
        with _impatiently(self.met):
            ended = LogicEngine.run(self, world, step)
        self.met |= nodes_met(ended)
        return ended


@dataclass(slots=True)
class WatchedFlows(N8nFlows):
    """The same of a workflow that reacts."""

    met: set[str] = field(default_factory=set)

    def _within(self, world: World, run: Callable[[], tuple[Execution, int, bytes]]) -> Reply:
        reply = N8nFlows._within(self, world, run)
        self.met |= nodes_met([reply.ended])
        return reply


@contextmanager
def _impatiently(met: set[str]) -> Iterator[None]:
    """Note the modules that are come to, and end what goes on for too long."""
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
    try:
        with modules_met() as found:
            yield
    finally:
        met |= found
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _give_up(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TimeoutError(f"the run did not end within {PATIENCE_S:g} s")


@dataclass(slots=True)
class Field:
    """Everything to hunt on one platform."""

    platform: str
    hunters: dict[str, Hunter]
    """File → its hunter."""
    mutants: list[Mutant] = field(default_factory=list)

    def hunter(self, mutant: Mutant) -> Hunter:
        """Give the hunter of a change's file."""
        return self.hunters[mutant.file]


def plans() -> list[Plan]:
    """Read the mappings of every billing mode."""
    found = [read_plan(resources.mappings() / f"{name}.yaml")[1] for name in _MODES]
    return [plan for plan in found if plan is not None]


def rendered(platform: str) -> Files:
    """Render the example: what is committed."""
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan is not None
    return {name: content for name, content in build(plan).items() if name in FILES[platform]}


@contextmanager
def opened(platform: str, server: N8nServer | None = None) -> Iterator[Field]:
    """Open a platform: list its changes, bring its engine up."""
    listed = [m for name, content in rendered(platform).items() for m in mutants(name, content)]
    if platform == "make":
        flows = ImpatientFlows()
        metering = _hunter(ImpatientMake(), "make", flows)
        yield Field(platform, {METERING["make"][0]: metering, **_reacting(flows, "make")}, listed)
        return
    if platform == LOGIC:
        yield Field(platform, dict.fromkeys(FILES[LOGIC], _hunter(ImpatientLogic(), LOGIC)), listed)
        return
    if server is not None:
        yield Field(platform, _n8n(server), listed)
        return
    with N8nServer(patience_s=PATIENCE_S) as own:
        yield Field(platform, _n8n(own), listed)


def _n8n(server: N8nServer) -> dict[str, Hunter]:
    plain = native(server)
    converging, flows = WatchedN8n(server), WatchedFlows(server)
    plain = WatchedN8n(server, plain.name, paths=plain.paths, trigger=plain.trigger)

    def recover() -> None:
        server.restart()
        for engine in (converging, plain):
            engine._loaded.clear()

    both = _hunter(converging, "n8n", flows)
    hunters = dict.fromkeys(METERING["n8n"], both) | {NATIVE: _hunter(plain, "n8n-native")} | _reacting(flows, "n8n")
    for hunter in hunters.values():
        hunter.recover = recover
    return hunters


def _hunter(
    engine: ImpatientMake | ImpatientLogic | WatchedN8n, name: str, flows: ImpatientFlows | WatchedFlows | None = None
) -> Hunter:
    """Give the hunter of metering; with `flows` also the cases in which metering runs beside a workflow that reacts."""
    found: list[Shot] = [*sorted(meter_shots(load_cases(), plans(), name), key=_rank)]
    if flows is None:
        return Hunter(name, engine, found, met=_taking(engine))
    beside = flow_shots(load_flow_cases(CASES), plans(), name, {PurePath(METERING[name][0]).stem})
    found += [replace(shot, on=flows) for shot in beside]
    return Hunter(name, engine, found, met=_taking(engine, flows))


def _reacting(engine: ImpatientFlows | WatchedFlows, platform: str) -> dict[str, Hunter]:
    """Give each workflow that reacts a hunter with its cases and those of its callers."""
    cases, met, parts = load_flow_cases(CASES), _taking(engine), _parts()
    return {
        f"{platform}/{stem}.json": Hunter(
            f"{platform} {stem}", engine, flow_shots(cases, plans(), platform, parts[stem]), met=met
        )
        for stem in REACTING
    }


def _parts() -> dict[str, set[str]]:
    """Name each workflow that reacts with those that call it, as they do on n8n."""
    parts = {stem: {stem} for stem in REACTING}
    for path, content in rendered("n8n").items():
        stem = PurePath(path).stem
        for child in children(json.loads(content)):
            if stem in parts and child in parts:
                parts[child].add(stem)
    return parts


def _taking(
    *engines: ImpatientMake | ImpatientFlows | ImpatientLogic | WatchedN8n | WatchedFlows,
) -> Callable[[], set[str]]:
    def met() -> set[str]:
        found = {place for engine in engines for place in engine.met}
        for engine in engines:
            engine.met.clear()
        return found

    return met


def _rank(shot: MeterShot) -> tuple[int, int, str]:
    """Put cases first that touch most; a case is played in the first mode that it knows."""
    first = _FIRST.index(shot.case.key) if shot.case.key in _FIRST else len(_FIRST)
    return (first, _ORDER.index(shot.plan.billing.value), shot.name)
