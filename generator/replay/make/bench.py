"""What modules work with: the outside world, the clock, and what a run remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from generator.iml.scope import Surroundings
from generator.iml.values import Value
from generator.replay.clock import VirtualClock
from generator.replay.faults import NoAnswer
from generator.replay.make.errors import ModuleError
from generator.replay.make.point import Variables
from generator.replay.make.run import ModuleInfo, Step, Store
from generator.replay.make.switches import Switches
from generator.stripe_mock.exchange import Request, Response

Send = Callable[[Request], Response]
Credential = Callable[[ModuleInfo, str], tuple[str, str] | None]
OnRequest = Callable[[ModuleInfo, Request], None]


@dataclass(slots=True)
class Bench:
    """One run's tools."""

    send: Send
    clock: VirtualClock
    credential: Credential
    around: Surroundings
    switches: Switches
    store: Store
    webhook: Mapping[str, Value] | None = None
    on_request: OnRequest | None = None
    variables: Variables = field(default_factory=dict)
    counters: dict[int, int] = field(default_factory=dict)
    response: Mapping[str, Value] | None = None
    steps: list[Step] = field(default_factory=list)

    def meet(self, switch: str) -> None:
        """Note that a switch's value matters in this run."""
        self.around.met.add(switch)

    def note(self, module: int, what: str) -> None:
        """Write a line into the log."""
        self.steps.append(Step(self.clock.now(), module, what))

    def exchange(self, module: ModuleInfo, request: Request, timeout: float) -> Response:
        """Send a request; no answer is a `ConnectionError`, or after `timeout` seconds a `ModuleTimeoutError`."""
        if self.on_request is not None:
            self.on_request(module, request)
        try:
            return self.send(replace(request, patience=timeout))
        except NoAnswer as silence:
            if silence.kind == "reset":
                raise ModuleError("ConnectionError", "The connection was reset.") from None
            self.clock.advance(timeout)
            raise ModuleError("ModuleTimeoutError", "The request timed out.") from None

    def set_variable(self, name: str, value: Value) -> None:
        """Set a variable; every later route may read it (Make help, *Converger*)."""
        self.variables[name] = value
