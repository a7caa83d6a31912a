"""Several usage sources of one mapping: their runs on one Stripe account, and what happens where sources overlap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Case, Fault, Step, UsageRow
from generator.replay.engine import Engine
from generator.replay.judge import Book, judge
from generator.replay.make_engine import MakeEngine
from generator.replay.setting import open_world
from generator.replay.stage import Play
from generator.replay.usage.folder import usage_source
from generator.replay.world import World
from generator.stripe_mock import Switches
from tests.replay.turns import SECOND

NIGHT, NEXT = datetime(2026, 11, 23, 3, 20, tzinfo=UTC), datetime(2026, 11, 24, 3, 20, tzinfo=UTC)


def mapping() -> Plan:
    plan = read_plan(resources.mappings() / "several-sources.yaml")[1]
    assert plan
    return plan


def used(client: str, model: str, tokens: int, day: int = 22) -> UsageRow:
    return UsageRow(at=datetime(2026, 11, day, 9, tzinfo=UTC), client=client, model=model, input=tokens)


@dataclass
class Business:
    """One Stripe account and one Slack; each source has its run, its log and its records."""

    plan: Plan
    plays: dict[str, Play]
    engine: Engine

    @classmethod
    def open(cls, plan: Plan, engine: Engine) -> Business:
        whole = open_world(plan, NIGHT, Switches(), ticking=engine.ticking)
        meters = {meter.event_name: meter.id for meter in whole.stripe.meters}
        plays = {}
        for run in plan.runs:
            world = World(whole.stripe, usage_source(run), whole.slack, whole.clock)
            plays[run.run] = Play(Case(name=run.run, runs=(Step(at=NIGHT),)), run, world, Book(run, meters))
        return cls(plan, plays, engine)

    def night(self, name: str, at: datetime, *rows: UsageRow, faults: tuple[Fault, ...] = ()) -> str:
        """Run one source's workflow; gives its report."""
        play = self.plays[name]
        self.engine.load(build(play.plan), play.plan, play.world)
        play.step(self.engine, len(play.records) + 1, Step(at=at, usage=rows, faults=faults))
        assert not judge(play.records[-1:], None), f"the run of {name}"
        return play.records[-1].messages[0][1]

    def counted(self) -> dict[tuple[str, str], int]:
        """Give what Stripe counts, by client and model."""
        clients = {client.customer: client.key for client in self.plan.clients}
        models = {pair.event_name: pair.model for pair in self.plan.pairs}
        sums: Counter[tuple[str, str]] = Counter()
        stripe = next(iter(self.plays.values())).world.stripe
        for event in stripe.events:
            if event.counts:
                sums[clients[event.payload["stripe_customer_id"]], models[event.event_name]] += int(event.value)
        return dict(sums)


@pytest.fixture(params=["make", pytest.param("n8n", marks=[pytest.mark.engine, SECOND])])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "make":
        return MakeEngine()
    engines: Mapping[str, Engine] = request.getfixturevalue("n8n_engines")
    return engines["n8n"]


def test_a_call_that_two_sources_show_is_billed_once(engine: Engine) -> None:
    business = Business.open(mapping(), engine)
    twice = used("globex", "gpt-4o", 100), used("globex", "claude-3-haiku", 7)
    report = business.night("app", NIGHT, *twice, used("acme", "gpt-4o", 30))
    assert "• other_source: 100 tokens (in 1 rows: globex)" in report
    business.night("openai", NIGHT, used("proj_globex", "gpt-4o", 100))
    assert business.counted() == {
        ("globex", "openai/gpt-4o"): 100,
        ("globex", "anthropic/claude-3-haiku"): 7,
        ("acme", "openai/gpt-4o"): 30,
    }


def test_a_client_of_another_source_is_left_out_and_told(engine: Engine) -> None:
    business = Business.open(mapping(), engine)
    report = business.night("openai", NIGHT, used("acme", "gpt-4o", 30), used("proj_globex", "gpt-4o", 5))
    assert "• other_source: 30 tokens (in 1 rows: acme)" in report
    assert business.counted() == {("globex", "openai/gpt-4o"): 5}


def test_a_source_that_is_down_stops_its_own_run_alone_and_catches_up(engine: Engine) -> None:
    business = Business.open(mapping(), engine)
    down = (Fault(on="usage", fault="500"),)
    report = business.night("app", NIGHT, used("globex", "claude-3-haiku", 7), faults=down)
    assert "Stopped:" in report
    business.night("openai", NIGHT, used("proj_globex", "gpt-4o", 100))
    assert business.counted() == {("globex", "openai/gpt-4o"): 100}
    business.night("app", NEXT)
    business.night("openai", NEXT)
    assert business.counted() == {("globex", "openai/gpt-4o"): 100, ("globex", "anthropic/claude-3-haiku"): 7}
