"""The engine: depth first per bundle, loops that aggregators close, routes in order, errors to their handlers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from generator.iml.faults import ImlFault
from generator.iml.scope import Scope
from generator.iml.values import Value, text
from generator.replay.make import aggregators
from generator.replay.make.bench import Bench
from generator.replay.make.blueprint import AGGREGATORS, DIRECTIVES, Module, Scenario
from generator.replay.make.errors import Directed, Directive, Halt, ModuleError
from generator.replay.make.handling import handle
from generator.replay.make.modules import HANDLERS
from generator.replay.make.modules.fields import numbered
from generator.replay.make.point import Collector, Frame, Tail
from generator.replay.make.run import Failure, Incomplete, Operation

LONGEST_RUN: Final = timedelta(minutes=40)
FREE: Final = frozenset({"builtin:BasicRouter", "builtin:BasicIfElse", "builtin:BasicMerge"})
Bundles = Sequence[Value]


class Engine:
    """One run of a scenario, or of one stored execution. `flow` does the work; the rest is what it leaves behind."""

    def __init__(
        self, scenario: Scenario, bench: Bench, stubs: Mapping[int, Bundles], resumed: Incomplete | None
    ) -> None:
        self.scenario = scenario
        self.bench = bench
        self.stubs = stubs
        self.resumed = resumed
        self.frames: list[Frame] = []
        self.operations: list[Operation] = []
        self.incomplete: list[Incomplete] = []
        self.credits = 0
        self.entered = 0
        """Modules that let a bundle in: tells whether an error route's filters turned everything away."""
        self.routed = 0
        """How many error routes are under way, one inside the other."""
        self.failed_again = False
        """Whether the resumed execution failed once more at its module."""
        self.started = bench.clock.now()

    def scope(self, roots: Mapping[str, Value]) -> Scope:
        """See bundles with this run's surroundings."""
        return Scope(roots, self.bench.around)

    def flow(self, flow: list[Module], at: int, scope: Scope, tail: Tail | None) -> None:
        """Run one bundle through a flow from a position on; single bundles go on in the loop, several by recursion."""
        while at < len(flow):
            module = flow[at]
            bundles = self._perform(module, scope, tail)
            if bundles is None:
                return
            if module.closes or len(bundles) != 1:
                self._emit(module, bundles, scope, tail)
                return
            scope = scope.seeing(module.key, bundles[0])
            at += 1
        if tail is not None:
            self._merge(tail, scope)

    def _emit(self, module: Module, bundles: Bundles, scope: Scope, tail: Tail | None, *, deaf: bool = False) -> None:
        if not module.closes:
            for bundle in bundles:
                self.flow(module.flow, module.at + 1, scope.seeing(module.key, bundle), tail)
            return
        collectors = {aggregator.info.id: Collector() for aggregator in module.closes}
        frame = Frame(module, scope.roots, tail, len(bundles), deaf, collectors)
        self.frames.append(frame)
        for bundle in bundles:
            self.flow(module.flow, module.at + 1, scope.seeing(module.key, bundle), tail)
        self.frames.pop()
        self.close(frame)

    def _perform(self, module: Module, scope: Scope, tail: Tail | None) -> Bundles | None:
        """Run a module for one bundle; None = the bundle goes no further on this path."""
        try:
            if module.filter is not None and not self._passes(module, scope):
                return None
            self._check_time()
            name = module.info.name
            if module.branches or name in FREE:
                self._branch(module, scope, tail)
                return None
            self.entered += 1
            if name in DIRECTIVES:
                raise Directed(_directive(name), self._fields(module, scope))
            if name in AGGREGATORS:
                self._collect(module, scope, tail)
                return None
            return self._operate(module, scope)
        except ModuleError as error:
            return handle(self, module, scope, tail, error)

    def _passes(self, module: Module, scope: Scope) -> bool:
        try:
            passes = module.filter is None or module.filter(scope)
        except ImlFault as fault:
            raise ModuleError("BundleValidationError", f"Failed to evaluate filter: {fault}") from None
        if not passes:
            self.bench.note(module.info.id, "filtered out")
        return passes

    def _check_time(self) -> None:
        if self.bench.clock.now() - self.started > LONGEST_RUN:
            failure = Failure("ExecutionInterruptedError", "The run took longer than 40 minutes.", None, 0)
            raise Halt("warning", failure)

    def _fields(self, module: Module, scope: Scope) -> Mapping[str, Value]:
        try:
            fields = module.mapper(scope)
        except ImlFault as fault:
            raise ModuleError("BundleValidationError", f"Failed to map: {fault}") from None
        return fields if isinstance(fields, Mapping) else {}

    def _operate(self, module: Module, scope: Scope) -> Bundles:
        at = self.bench.clock.now()
        fields: Mapping[str, Value] = {}
        cost = 0 if module.info.name.startswith("scenario-service:") else 1
        self.credits += cost
        try:
            fields = self._fields(module, scope)
            stub = self.stubs.get(module.info.id)
            bundles = stub if stub is not None else self._handled(module, fields)
        except ModuleError as error:
            self.operations.append(Operation(module.info, fields, (), str(error), cost, at))
            raise
        self.operations.append(Operation(module.info, fields, tuple(bundles), "", cost, at))
        return bundles

    def _handled(self, module: Module, fields: Mapping[str, Value]) -> Bundles:
        try:
            return HANDLERS[module.info.name](self.bench, module, fields)
        except ImlFault as fault:
            raise ModuleError("BundleValidationError", str(fault)) from None

    def _branch(self, module: Module, scope: Scope, tail: Tail | None) -> None:
        """Send a bundle along the routes of a router in order, or along the first branch of an if-else that fits."""
        for number, branch in enumerate(module.branches):
            try:
                fits = branch.condition(scope)
            except ImlFault as fault:
                raise ModuleError("BundleValidationError", f"Failed to evaluate condition: {fault}") from None
            if not fits:
                continue
            if module.info.name == "builtin:BasicRouter":
                self.flow(branch.flow, 0, scope, None)
                continue
            self.operations.append(Operation(module.info, None, (), "", 0, self.bench.clock.now()))
            self.flow(branch.flow, 0, scope, self._tail(module, number, tail) if branch.merge else None)
            return

    def _tail(self, module: Module, number: int, beyond: Tail | None) -> Tail | None:
        behind = module.flow[module.at + 1 :]
        if not behind or behind[0].info.name != "builtin:BasicMerge":
            return None
        return Tail(behind[0], sum(b.merge for b in module.branches[:number]), beyond)

    def _merge(self, tail: Tail, scope: Scope) -> None:
        merge, number = tail.merge, tail.branch
        try:
            merged = {name: maps[number](scope) for name, maps in merge.outputs if number < len(maps)}
        except ImlFault as fault:
            failure = Failure("BundleValidationError", f"Failed to map: {fault}", None, merge.info.id)
            raise Halt("error", failure, rollback=True) from None
        self.operations.append(Operation(merge.info, None, (merged,), "", 0, self.bench.clock.now()))
        self.flow(merge.flow, merge.at + 1, scope.seeing(merge.key, merged), tail.beyond)

    def _collect(self, module: Module, scope: Scope, tail: Tail | None) -> None:
        """Let an aggregator swallow a bundle, if its feeder's loop is still open."""
        frame = next((f for f in reversed(self.frames) if module.info.id in f.collectors), None)
        if frame is None or frame.deaf:
            return
        collector = frame.collectors[module.info.id]
        collector.tail = tail
        try:
            key = text(module.group_by(scope)) if module.group_by is not None else None
        except ImlFault as fault:
            raise ModuleError("BundleValidationError", f"Failed to map 'groupBy': {fault}") from None
        collector.groups.setdefault(key, []).append(self._fields(module, scope))

    def close(self, frame: Frame) -> None:
        """End a feeder's loop: each of its aggregators emits, and goes on with what was visible before the feeder."""
        done: list[Module] = []
        for module in frame.feeder.closes:
            shadowed = any(other.flow is module.flow and other.at < module.at for other in done)
            done.append(module)
            heard = frame.bundles and not frame.deaf and not shadowed
            if not heard:
                self.bench.meet("zero_bundles")
                if self.bench.switches.zero_bundles == "silent":
                    continue
            self._conclude(module, frame)

    def _conclude(self, module: Module, frame: Frame) -> None:
        collector, scope = frame.collectors[module.info.id], self.scope(frame.roots)
        at = self.bench.clock.now()
        self.credits += 1
        try:
            self._check_time()
            found = aggregators.results(self.bench, module, collector.groups)
        except ModuleError as error:
            self.operations.append(Operation(module.info, None, (), str(error), 1, at))
            handled = handle(self, module, scope, collector.tail, error)
            found = list(handled) if handled is not None else []
        else:
            swallowed = tuple(item for items in collector.groups.values() for item in items)
            self.operations.append(Operation(module.info, swallowed, tuple(found), "", 1, at))
        deaf = bool(module.closes) and self._is_deaf()
        self._emit(module, numbered(found) if len(found) > 1 else found, scope, collector.tail, deaf=deaf)

    def _is_deaf(self) -> bool:
        self.bench.meet("aggregator_as_feeder")
        return self.bench.switches.aggregator_as_feeder == "nothing"


def _directive(name: str) -> Directive:
    found: Directive = name.removeprefix("builtin:")  # type: ignore[assignment]
    return found
