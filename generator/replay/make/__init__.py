"""Interpret Make blueprints: every module as its documents describe it, every open question as a named switch.

run = run_blueprint(blueprint, send=world, clock=clock, credential=credential, rng=Random(1))
"""

from __future__ import annotations

from generator.replay.make.blueprint import Scenario, load
from generator.replay.make.errors import Killed, UnknownModule
from generator.replay.make.run import Failure, Incomplete, ModuleInfo, Operation, Run, Step, Store
from generator.replay.make.start import resume, run_blueprint
from generator.replay.make.switches import Switches, choices, pairs, variants

__all__ = [
    "Failure",
    "Incomplete",
    "Killed",
    "ModuleInfo",
    "Operation",
    "Run",
    "Scenario",
    "Step",
    "Store",
    "Switches",
    "UnknownModule",
    "choices",
    "load",
    "pairs",
    "resume",
    "run_blueprint",
    "variants",
]
