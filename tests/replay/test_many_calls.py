"""What cases cannot say about the table of calls as a source."""

from __future__ import annotations

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.replay.case import load_case
from generator.replay.cast import variant
from generator.replay.make_engine import MakeEngine
from generator.replay.stage import play
from generator.stripe_mock import Switches


def test_more_calls_than_one_search_gives_stop_the_run() -> None:
    case = load_case(resources.sources() / "table" / "cases" / "table-by-hand.yaml")
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    files = build(variant(plan, case, "make"))
    blueprint = files["make/meter-usage.json"]
    assert b"3200" in blueprint
    files = {**files, "make/meter-usage.json": blueprint.replace(b"3200", b"2")}
    outcome = play(
        case.model_copy(update={"expect": None}), variant(plan, case, "make"), files, MakeEngine(), Switches()
    )
    assert outcome.counted == 0
    assert any("more calls in 24 hours than one search gives" in words for words in outcome.failures)
