"""The table of month ends: what `check` accepts is billed in the period of its use; what it refuses is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from generator import resources
from generator.mapping.load import load
from generator.mapping.places import Places
from generator.mapping.words import WindowSize
from generator.rendering.build import build
from generator.rendering.checks_period import check_periods
from generator.rendering.plan import Plan
from generator.replay import stage
from generator.replay.case import Case, Step, UsageRow
from generator.replay.expected import cut
from generator.replay.make_engine import MakeEngine
from generator.stripe_mock import StripeMock, Switches
from tests.replay.test_worlds import plans

HOUR = timedelta(hours=1)
PLAN = next(plan for plan in plans() if plan.billing == "meter_per_rate")
USES = tuple(
    datetime.fromisoformat(at).astimezone(UTC)
    for at in (
        "2026-11-30T10:00-06:00",
        "2026-11-30T23:30-06:00",
        "2026-12-01T00:30-06:00",
        "2026-12-01T08:30-06:00",
        "2026-12-01T08:50-06:00",
    )
)
"""One use of one pair each, around a month's end in Chicago."""
MIDNIGHT, SIX, ODD = "2026-11-01T05:00+00:00", "2026-11-01T06:00+00:00", "2026-11-01T14:37+00:00"
"""Chicago's midnight of the first month (still summer time), the one that suits all year, and an accident."""


def planned(anchor: str, size: str, run_at: str) -> Plan:
    windows = replace(PLAN.windows, size=size, lookback=1, run_at=run_at)
    clients = tuple(replace(c, anchor=datetime.fromisoformat(anchor), grace=HOUR) for c in PLAN.clients)
    return replace(PLAN, windows=windows, clients=clients)


def is_accepted(anchor: str, size: str, run_at: str) -> bool:
    mapping = load(resources.mappings() / "meter-per-rate.yaml").mapping
    assert mapping
    period = mapping.period.model_copy(update={"anchor": datetime.fromisoformat(anchor), "grace": HOUR})
    at = datetime.strptime(run_at, "%H:%M").time()
    windows = mapping.windows.model_copy(update={"size": WindowSize(size), "run_at": at})
    mapping = mapping.model_copy(update={"period": period, "windows": windows})
    return not list(check_periods(mapping, timedelta(minutes=2), Places("agency.yaml")))


def month(plan: Plan) -> Case:
    """Use each pair once, and run after every window in which something was used."""
    hours, minutes = map(int, plan.windows.run_at.split(":"))
    late = timedelta(hours=hours if plan.windows.size == "day" else 0, minutes=minutes)
    days = sorted({(at - 6 * HOUR).date() for at in USES})
    ends = [w.end for day in days for w in cut(plan, day) if any(w.start <= at < w.end for at in USES)]
    names = {name.model: name.name for name in plan.model_names}
    rows = [
        UsageRow.model_validate({"at": at, "client": "acme", "model": names[pair.model], pair.token_type.value: 1000})
        for at, pair in zip(USES, plan.pairs, strict=False)
    ]
    steps = [Step(at=end + late, usage=tuple(rows) if end is ends[0] else ()) for end in ends]
    return Case(name="month-end", lookback=1, runs=tuple(steps), expect=None)


def billed_in_their_period(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Say for each use whether an invoice of the period in which it happened charges it."""
    places: dict[str | None, tuple[datetime, datetime]] = {}

    def look(_plan: Plan, stripe: StripeMock, _uncharged: int) -> Iterator[str]:
        for invoice in stripe.invoices:
            places.update({line.event_name: (invoice.period_start, invoice.period_end) for line in invoice.lines
                           if line.quantity})  # fmt: skip
        yield from ()

    monkeypatch.setattr(stage, "billed", look)
    outcome = stage.play(month(plan), plan, build(plan), MakeEngine(), Switches())
    assert not outcome.failures
    spans = [places.get(pair.event_name) for pair in plan.pairs[: len(USES)]]
    return [span is not None and span[0] <= at < span[1] for at, span in zip(USES, spans, strict=True)]


@pytest.mark.parametrize(
    ("anchor", "size", "run_at", "accepted"),
    [
        (MIDNIGHT, "day", "00:20", False),
        (MIDNIGHT, "hour", "00:20", True),
        (SIX, "day", "00:20", True),
        (SIX, "day", "01:30", False),
        (SIX, "hour", "00:20", True),
        (ODD, "day", "00:20", False),
        (ODD, "hour", "00:20", False),
    ],
)
def test_what_check_accepts_is_billed_in_its_period(
    anchor: str, size: str, run_at: str, accepted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = billed_in_their_period(planned(anchor, size, run_at), monkeypatch)
    assert (is_accepted(anchor, size, run_at), all(right)) == (accepted, accepted), right
