"""Every planted bug that a simulated world can find is found by the world and in the run that the table names."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.replay.make_engine import MakeEngine
from generator.replay.simulation.nights import nights
from generator.replay.simulation.premise import premise
from generator.replay.stage import play
from tests.replay.planted import PLANTED, Planted
from tests.replay.test_worlds import PLANS

FOUND = [bug for bug in PLANTED if bug.seed]


@pytest.mark.parametrize("bug", FOUND, ids=lambda bug: bug.name.replace(" ", "-"))
def test_a_world_finds(bug: Planted, tmp_path: Path) -> None:
    ground = premise(bug.seed, PLANS)
    case = nights(ground)
    short = case.model_copy(update={"runs": case.runs[: bug.run], "quiet": 0})
    files = {"make/meter-usage.json": bug.blueprint(ground.plan, tmp_path)}
    assert play(short, ground.plan, files, MakeEngine(ground.make, bug.seed), ground.stripe).failures


def test_a_bug_that_no_world_found_says_why() -> None:
    assert all(bug.seed or bug.why for bug in PLANTED)


def test_the_table_in_the_docs_names_each_bug_with_its_seed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "worlds.md").read_text(encoding="utf-8")
    rows = {
        f"| {bug.name} | {bug.seed} | {bug.run} |" if bug.seed else f"| {bug.name} | – | {bug.why} |" for bug in PLANTED
    }
    assert rows <= set(page.splitlines())
