"""A few cases as users have n8n: its default expression engine and the real clock, waits included."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Case, Expect, Fault, Step, UsageRow
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine
from generator.replay.stage import play
from generator.stripe_mock import Switches
from tests.replay.turns import SECOND

pytestmark = [pytest.mark.engine, SECOND]


@pytest.fixture(scope="module")
def engine(n8n_server_as_users_have_it: N8nServer) -> N8nEngine:
    return N8nEngine(n8n_server_as_users_have_it, real_clock=True)


@pytest.fixture
def plan() -> Plan:
    """The mapping in force, begun a while ago and in the middle of a billing period."""
    plan = read_plan(resources.mappings() / "meter-per-rate.yaml")[1]
    assert plan is not None
    now = datetime.now(UTC)
    since, anchor = now - timedelta(days=20), (now - timedelta(days=12)).replace(minute=0, second=0, microsecond=0)
    clients = tuple(replace(c, since=since, anchor=anchor) for c in plan.clients)
    names = tuple(replace(n, since=since) for n in plan.model_names)
    pairs = tuple(replace(p, since=since) for p in plan.pairs)
    return replace(plan, since=since, clients=clients, model_names=names, pairs=pairs)


def case(plan: Plan, *rows: UsageRow, faults: tuple[Fault, ...] = (), expect: Expect) -> Case:
    step = Step(at=datetime.now(UTC), usage=rows, faults=faults)
    return Case(name="on the real clock", runs=(step,), expect=expect, switches="default")


def noon(plan: Plan, days_ago: int) -> datetime:
    today = datetime.now(ZoneInfo(plan.windows.zone)).replace(hour=12, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days_ago)


def passes(case: Case, plan: Plan, engine: N8nEngine) -> None:
    outcome = play(case, plan, build(plan), engine, Switches())
    assert not outcome.failures, "\n".join(outcome.failures)


def test_an_ordinary_night(plan: Plan, engine: N8nEngine) -> None:
    row = UsageRow(at=noon(plan, 1), client="acme", model="gpt-4o", input=1200, output=340)
    passes(case(plan, row, expect=Expect(counted={"acme/openai/gpt-4o": 1540})), plan, engine)


def test_older_days_are_read_and_posted(plan: Plan, engine: N8nEngine) -> None:
    rows = [UsageRow(at=noon(plan, day), client="globex", model="gpt-4o-mini", input=10**day) for day in (1, 2, 3)]
    passes(case(plan, *rows, expect=Expect(counted={"globex": 1110})), plan, engine)


def test_a_429_is_tried_again(plan: Plan, engine: N8nEngine) -> None:
    row = UsageRow(at=noon(plan, 1), client="acme", model="gpt-4o", input=7)
    fault = Fault(on="meter_event", fault="429", calls=(1,), retry_after="1")
    passes(case(plan, row, faults=(fault,), expect=Expect(counted={"acme": 7})), plan, engine)


def test_a_lost_answer_counts_once(plan: Plan, engine: N8nEngine) -> None:
    row = UsageRow(at=noon(plan, 1), client="acme", model="gpt-4o", output=9)
    fault = Fault(on="meter_event", fault="lost_response", calls=(1,))
    passes(case(plan, row, faults=(fault,), expect=Expect(counted={"acme": 9})), plan, engine)


def test_a_stranger_is_parked(plan: Plan, engine: N8nEngine) -> None:
    row = UsageRow(at=noon(plan, 1), client="O'Brien \"={{ $env }}", model="gpt-4o", input=3)
    passes(case(plan, row, expect=Expect(parked={"unknown_client": 3})), plan, engine)
