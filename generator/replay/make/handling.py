"""What happens when a module fails: its error route, the five directives, or Make's default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from generator.iml.scope import Scope
from generator.iml.values import Value, to_boolean
from generator.replay.make.errors import DATA, DISABLING, PAUSING, RETRIABLE, Directed, Halt, ModuleError
from generator.replay.make.modules.fields import whole_of
from generator.replay.make.point import Point, Tail
from generator.replay.make.run import Failure, Incomplete

if TYPE_CHECKING:
    from generator.replay.make.blueprint import Module
    from generator.replay.make.engine import Bundles, Engine

BACKOFF: Final = tuple(timedelta(minutes=m) for m in (1, 10, 10, 30, 30, 30, 180, 180))
"""Make's own retries of a stored execution: each counted from the one before."""
PAUSE: Final = timedelta(minutes=20)
LONGEST_INTERVAL: Final = 44_640
MOST_RETRIES: Final = 10_000


def handle(engine: Engine, module: Module, scope: Scope, tail: Tail | None, error: ModuleError) -> Bundles | None:
    """Handle a module's error; gives substitute bundles, or None where the bundle ends. May end the run by `Halt`."""
    failure = Failure(error.type, error.message, error.detail, module.info.id)
    engine.bench.note(module.info.id, f"failed: {error}")
    if not module.onerror:
        return _unhandled(engine, module, scope, tail, failure)
    directed, entered = _route(engine, module, scope, failure)
    if directed is not None:
        return _directed(engine, module, scope, tail, failure, directed)
    if entered:
        return None
    engine.bench.meet("filtered_error")
    if engine.bench.switches.filtered_error == "fail":
        raise Halt("error", failure, rollback=True)
    return _unhandled(engine, module, scope, tail, failure)


def _route(engine: Engine, module: Module, scope: Scope, failure: Failure) -> tuple[Directed | None, bool]:
    """Run an error route; tells its directive, and whether any of its modules let the error in."""
    before, frames = engine.entered, list(engine.frames)
    error = {"type": failure.type, "message": failure.message, "detail": failure.detail}
    engine.routed += 1
    try:
        engine.flow(module.onerror, 0, scope.seeing(module.key, {"error": error}), None)
    except Directed as directed:
        engine.frames[:] = frames
        return directed, True
    finally:
        engine.routed -= 1
    return None, engine.entered > before


def _directed(
    engine: Engine, module: Module, scope: Scope, tail: Tail | None, failure: Failure, directed: Directed
) -> Bundles | None:
    engine.bench.note(module.info.id, directed.directive)
    match directed.directive:
        case "Ignore":
            return None
        case "Resume":
            return [directed.fields]
        case "Commit":
            engine.bench.meet("commit_status")
            raise Halt(engine.bench.switches.commit_status, None)
        case "Rollback":
            raise Halt("error", failure, rollback=True)
        case "Break":
            return _break(engine, module, scope, tail, failure, directed.fields)


def _break(
    engine: Engine, module: Module, scope: Scope, tail: Tail | None, failure: Failure, fields: Value
) -> Bundles | None:
    if not engine.scenario.dlq:
        raise Halt("error", failure, rollback=True)
    given: Mapping[str, Value] = fields if isinstance(fields, Mapping) else {}
    retry = to_boolean(given.get("retry"))
    count = whole_of(given, "count", 1, MOST_RETRIES) if retry else 0
    wait = timedelta(minutes=whole_of(given, "interval", 1, LONGEST_INTERVAL)) if retry else None
    known = _resumed_here(engine, module)
    if known is not None:
        known.failure, known.attempts = failure, known.attempts + 1
        known.due = engine.bench.clock.now() + wait if wait and known.attempts < count else None
        return None
    stored = _store(engine, module, scope, tail, failure, engine.bench.clock.now() + wait if wait else None)
    stored.way = "break"
    return None


def _unhandled(engine: Engine, module: Module, scope: Scope, tail: Tail | None, failure: Failure) -> Bundles | None:
    storable = engine.scenario.dlq and not module.first and not engine.routed and failure.type not in DISABLING
    if not storable:
        if failure.type in PAUSING and not engine.scenario.instant:
            engine.bench.store.paused_until = engine.bench.clock.now() + PAUSE
        raise Halt("error", failure, rollback=True)
    _store_or_update(engine, module, scope, tail, failure)
    if failure.type in RETRIABLE:
        engine.bench.meet("retriable_unhandled")
        if engine.bench.switches.retriable_unhandled == "store":
            return None
        engine.bench.store.paused_until = engine.bench.clock.now() + PAUSE
        raise Halt("warning", failure)
    if failure.type in DATA:
        return None
    raise Halt("error", failure)


def _store_or_update(engine: Engine, module: Module, scope: Scope, tail: Tail | None, failure: Failure) -> None:
    """Store a bundle; one that failed again where it was resumed waits for its next retry, or for a person."""
    known = _resumed_here(engine, module)
    retriable = failure.type in RETRIABLE
    now = engine.bench.clock.now()
    if known is None:
        _store(engine, module, scope, tail, failure, now + BACKOFF[0] if retriable else None)
        return
    known.failure, known.attempts = failure, known.attempts + 1
    again = retriable and known.way != "manual" and known.attempts < len(BACKOFF)
    known.due = now + BACKOFF[known.attempts] if again else None


def _resumed_here(engine: Engine, module: Module) -> Incomplete | None:
    known = engine.resumed
    if known is None or known.point is None or known.point.module is not module:
        return None
    engine.failed_again = True
    return known


def _store(
    engine: Engine, module: Module, scope: Scope, tail: Tail | None, failure: Failure, due: datetime | None
) -> Incomplete:
    bench = engine.bench
    point = Point(
        scenario=engine.scenario,
        module=module,
        roots=scope.roots,
        frames=tuple(frame.fresh() for frame in engine.frames),
        tail=tail,
        variables=dict(bench.variables),
        now=bench.clock.now(),
    )
    stored = Incomplete(failure, bench.clock.now(), due, "automatic" if due else "manual", point=point)
    engine.incomplete.append(stored)
    bench.store.incomplete.append(stored)
    bench.note(module.info.id, "stored as incomplete execution")
    return stored
