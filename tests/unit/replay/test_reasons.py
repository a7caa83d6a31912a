"""The judge wants a cause for everything that a report does not bill."""

from dataclasses import replace

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.replay.cast import variant
from generator.replay.command import wanted
from generator.replay.judge import Book, RunRecord, reasons
from generator.replay.make_engine import MakeEngine
from generator.replay.setting import open_world
from generator.replay.stage import Play
from generator.stripe_mock import Switches


def last_run(name: str) -> RunRecord:
    """Play a case on the interpreter, and give what the judge sees of its last run."""
    mapping = read_plan(resources.mappings() / "example.yaml")[1]
    assert mapping
    case = wanted([name])[0]
    plan = variant(mapping, case, "make")
    engine = MakeEngine()
    world = open_world(plan, case.runs[0].at, Switches(), ticking=False)
    engine.load(build(plan), plan, world)
    play = Play(case, plan, world, Book(plan, {meter.event_name: meter.id for meter in world.stripe.meters}))
    for index, step in enumerate(case.runs, 1):
        play.step(engine, index, step)
    return play.records[-1]


def reworded(run: RunRecord, old: str, new: str) -> RunRecord:
    assert any(old in text for _, text in run.messages)
    return replace(run, messages=[(channel, text.replace(old, new)) for channel, text in run.messages])


@pytest.mark.parametrize("name", ["left-is-told", "period-closed", "cancelled-stuck", "too-old", "corrected-down"])
def test_a_true_report_has_its_causes(name: str) -> None:
    run = last_run(name)
    assert [*reasons.causes(run), *reasons.shares(run)] == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("left-is-told", "Left:", "Stuck:"),
        ("period-closed", "period_closed", "too_old"),
        ("too-old", "too_old", "meter_unsuitable"),
        ("cancelled-stuck", "Stuck:", "• refused:"),
    ],
)
def test_another_reason_shows(name: str, old: str, new: str) -> None:
    assert list(reasons.causes(reworded(last_run(name), old, new)))


@pytest.mark.parametrize(("name", "old"), [("left-is-told", "acme openai"), ("corrected-down", "acme ai_tokens")])
def test_another_client_shows(name: str, old: str) -> None:
    assert list(reasons.shares(reworded(last_run(name), old, old.replace("acme", "initech"))))


def test_a_stop_without_trouble_shows() -> None:
    run = last_run("duplicate")
    run = replace(run, exchanges=[e for e in run.exchanges if e.status == 200])
    assert not list(reasons.causes(run))
    assert list(reasons.causes(replace(run, told=replace(run.told, stopped="no reason"))))
