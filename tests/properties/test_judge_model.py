"""The replay's judge has a small model of its own: it must mean what the rules of metering mean, on any log."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from generator import resources
from generator.commands.read import read_plan
from generator.metering.facts import total_rows, weigh
from generator.metering.identifiers import identifier
from generator.metering.periods import closed_boundary
from generator.metering.windows import between, covered, day_start
from generator.rendering.plan import Billing, Plan
from generator.replay import expected
from generator.replay.case import Backfill
from generator.replay.judge import Book

from .logs import ROWS, ZONES

FILES = {"meter_per_rate": "meter-per-rate", "weighted": "weighted", "dimensions": "example"}
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY = timedelta(days=1)


@cache
def plan_of(mode: str) -> Plan:
    _, plan, _ = read_plan(resources.mappings() / f"{FILES[mode]}.yaml")
    assert plan is not None
    return plan


STARTS = st.integers(-3, 3).map(lambda days: day_start(date(2026, 11, 21) + days * DAY, "America/Chicago"))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw one of our mappings with other dates on some of what has a date, and a name that changes its meaning."""
    plan = plan_of(draw(st.sampled_from(sorted(FILES))))
    dates = draw(st.dictionaries(st.integers(0, 30), STARTS, max_size=8))
    until, moved = draw(st.one_of(st.none(), STARTS)), draw(st.one_of(st.none(), STARTS))
    place = count()

    def begun(one: Any) -> Any:
        return replace(one, since=dates.get(next(place), one.since))

    names = tuple(map(begun, plan.model_names))
    if moved:
        names += (replace(names[1], model=names[-1].model, since=moved),)
    patterns = draw(
        st.lists(st.sampled_from(["acme-*", "acme*", "*bs", "glo*", "*c*e*", "w*"]), unique=True).map(tuple)
    )
    last = replace(plan.clients[-1], until=until, patterns=patterns)
    return replace(
        begun(plan),
        clients=tuple(map(begun, (*plan.clients[:-1], last))),
        model_names=names,
        pairs=tuple(map(begun, plan.pairs)),
    )


def read_json(data: Any) -> Any:
    return json.loads(json.dumps(data), parse_float=Decimal)


@given(plan=plans(), rows=st.lists(ROWS, max_size=10))
def test_a_log_means_the_same(plan: Plan, rows: list[dict[str, Any]]) -> None:
    assume(len({(one.name, one.since) for one in plan.model_names}) == len(plan.model_names))
    reading = expected.read(plan, rows, NOW, None)
    totals = total_rows(
        read_json(rows), plan, covered(NOW, plan.windows.size, plan.windows.zone, plan.windows.lookback)
    )
    facts = weigh(totals.facts, plan) if plan.billing is Billing.WEIGHTED else totals.facts
    ours = {(f.client, f.model, f.token_type, f.window.start, f.window.end): n for f, n in facts.items()}
    judged = {(f.client, f.model, str(f.token_type), f.window.start, f.window.end): n for f, n in reading.facts.items()}
    assert judged == ours
    assert dict(reading.parked) == {reason: one.tokens for reason, one in totals.parked.items()}


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
    zone=ZONES,
    size=st.sampled_from(["day", "hour"]),
    lookback=st.integers(1, 40),
)
def test_a_run_covers_the_same_time(now: datetime, zone: str, size: str, lookback: int) -> None:
    plan = plan_of("dimensions")
    plan = replace(plan, windows=replace(plan.windows, zone=zone, size=size, lookback=lookback))
    windows, newest = expected.windows_of(plan, now, None)
    ours = covered(now, size, zone, lookback)
    assert [tuple(window) for window in windows] == [(one.start, one.end, one.label) for one in ours]
    assert (newest is not None) == (now - ours[-1].end < DAY)


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
    zone=ZONES,
    size=st.sampled_from(["day", "hour"]),
    ago=st.integers(-2, 36),
    days=st.integers(0, 9),
)
def test_a_backfill_covers_the_same_time(now: datetime, zone: str, size: str, ago: int, days: int) -> None:
    plan = plan_of("dimensions")
    plan = replace(plan, windows=replace(plan.windows, zone=zone, size=size))
    first = now.date() - ago * DAY
    last = first + days * DAY
    windows, newest = expected.windows_of(plan, now, Backfill.model_validate({"from": first, "to": last}))
    ours = between(now, size, zone, first, last)
    assert [tuple(window) for window in windows] == [(one.start, one.end, one.label) for one in ours]
    assert newest is None


@given(
    anchor=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
    grace=st.integers(0, 72),
)
def test_a_period_closes_at_the_same_instant(anchor: datetime, now: datetime, grace: int) -> None:
    client = replace(plan_of("dimensions").clients[0], anchor=anchor, grace=timedelta(hours=grace))
    assert expected.closed_before(client, now) == closed_boundary(anchor, client.grace, now)


@given(
    mode=st.sampled_from(sorted(FILES)), base=st.integers(0, 10**15), again=st.sampled_from(["", "r1"]), data=st.data()
)
def test_a_fact_has_the_same_name(mode: str, base: int, again: str, data: st.DataObject) -> None:
    plan = plan_of(mode)
    client, pair = data.draw(st.sampled_from(plan.clients)), data.draw(st.sampled_from(plan.pairs))
    window = expected.cut(plan, data.draw(st.dates(date(2026, 1, 1), date(2027, 12, 31))))[0]
    weighted = plan.billing is Billing.WEIGHTED
    about = ("", "") if weighted else (pair.model, pair.token_type.value)
    digest = plan.weighted_digest if weighted else pair.digest
    said = Book(plan, {}).identifier(expected.Fact(client.key, *about, window), base, again)
    assert said == identifier(plan.windows.size, window.start, client.customer, digest, base, again)
