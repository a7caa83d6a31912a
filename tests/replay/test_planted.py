"""Every planted bug that a simulated world can find is found by the world and in the run that the table names."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.replay.logic_engine import LogicEngine
from generator.replay.make_engine import MakeEngine
from generator.replay.simulation.nights import nights
from generator.replay.simulation.premise import premise
from generator.replay.stage import play
from tests.replay.planted import PLANTED, Planted
from tests.replay.test_worlds import PLANS

FOUND = [bug for bug in PLANTED if bug.seed]


@pytest.mark.parametrize("bug", FOUND, ids=lambda bug: f"{bug.platform}-{bug.name.replace(' ', '-')}")
def test_a_world_finds(bug: Planted, tmp_path: Path) -> None:
    ground = premise(bug.seed, PLANS)
    case = nights(ground)
    short = case.model_copy(update={"runs": case.runs[: bug.run], "quiet": 0})
    engine = MakeEngine(ground.make, bug.seed) if bug.platform == "make" else LogicEngine(bug.seed)
    assert play(short, ground.plan, bug.files(ground.plan, tmp_path), engine, ground.stripe).failures


def test_a_bug_that_no_world_found_says_why() -> None:
    assert all(bug.seed or bug.why for bug in PLANTED)


def found(bug: Planted | None) -> str:
    if bug is None:
        return "–"
    return f"{bug.seed} ({bug.run})" if bug.seed else f"– {bug.why}"


def test_the_table_in_the_docs_names_each_bug_with_its_seed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "worlds.md").read_text(encoding="utf-8")
    by_name = {(bug.platform, bug.name): bug for bug in PLANTED}
    cells = {name: [found(by_name.get((platform, name))) for platform in ("make", "n8n")] for _, name in by_name}
    assert {f"| {name} | {' | '.join(two)} |" for name, two in cells.items()} <= set(page.splitlines())
