"""Start a run, or resume a stored one, and draw up what it left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from random import Random
from typing import Final

from generator.errors import UnreadableInput
from generator.iml.scope import Surroundings
from generator.iml.values import Value
from generator.replay.clock import VirtualClock
from generator.replay.make.bench import Bench, Credential, OnRequest, Send
from generator.replay.make.blueprint import AGGREGATORS, DIRECTIVES, Module, Scenario, load
from generator.replay.make.engine import FREE, Engine
from generator.replay.make.errors import DISABLING, Halt, UnknownModule
from generator.replay.make.modules import HANDLERS
from generator.replay.make.run import Failure, Incomplete, Run, Status, Store
from generator.replay.make.switches import Switches

INSTANT_BACKOFF: Final = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 60, 180, 720, 1440))
"""How long an instant scenario pauses after each failed run in a row, where the network is to blame."""
Stubs = Mapping[int, Sequence[Value]]


def run_blueprint(
    blueprint: Mapping[str, object] | Scenario,
    *,
    send: Send,
    clock: VirtualClock,
    credential: Credential,
    rng: Random,
    switches: Switches | None = None,
    inputs: Mapping[str, Value] | None = None,
    org_zone: str = "America/Chicago",
    webhook: Mapping[str, Value] | None = None,
    store: Store | None = None,
    stubs: Stubs | None = None,
    on_request: OnRequest | None = None,
) -> Run:
    """Run a blueprint once. `send` answers, or raises `NoAnswer` (no answer) or `Killed` (the run is cut here).

    `credential` gets the module and the URL, and gives a header name and value, or None. `inputs` are
    `{{var.input.…}}`. `stubs` are recorded bundles, by module id, for modules that the interpreter does not know.
    `store` is what outlives runs; without one the run starts with none.
    """
    scenario = blueprint if isinstance(blueprint, Scenario) else load(blueprint)
    _refuse_unknown(scenario, stubs or {})
    bench = _bench(send, clock, credential, rng, switches, org_zone, store, webhook, on_request)
    if not bench.store.active or (scenario.sequential and bench.store.unresolved()):
        return Run("held", None, 0, (), (), frozenset(), (), 0.0)
    engine = Engine(scenario, bench, stubs or {}, None)
    roots: dict[str, Value] = {"var": {"input": dict(inputs or {})}}
    return _finish(engine, lambda: engine.flow(scenario.flow, 0, engine.scope(roots), None))


def resume(
    incomplete: Incomplete,
    *,
    send: Send,
    clock: VirtualClock,
    credential: Credential,
    rng: Random,
    store: Store,
    switches: Switches | None = None,
    org_zone: str = "America/Chicago",
    stubs: Stubs | None = None,
    on_request: OnRequest | None = None,
) -> Run:
    """Run a stored execution from the module that failed, for its bundle alone; on success it is resolved."""
    point = incomplete.point
    if point is None or incomplete.resolved:
        raise ValueError("this execution is resolved")
    bench = _bench(send, clock, credential, rng, switches, org_zone, store, None, on_request)
    bench.around.now = _now_again(bench, point.now)
    bench.variables = dict(point.variables)
    engine = Engine(point.scenario, bench, stubs or {}, incomplete)
    engine.frames = [frame.fresh() for frame in point.frames]

    def go() -> None:
        engine.flow(point.module.flow, point.module.at, engine.scope(point.roots), point.tail)
        while engine.frames:
            engine.close(engine.frames.pop())

    run = _finish(engine, go)
    incomplete.resolved = not engine.failed_again and run.status != "error"
    return run


def _bench(
    send: Send,
    clock: VirtualClock,
    credential: Credential,
    rng: Random,
    switches: Switches | None,
    zone: str,
    store: Store | None,
    webhook: Mapping[str, Value] | None,
    on_request: OnRequest | None,
) -> Bench:
    chosen = switches or Switches()
    around = Surroundings(clock.now, rng, zone, f"{rng.getrandbits(128):032x}", chosen.rules())
    kept = store if store is not None else Store()
    return Bench(send, clock, credential, around, chosen, kept, webhook, on_request)


def _now_again(bench: Bench, stored: datetime) -> Callable[[], datetime]:
    def now() -> datetime:
        bench.meet("retry_now")
        return bench.clock.now() if bench.switches.retry_now == "again" else stored

    return now


def _refuse_unknown(scenario: Scenario, stubs: Stubs) -> None:
    known = HANDLERS.keys() | AGGREGATORS | DIRECTIVES | FREE
    unknown = [m for m in scenario.modules() if m.info.name not in known and m.info.id not in stubs]
    if unknown:
        names = ", ".join(f"{m.info.name} (module {m.info.id})" for m in unknown)
        raise UnknownModule(f"the interpreter does not know {names}; give recorded bundles for it, or leave it out")
    stray = [m for m in _main(scenario.flow) if m.info.name in DIRECTIVES]
    if stray:
        raise UnreadableInput(f"module {stray[0].info.id}: {stray[0].info.name} belongs on an error route")


def _main(flow: list[Module]) -> Iterator[Module]:
    for module in flow:
        yield module
        for branch in module.branches:
            yield from _main(branch.flow)


@contextmanager
def _transaction(engine: Engine) -> Iterator[None]:
    """Undo what data stores saw when the run is rolled back or cut, unless every module commits at once."""
    store = engine.bench.store
    before = None if engine.scenario.auto_commit else deepcopy(store.data)
    try:
        yield
    except BaseException as error:
        if before is not None and not (isinstance(error, Halt) and not error.rollback):
            store.data = before
        raise


def _finish(engine: Engine, go: Callable[[], None]) -> Run:
    status: Status = "success"
    failure: Failure | None = None
    try:
        with _transaction(engine):
            go()
    except Halt as halt:
        status, failure = halt.status, halt.failure
    if status == "success" and (engine.incomplete or engine.failed_again):
        status = "warning"
    _count(engine, status, failure)
    bench = engine.bench
    return Run(
        status=status,
        error=failure,
        credits=engine.credits,
        operations=tuple(engine.operations),
        steps=tuple(bench.steps),
        met=frozenset(bench.around.met),
        incomplete=tuple(engine.incomplete),
        seconds=(bench.clock.now() - engine.started).total_seconds(),
        response=bench.response,
    )


def _count(engine: Engine, status: Status, failure: Failure | None) -> None:
    """Count failed runs in a row, and switch the scenario off where Make would."""
    store, scenario = engine.bench.store, engine.scenario
    if status != "error" or failure is None:
        store.failures = 0
        return
    store.failures += 1
    most = 1 if scenario.instant or failure.type in DISABLING else scenario.max_errors
    if scenario.instant and not scenario.dlq and failure.type in ("ConnectionError", "ModuleTimeoutError"):
        most = len(INSTANT_BACKOFF)
        store.paused_until = engine.bench.clock.now() + INSTANT_BACKOFF[min(store.failures, most) - 1]
    store.active = store.failures < most
