"""Make: time of an ordinary night, throughput of the interpreter, credits per billing mode.

python -m tests.benchmarks.making
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from time import process_time

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Billing, Plan
from generator.replay.case import Case, Drawn, Step, load_cases
from generator.replay.cast import variant
from generator.replay.make_engine import MakeEngine
from generator.replay.stage import Outcome, play
from generator.stripe_mock import Switches

from .measure import median, table

NAMES = ("example", "meter-per-rate", "weighted", "watch")


def night(case: Case, plan: Plan) -> Outcome:
    """Play one case once."""
    asked = variant(plan, case, "make")
    return play(case, asked, build(asked), MakeEngine(), Switches())


def ordinary(plans: list[Plan], cases: dict[str, Case]) -> list[tuple[str, str, str]]:
    """Time the ordinary day: world, run and judge, without rendering."""
    rows = []
    case = cases["ordinary-day"]
    for plan in plans:
        if plan.billing.value in case.modes:
            asked = variant(plan, case, "make")
            files = build(asked)
            seconds = median(5, partial(play, case, asked, files, MakeEngine(), Switches()))
            rows.append((f"ordinary night, {plan.billing.value}", seconds, "1.5 s"))
    return rows


def throughput(plan: Plan, rows: int) -> list[tuple[str, str, str]]:
    """Run one night with many usage rows."""
    step = Step(at=_AT, drawn=Drawn(rows=rows, day=date(2026, 11, 22)))
    case = Case(name="many rows", file="many-rows.yaml", lookback=1, runs=(step,), per_page=10000)
    asked = variant(plan, case, "make")
    files = build(asked)
    began = process_time()
    outcome = play(case.model_copy(update={"expect": None}), asked, files, MakeEngine(), Switches())
    seconds = process_time() - began
    words = f"CPU {seconds:.1f} s, {rows / seconds:,.0f} rows/s" + (
        f", {outcome.failures[0][:80]}" if outcome.failures else ""
    )
    return [(f"a night of {rows:,} rows, {plan.billing.value}", words, "")]


_AT = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)


def credits_of(plans: list[Plan], cases: dict[str, Case]) -> list[tuple[str, str, str]]:
    """Count the credits of quiet nights against the bounds that the project promises."""
    rows = []
    for plan in plans:
        for name, kind in (("ordinary-day", "plain"), ("ordinary-night-converging", "converging")):
            case = cases[name]
            if plan.billing.value not in case.modes:
                continue
            lookback = 1 if kind == "plain" else 3
            chosen = case.model_copy(update={"lookback": lookback})
            asked = variant(plan, chosen, "make")
            played = play(chosen.model_copy(update={"expect": None}), asked, build(asked), MakeEngine(), Switches())
            facts = _facts(asked)
            bound = {"plain": f"{facts} facts + 10", "converging": _bound(asked, facts)}[kind]
            rows.append((f"credits, {kind}, {plan.billing.value}", str(played.credits), bound))
    return rows


def _facts(plan: Plan) -> int:
    """Give the facts of a full night: every client with every pair."""
    if plan.billing is Billing.WATCH:
        return 0
    return len(plan.clients) * (1 if plan.billing is Billing.WEIGHTED else len(plan.pairs))


def _bound(plan: Plan, facts: int) -> str:
    return f"{facts} facts + 25" if plan.billing is Billing.DIMENSIONS else f"2 × {facts} facts + 12"


if __name__ == "__main__":
    found = [read_plan(resources.mappings() / f"{name}.yaml")[1] for name in NAMES]
    mappings = [plan for plan in found if plan is not None]
    known = {case.key: case for case in load_cases()}
    big = replace(mappings[1], per_page=10000)
    table(
        "Make",
        lambda: ordinary(mappings, known),
        lambda: credits_of(mappings, known),
        lambda: throughput(big, 1_000),
        lambda: throughput(big, 10_000),
    )
