"""`replay`: play the cases and report; what the command line and the tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import WrongUsage
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Case, load_cases
from generator.replay.engine import Engine, Files
from generator.replay.make.switches import Switches
from generator.replay.make_engine import MakeEngine
from generator.replay.matrix import Player, Row
from generator.replay.variant import fits, variant

CASES = Path(__file__).parent / "cases"
Report = Callable[[Row], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """What to play: plans (one per billing mode), engines, and which cases; `given` are files in place of ours."""

    plans: Sequence[Plan]
    engines: Sequence[str] = ("make",)
    names: Sequence[str] = ()
    seeds: Sequence[int] = (1,)
    given: Files | None = None
    quick: bool = False
    """Only the default setting of every switch."""


def wanted(names: Sequence[str]) -> list[Case]:
    """Load the cases of these names, all if there are none; an unknown name is wrong usage."""
    cases = load_cases(CASES)
    known = {case.key for case in cases}
    if unknown := [name for name in names if name not in known]:
        raise WrongUsage(f"no case is named {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [case for case in cases if not names or case.key in names]


def replay(ask: Ask, n8n: Engine | None = None, report: Report = lambda _row: None) -> list[Row]:
    """Play everything asked for, in the order of engines, cases and modes."""

    def engine_for(name: str) -> Callable[[Switches, int], Engine]:
        if name == "make":
            return lambda switches, seed: MakeEngine(switches, seed)
        if n8n is None:
            raise WrongUsage("the n8n engine is not running")
        return lambda _switches, _seed: n8n

    rows: list[Row] = []
    for name in ask.engines:
        for seed in ask.seeds:
            player = Player(engine_for(name), _renderer(ask), seed)
            for case, plan in pairs(ask, name):
                rows.append(player.row(case, plan, name))
                report(rows[-1])
    return rows


def pairs(ask: Ask, engine: str) -> Iterator[tuple[Case, Plan]]:
    """List each case with each plan that it fits."""
    for case in wanted(ask.names):
        if engine not in case.engines:
            continue
        chosen = case.model_copy(update={"switches": "default"}) if ask.quick else case
        for plan in ask.plans:
            if fits(plan, chosen) and (ask.given is None or variant(plan, chosen) == plan):
                yield chosen, plan


def _renderer(ask: Ask) -> Callable[[Plan], Files]:
    given = ask.given
    if given is None:
        return build
    return lambda plan: {**build(plan), **given}


def repeat_command(row: Row, seed: int) -> str:
    """Say how to see one row again."""
    return f"python -m generator replay --engine {row.engine} --case {row.case} --seed {seed}"
