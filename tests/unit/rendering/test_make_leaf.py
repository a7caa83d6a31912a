"""The text of *Mapping*: what Make looks up, and that no name in it is ever read as an expression."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from hashlib import md5
from typing import Any

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.credits import EVERY_RUN, estimate, pages
from generator.rendering.leaf_make import mapping_data, mapping_text
from generator.rendering.make import render_make, setup_make
from generator.rendering.plan import Plan


def plan_of(name: str) -> Plan:
    _, plan, _ = read_plan(resources.mappings() / f"{name}.yaml")
    assert plan is not None
    return plan


def with_client(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, clients=(replace(plan.clients[0], **changes), *plan.clients[1:]))


@pytest.mark.parametrize("name", ["a}}b", "{{ x }}", '"}}', "}}}}", "\\{{", "\\\\}}"])
def test_no_two_braces_stand_in_a_row(name: str) -> None:
    plan = replace(plan_of("example"), name=name)
    text = mapping_text(plan)
    assert "{{" not in text
    assert "}}" not in text
    assert json.loads("{" + text)["title"] == name


def test_a_name_is_looked_up_by_its_digest() -> None:
    data: Any = mapping_data(with_client(plan_of("example"), names=("acme", "Ünï, {{x}}")))
    for name in ("acme", "Ünï, {{x}}"):
        assert data["names"]["k" + md5(name.encode(), usedforsecurity=False).hexdigest()]["c"] == "c0001"


@pytest.mark.parametrize(
    ("since", "day", "hour"),
    [
        (datetime(2026, 11, 20, 6, tzinfo=UTC), 20261120, 2026112006),
        (datetime(2026, 11, 20, 6, 0, 1, tzinfo=UTC), 20261121, 2026112007),
        (datetime(2026, 11, 20, 5, 59, tzinfo=UTC), 20261120, 2026112006),
        (datetime(2026, 10, 1, tzinfo=UTC), 20261101, 2026110105),
    ],
)
def test_a_client_begins_with_the_first_window_that_starts_in_its_time(since: datetime, day: int, hour: int) -> None:
    plan = with_client(plan_of("example"), since=since)
    for size, first in (("day", day), ("hour", hour)):
        data: Any = mapping_data(replace(plan, windows=replace(plan.windows, size=size)))
        assert data["clients"]["c0001"]["since"] == first


@pytest.mark.parametrize(
    ("until", "day", "hour"),
    [
        (None, 99991231, 9999123123),
        (datetime(2026, 11, 20, 6, tzinfo=UTC), 20261120, 2026112006),
        (datetime(2026, 11, 20, 5, 30, tzinfo=UTC), 20261119, 2026112005),
    ],
)
def test_a_client_ends_before_the_first_window_that_ends_after_its_time(
    until: datetime | None, day: int, hour: int
) -> None:
    plan = with_client(plan_of("example"), until=until)
    for size, first in (("day", day), ("hour", hour)):
        data: Any = mapping_data(replace(plan, windows=replace(plan.windows, size=size)))
        assert data["clients"]["c0001"]["until"] == first


def test_prices_are_whole_numbers_of_one_scale() -> None:
    plan = plan_of("watch")
    data: Any = mapping_data(plan)
    for pair in plan.pairs:
        assert (pair.rate * data["scale"]) % 1 == 0
    entry = data["models"]["k" + md5(b"gpt-4o", usedforsecurity=False).hexdigest()]
    pair = next(p for p in plan.pairs if p.model == "openai/gpt-4o" and p.token_type == "output")
    assert Decimal(entry["r4"]) / data["scale"] == pair.rate


def test_types_without_a_rate_are_named_by_model() -> None:
    plan = plan_of("example")
    plan = replace(plan, pairs=tuple(p for p in plan.pairs if p.token_type != "output" or "haiku" not in p.model))
    data: Any = mapping_data(plan)
    assert data["unpriced"]["O"] == "m0003"
    assert data["unpriced"]["I"] == "none"


@pytest.mark.parametrize("name", ["example", "meter-per-rate", "weighted", "watch"])
def test_setup_names_every_key_and_what_a_run_costs(name: str) -> None:
    plan = plan_of(name)
    text = setup_make(plan, resources.templates(), render_make(plan, resources.templates()))
    assert f"**{estimate(plan).run:,}**" in text
    assert ("Stripe: post meter events" in text) is (name != "watch")
    assert plan.ops_channel in text
    assert not any(mark in text for mark in ("{{", "{%", "⟦"))


def test_a_month_of_hours_costs_24_times_as_much() -> None:
    plan = plan_of("weighted")
    hourly = replace(plan, windows=replace(plan.windows, size="hour"))
    assert estimate(hourly).month == 24 * estimate(plan).month
    assert estimate(replace(plan, windows=replace(plan.windows, lookback=1))).run == EVERY_RUN + len(plan.clients)


@pytest.mark.parametrize(("rows", "credits"), [(0, 0), (1000, 0), (1001, 5), (3000, 8)])
def test_further_pages_cost_a_little(rows: int, credits: int) -> None:
    assert pages(rows, 1000) == credits


def test_every_day_of_four_years_is_read_as_an_http_date() -> None:
    form = re.compile(str(mapping_data(plan_of("example"))["forms"]["http_date"]))  # type: ignore[index]
    days = [datetime(2027, 1, 1, 0, 3, tzinfo=UTC) + timedelta(days=n) for n in range(4 * 365 + 1)]
    assert [day for day in days if not form.fullmatch(format_datetime(day, usegmt=True))] == []


@pytest.mark.parametrize("day", ["30 Feb 2028", "29 Feb 2027", "31 Nov 2027", "00 Jan 2027", "32 Jan 2027"])
def test_a_day_that_no_month_has_is_no_http_date(day: str) -> None:
    form = re.compile(str(mapping_data(plan_of("example"))["forms"]["http_date"]))  # type: ignore[index]
    assert not form.fullmatch(f"Mon, {day} 00:03:00 GMT")
