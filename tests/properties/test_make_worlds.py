"""Nights that nobody wrote down: drawn logs, faults and days off, run by the shipped blueprint, judged as cases are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import serialise
from generator.rendering.make import render_make
from generator.rendering.plan import Plan
from generator.replay.case import Case, FaultKind
from generator.replay.cast import cast, variant
from generator.replay.make_engine import MakeEngine
from generator.replay.stage import play
from generator.stripe_mock import Switches

FILES = {"dimensions": "example", "meter_per_rate": "meter-per-rate", "weighted": "weighted"}
FIRST_RUN = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)
DAY = timedelta(days=1)
STRIPE_FAULTS = ["429", "500", "503", "409", "in_use", "sticky_500", "lost_response", "reset_peer", "timeout",
                 "stored_timeout", "html", "stored_html", "kill", "kill_after"]  # fmt: skip
FAULTS = {
    "usage": ["429", "500", "reset_peer", "timeout", "html", "partial", "short", "repeat_page", "kill_after"],
    "meters": ["429", "500", "reset_peer", "html", "empty_object", "kill"],
    "summary": ["429", "500", "reset_peer", "timeout", "html", "cut", "empty_object", "kill_after"],
    "meter_event": STRIPE_FAULTS,
}
ROW = st.fixed_dictionaries({
    "client": st.sampled_from(["acme", "globex", "initech", "umbrella", "nobody"]),
    "model": st.sampled_from(["gpt-4o", "gpt-4o-mini", "claude-3-haiku", "gpt-9"]),
    "input": st.one_of(st.integers(0, 9999), st.sampled_from(["12", "12,345", None, 10**11])),
    "output": st.integers(0, 999),
})  # fmt: skip


@st.composite
def fault(draw: st.DrawFn) -> dict[str, Any]:
    on = draw(st.sampled_from(sorted(FAULTS)))
    calls = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True))
    said = {"retry_after": st.sampled_from(["3", "900"]), "should_retry": st.sampled_from(["true", "false"])}
    kind = draw(st.sampled_from(FAULTS[on]))
    more = draw(st.fixed_dictionaries({}, optional=said)) if kind in {"429", "500", "503"} else {}
    return {"on": on, "fault": kind, "calls": calls, **more}


@st.composite
def worlds(draw: st.DrawFn) -> Case:
    """Draw some nights: rows of the last days reach the log, things fail, some nights have no run."""
    runs, at = [], FIRST_RUN
    for n in range(draw(st.integers(1, 4))):
        rows = draw(st.lists(st.tuples(ROW, st.sampled_from([0, 0, 0, 1, 2, 4]), st.integers(0, 86399)), max_size=5))
        start = at.replace(minute=0) - DAY
        usage = [
            {**row, "at": start - ago * DAY + timedelta(seconds=second), "request_id": f"r{n}-{place}"}
            for place, (row, ago, second) in enumerate(rows)
        ]
        runs.append({"at": at, "usage": usage, "faults": draw(st.lists(fault(), max_size=2))})
        if draw(st.sampled_from([False, False, False, True])):
            first = (at - 4 * DAY).date()
            runs.append({"at": at + timedelta(hours=1), "backfill": {"from": first, "to": at.date()}})
        at += draw(st.sampled_from([DAY, DAY, DAY, 2 * DAY, timedelta(hours=3)]))
    lookback = draw(st.integers(1, 3))
    return Case.model_validate(
        {"name": "drawn", "file": "drawn.yaml", "lookback": lookback, "runs": runs, "expect": None}
    )


@cache
def plan_of(mode: str) -> Plan:
    _, plan, _ = read_plan(resources.mappings() / f"{FILES[mode]}.yaml")
    assert plan is not None
    return plan


@cache
def rendered(plan: Plan) -> dict[str, bytes]:
    scenarios = render_make(plan, Path(resources.templates()))
    return {f"make/{name}.json": serialise(data) for name, data in scenarios.items()}


def failures(case: Case, mode: str) -> tuple[str, ...]:
    plan = plan_of(mode)
    case = cast(case, plan)
    asked = variant(plan, case, "make")
    return play(case, asked, rendered(asked), MakeEngine(), Switches()).failures


def test_all_drawn_faults_exist() -> None:
    assert {kind for kinds in FAULTS.values() for kind in kinds} <= set(get_args(FaultKind))


@settings(max_examples=6)
@given(case=worlds(), mode=st.sampled_from(sorted(FILES)))
def test_any_nights_satisfy_the_judge(case: Case, mode: str) -> None:
    assert not failures(case, mode)
