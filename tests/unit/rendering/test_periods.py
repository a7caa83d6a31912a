"""Closed periods: which anchors and graces let everything that is counted be billed."""

from datetime import UTC, datetime, timedelta

import pytest

from generator import resources
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.words import WindowSize
from generator.rendering.checks_period import check_periods

RUN = timedelta(minutes=12)
ZONES = [
    "UTC",
    "America/Chicago",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Apia",
]


@pytest.fixture(scope="module")
def example() -> Mapping:
    mapping = load(resources.mappings() / "example.yaml").mapping
    assert mapping
    return mapping


def with_period(mapping: Mapping, anchor: str, zone: str = "America/Chicago", **changes: object) -> Mapping:
    grace = changes.pop("grace", mapping.period.grace)
    period = mapping.period.model_copy(update={"anchor": datetime.fromisoformat(anchor), "grace": grace})
    windows = mapping.windows.model_copy(update={"zone": zone, **changes})
    return mapping.model_copy(update={"period": period, "windows": windows})


def rules(mapping: Mapping, run: timedelta = RUN) -> list[str]:
    return [finding.rule for finding in check_periods(mapping, run, Places("agency.yml"))]


@pytest.mark.parametrize(
    ("anchor", "zone", "fits"),
    [
        ("2026-11-01T06:00:00+00:00", "America/Chicago", True),
        ("2026-11-01T05:00:00+00:00", "America/Chicago", False),
        ("2026-07-31T06:00:00+00:00", "America/Chicago", True),
        ("2026-10-31T23:00:00+00:00", "Europe/Berlin", True),
        ("2026-10-31T22:00:00+00:00", "Europe/Berlin", False),
        ("2026-11-01T00:00:00+00:00", "UTC", True),
        ("2026-11-01T00:00:01+00:00", "UTC", False),
        ("2026-10-31T18:30:00+00:00", "Asia/Kolkata", True),
        ("2026-10-31T13:30:00+00:00", "Australia/Lord_Howe", True),
        ("2026-10-31T13:00:00+00:00", "Australia/Lord_Howe", False),
    ],
)
def test_an_anchor_suits_when_every_period_ends_within_a_clock_change_of_a_window_end(
    example: Mapping, anchor: str, zone: str, fits: bool
):
    found = rules(with_period(example, anchor, zone))
    assert found == ([] if fits else ["period.anchor-inside-window"])


@pytest.mark.parametrize(("minute", "fits"), [("00", True), ("30", False)])
def test_hourly_windows_suit_every_full_hour(example: Mapping, minute: str, fits: bool):
    mapping = with_period(example, f"2026-11-01T05:{minute}:00+00:00", size=WindowSize.HOUR)
    assert rules(mapping) == ([] if fits else ["period.anchor-inside-window"])
    assert not any("size: hour" in finding.hint for finding in check_periods(mapping, RUN, Places("agency.yml")))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 5, 12, 23])
def test_the_anchor_that_is_named_suits(example: Mapping, zone: str, hour: int):
    mapping = with_period(example, f"2026-11-15T{hour:02}:00:00+00:00", zone, grace=timedelta(hours=3))
    for finding in check_periods(mapping, RUN, Places("agency.yml")):
        named = finding.hint.split("an anchor of ")[1].split()[0].replace("Z", ":00+00:00")
        assert rules(with_period(example, named, zone, grace=timedelta(hours=3))) == []


@pytest.mark.parametrize(
    ("run", "grace", "fits"), [(39, 60, True), (40, 60, False), (41, 60, False), (99, 120, True), (100, 120, False)]
)
def test_the_run_must_be_over_before_the_grace_is(example: Mapping, run: int, grace: int, fits: bool):
    mapping = with_period(example, "2026-11-01T06:00:00+00:00", grace=timedelta(minutes=grace))
    assert rules(mapping, timedelta(minutes=run)) == ([] if fits else ["period.grace-too-short"])


def test_an_anchor_years_ago_is_looked_at_from_since_on(example: Mapping):
    assert rules(with_period(example, "2021-03-31T06:00:00+00:00")) == []
    assert rules(with_period(example, "2021-03-31T05:00:00+00:00")) == ["period.anchor-inside-window"]


def test_one_anchor_of_many_clients_is_told_once(example: Mapping):
    clients = {
        key: client.model_copy(
            update={"period": example.period.model_copy(update={"anchor": datetime(2026, 11, 2, 5, tzinfo=UTC)})}
        )
        for key, client in example.clients.items()
    }
    findings = list(check_periods(example.model_copy(update={"clients": clients}), RUN, Places("agency.yml")))
    assert [finding.where.path for finding in findings] == ["clients.acme.period.anchor"]
