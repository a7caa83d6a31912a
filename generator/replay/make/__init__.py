"""Interpret Make blueprints: every module as its documents describe it, every open question as a named switch.

    run = run_blueprint(blueprint, send=world, clock=clock, credential=credential, rng=Random(1))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from generator.replay.clock import VirtualClock
from generator.replay.make.run import Incomplete, ModuleInfo, Operation, Run, Store
from generator.replay.make.switches import Switches
from generator.stripe_mock.exchange import Request, Response

Send = Callable[[Request], Response]
Credential = Callable[[ModuleInfo, str], tuple[str, str] | None]


def run_blueprint(
    blueprint: Mapping[str, object],
    *,
    send: Send,
    clock: VirtualClock,
    credential: Credential,
    rng: Random,
    switches: Switches | None = None,
    inputs: Mapping[str, object] | None = None,
    org_zone: str = "America/Chicago",
    webhook: Mapping[str, object] | None = None,
    store: Store | None = None,
    stubs: Mapping[int, Sequence[Mapping[str, object]]] | None = None,
    on_request: Callable[[ModuleInfo, Request], None] | None = None,
) -> Run:
    """Run a blueprint once. `send` answers, or raises `NoAnswer` (no answer) or `Killed` (the run is cut here).

    `credential` gets the module and the host, and gives a header name and value. `inputs` are `{{var.input.…}}`.
    `stubs` are recorded bundles of modules that the interpreter does not know, by module id.
    """
    raise NotImplementedError


__all__ = ["Incomplete", "ModuleInfo", "Operation", "Run", "Store", "Switches", "run_blueprint"]
