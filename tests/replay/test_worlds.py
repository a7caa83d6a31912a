"""Simulated worlds: whatever happens over many nights, nothing is lost, nothing counts twice, all is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.commands.replay import MODES
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Case, Fault
from generator.replay.command import Ask, repeat_command, unlike, worlds
from generator.replay.engine import Engine
from generator.replay.make_engine import MakeEngine
from generator.replay.simulation.meanings import CHANGES
from generator.replay.simulation.nights import nights
from generator.replay.simulation.premise import premise
from generator.replay.simulation.shrink import rule_of, shrink
from generator.replay.simulation.story import MOST, story
from generator.replay.simulation.world import World
from generator.replay.stage import Later, play

SHORT = (1, 3, 5, 11, 71)
"""Odd seeds make short worlds; even ones last 40 days: `replay --seeds 1-200`."""


def plans() -> tuple[Plan, ...]:
    found = [read_plan(resources.mappings() / f"{name}.yaml")[1] for name in MODES]
    return tuple(plan for plan in found if plan is not None)


PLANS = plans()


@pytest.mark.parametrize("seed", SHORT)
def test_a_world_converges_on_both_platforms_to_the_same(seed: int) -> None:
    rows = [World(seed, PLANS, engine).play() for engine in ("make", "n8n-logic")]
    for row in rows:
        assert row.passed, "\n".join((repeat_command(row), *row.failures, *row.story))
    assert list(unlike(rows[1], rows[0])) == []


@pytest.mark.parametrize("seed", [520, 600])
def test_what_two_runs_at_once_posted_too_much_is_told_by_the_next(seed: int) -> None:
    row = World(seed, PLANS, "n8n-logic").play()
    assert row.passed, "\n".join((repeat_command(row), *row.failures, *row.story))


@pytest.mark.parametrize(
    ("seed", "change"),
    [(79, "days of another zone"), (839, "days of another zone"), (374, "a client leaves the gateway")],
)
def test_zone_and_path_change_without_loss(seed: int, change: str) -> None:
    assert change in {meaning.what.split(":")[0] for meaning in premise(seed, PLANS).later}
    for engine in ("make", "n8n-logic"):
        row = World(seed, PLANS, engine).play()
        assert row.passed, "\n".join((repeat_command(row), *row.failures, *row.story))


def test_what_a_gateway_posted_is_there_before_the_workflow_posts() -> None:
    ground = premise(374, PLANS)
    ((key, until),) = ground.gateway
    acts = [(act, step) for step in nights(ground).runs for act in step.acts if act.do == "manual_event"]
    assert acts
    assert {act.client for act, _ in acts} == {key}
    assert all(act.at and act.at < until for act, _ in acts)


def test_a_wait_may_serve_an_earlier_wave_of_its_pass() -> None:
    row = World(334, PLANS, "n8n-logic").play()
    assert row.passed, "\n".join((repeat_command(row), *row.failures, *row.story))


@pytest.mark.engine
def test_a_world_leaves_the_same_on_the_real_engine(n8n_engines: Mapping[str, Engine]) -> None:
    """One that changes its mapping on the way; `replay --seeds 1-10 --engine all` plays more of them."""
    theirs = World(71, PLANS, "n8n").play(n8n_engines["n8n"])
    assert theirs.passed, theirs.failures
    for engine in ("make", "n8n-logic"):
        assert list(unlike(theirs, World(71, PLANS, engine).play())) == []


@cache
def world(seed: int) -> Case:
    return nights(premise(seed, PLANS))


def test_a_world_is_a_function_of_its_seed() -> None:
    assert [nights(premise(seed, PLANS)) for seed in (1, 2, 3, 4)] == [world(seed) for seed in (1, 2, 3, 4)]


def test_every_second_world_meets_the_end_of_a_month() -> None:
    found = [premise(seed, PLANS) for seed in range(2, 30, 2)]
    assert all(len(one.windows) == 40 for one in found if one.plan.windows.size == "day")


def test_clocks_change_in_some_worlds_in_both_directions() -> None:
    lengths = {w.end - w.start for seed in range(1, 40) for w in premise(seed, PLANS).windows}
    assert len(lengths) == 4  # 1, 23, 24 and 25 hours


def test_runs_come_in_order_and_the_end_is_quiet() -> None:
    for case in map(world, range(1, 40)):
        times = [step.at for step in case.runs]
        assert times == sorted(set(times))
        assert not any(step.faults or step.twice for step in case.runs[-case.quiet :])


def test_every_fault_happens_in_some_world() -> None:
    met = {fault.fault for seed in range(1, 40) for step in world(seed).runs for fault in step.faults}
    assert met >= {"429", "sticky_500", "lost_response", "stored_timeout", "stored_html", "html", "409", "cut", "kill"}


def test_a_world_without_a_case_is_repeated_by_its_seed_alone() -> None:
    asked = next(worlds(Ask(PLANS, seeds=(9,), worlds=True), "make"))
    assert asked == World(9, PLANS, "make")


def fails_with_a_kill_and_a_row(case: Case) -> list[str]:
    """Stand in for a bug that takes a killed run and a row of the client `acme`, in any runs."""
    killed = any(fault.fault.startswith("kill") for step in case.runs for fault in step.faults)
    row = any(row.client == "acme" for step in case.runs for row in step.usage)
    return [f"run {len(case.runs)}, no double: found"] if killed and row else []


def killing() -> Case:
    return next(case for case in map(world, range(2, 40, 2)) if fails_with_a_kill_and_a_row(case))


def test_a_failure_is_shrunk_to_the_run_and_the_row_that_it_takes() -> None:
    case = killing()
    short, failures = shrink(case, fails_with_a_kill_and_a_row(case), fails_with_a_kill_and_a_row, 400)
    assert len(short.runs) <= 2
    assert sum(len(step.usage) for step in short.runs) == 1
    assert [f.fault[:4] for step in short.runs for f in step.faults] == ["kill"]
    assert rule_of(failures[0]) == "no double"


def test_shrinking_plays_no_more_often_than_it_may() -> None:
    played: list[Case] = []

    def verdict(case: Case) -> list[str]:
        played.append(case)
        return fails_with_a_kill_and_a_row(case)

    case = killing()
    shrink(case, verdict(case), verdict, 7)
    assert len(played) == 8


def test_a_story_names_rows_faults_and_runs() -> None:
    case = killing()
    lines = story(case)
    assert len(lines) == MOST + 1
    assert any(line.startswith("run 1 at ") for line in lines)
    step = case.runs[0].model_copy(update={"faults": (Fault(on="usage", fault="429", calls=(2,), retry_after="9"),)})
    told = story(case.model_copy(update={"runs": (step,)}))
    assert "fault 429 on usage, call 2, Retry-After 9" in told


def test_a_mapping_that_files_were_rendered_from_stays_as_it_is() -> None:
    plan = replace(PLANS[0], per_page=77)
    assert premise(12, (plan,), fixed=True).plan == plan


def test_mappings_change_on_the_way_in_every_manner() -> None:
    met = {meaning.what.split(":")[0] for seed in range(1, 90) for meaning in premise(seed, PLANS).later}
    assert met == {change.name for change in CHANGES}


def undated(plan: Plan, first: Plan) -> Plan:
    """Say of a mapping that it always meant this."""
    since = {client.key: client.since for client in first.clients}
    clients = tuple(replace(client, since=since.get(client.key, first.since)) for client in plan.clients)
    pairs = tuple(replace(pair, since=first.since) for pair in plan.pairs)
    return replace(plan, since=first.since, clients=clients, pairs=pairs)


@pytest.mark.parametrize(("seed", "change"), [(47, "another customer"), (55, "another billing mode")])
def test_a_change_without_a_date_shows(seed: int, change: str) -> None:
    """Why `build` refuses it: days that are billed already are counted again."""
    ground = premise(seed, PLANS)
    assert change in {meaning.what.split(":")[0] for meaning in ground.later}
    plans = [(meaning.at, undated(meaning.plan, ground.plan)) for meaning in ground.later]
    later = [Later(at, plan, build(plan, ["make"])) for at, plan in plans]
    engine, case = MakeEngine(ground.make, seed), nights(ground)
    failures = play(
        case, ground.plan, build(ground.plan, ["make"]), engine, ground.stripe, later, ground.billed
    ).failures
    assert any(words.startswith("one meaning:") for words in failures)
