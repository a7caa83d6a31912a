"""Play a world: one seed, one engine, one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from generator import resources
from generator.errors import WrongUsage
from generator.rendering.build import serialise
from generator.rendering.make import render_make
from generator.rendering.n8n import render_n8n
from generator.rendering.plan import Plan
from generator.replay.case import Case
from generator.replay.engine import Engine, Files
from generator.replay.logic_engine import LogicEngine
from generator.replay.make_engine import MakeEngine
from generator.replay.matrix import Row
from generator.replay.simulation.nights import nights
from generator.replay.simulation.premise import Premise, premise
from generator.replay.simulation.shrink import shrink
from generator.replay.simulation.story import story
from generator.replay.stage import Later, Outcome, play

TRIES = 60
"""How often a failing world may be played again to make it shorter."""


@dataclass(frozen=True, slots=True)
class World:
    """A seed's world on one engine: what becomes a row. `given` are files in place of freshly built ones."""

    seed: int
    plans: Sequence[Plan]
    engine: str
    given: Files | None = None
    tries: int = TRIES

    def play(self, n8n: Engine | None = None) -> Row:
        """Play it once; one that fails is played again, shorter and shorter."""
        began = perf_counter()
        ground = premise(self.seed, self.plans, fixed=self.given is not None)
        perform = self._performance(ground, n8n)
        case = nights(ground)
        outcome = perform(case)
        told = _told(case, outcome, perform, self.tries) if outcome.failures else ()
        edits = [f"from {m.at.isoformat(timespec='minutes')} on {m.what}" for m in ground.later] if told else []
        return Row(
            case.name, self.engine, ground.plan.billing.value, not outcome.failures, outcome.counted, outcome.parked,
            outcome.retries, outcome.credits, round(outcome.seconds, 1), 1, perf_counter() - began, outcome.failures,
            self.seed, outcome.ledger, (*edits, *told),
        )  # fmt: skip

    def _performance(self, ground: Premise, n8n: Engine | None) -> Callable[[Case], Outcome]:
        later = [Later(meaning.at, meaning.plan, self._files(meaning.plan)) for meaning in ground.later]
        files, billed = self._files(ground.plan), ground.billed

        def perform(case: Case) -> Outcome:
            engine = self._fresh(ground) or n8n
            if engine is None:
                raise WrongUsage("the n8n engine is not running")
            return play(case, ground.plan, files, engine, ground.stripe, later, billed)

        return perform

    def _fresh(self, ground: Premise) -> Engine | None:
        """Make the engine that a world starts anew; the real one runs already."""
        if self.engine == "make":
            return MakeEngine(ground.make, self.seed)
        return LogicEngine(self.seed) if self.engine == "n8n-logic" else None

    def _files(self, plan: Plan) -> Files:
        render = render_make if self.engine == "make" else render_n8n
        platform = self.engine.partition("-")[0]
        files = render(plan, resources.templates(), ("meter-usage", "meter-usage-chunk"))
        return {f"{platform}/{stem}.json": serialise(data) for stem, data in files.items()} | dict(self.given or {})


def _told(case: Case, first: Outcome, perform: Callable[[Case], Outcome], tries: int) -> tuple[str, ...]:
    shortest, failures = shrink(case, first.failures, lambda other: perform(other).failures, tries)
    return (*story(shortest), *failures[:3])
