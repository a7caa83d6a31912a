"""Nights on which nothing fails: what is posted, what is told, what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from generator.rendering.credits import EVERY_RUN, estimate
from generator.rendering.plan import Plan
from generator.replay.keys import keys_of

from .night import FIRST_RUN, MODES, Night, plan_of, row

DAY = timedelta(days=1)


def everything(plan: Plan, day: str = "2026-11-22") -> list[dict[str, object]]:
    """Let every client use every model with every priced token type."""
    models = {p.model: {q.token_type.value: 7 for q in plan.pairs if q.model == p.model} for p in plan.pairs}
    return [row(c.key, m, f"{day}T15:00:00Z", **n) for c in plan.clients for m, n in models.items()]


@pytest.mark.parametrize("mode", [*MODES, "watch"])
def test_a_plain_night_costs_what_setup_says(mode: str) -> None:
    plan = plan_of(mode, 1)
    night = Night(plan, *everything(plan))
    assert night.run().credits == estimate(plan).run
    assert estimate(plan).run <= night.told.events + EVERY_RUN


@pytest.mark.parametrize("mode", MODES)
def test_a_converging_night_costs_what_setup_says(mode: str) -> None:
    plan = plan_of(mode, 3)
    night = Night(plan, *everything(plan, "2026-11-22"), *everything(plan, "2026-11-23"))
    night.run()
    run = night.run(at=FIRST_RUN + DAY)
    assert run.credits == estimate(plan).run
    facts = night.told.events
    assert run.credits <= (2 * facts + 12 if mode != "dimensions" else facts + 25)


@pytest.mark.parametrize("mode", MODES)
def test_a_third_run_finds_all_equal_and_posts_nothing(mode: str) -> None:
    night = Night(plan_of(mode, 3), row(input=1200, output=340), row("globex", "gpt-4o-mini", output=9))
    night.run()
    counted, posts = night.counted, len(night.posts)
    night.run(at=FIRST_RUN + DAY)
    assert (night.counted, len(night.posts)) == (counted, posts)
    assert night.told.posted == 0


def test_an_event_says_when_who_and_what() -> None:
    night = Night(plan_of("dimensions", 1), row(input=1200))
    night.run()
    assert night.posts == [
        {
            "event_name": "ai_tokens",
            "identifier": "d2026-11-22T06:00Z:cus_SandboxAcme001:" + night.plan.pairs[0].digest + ":0",
            "timestamp": "2026-11-23T05:59:59Z",
            "payload": {
                "stripe_customer_id": "cus_SandboxAcme001",
                "value": "1200",
                "model": "openai/gpt-4o",
                "token_type": "input",
            },
        }
    ]


def test_the_report_of_a_quiet_night_is_two_lines() -> None:
    night = Night(plan_of("meter_per_rate"), row(input=1200, output=340))
    night.run()
    assert night.text == (
        "Tokentill · Northwind Automations · 2026-11-20 … 2026-11-22 (America/Chicago) · meter_per_rate\n"
        "Posted: 1,540 tokens in 2 events"
    )


def test_an_empty_day_is_reported() -> None:
    night = Night(plan_of("weighted", 1))
    assert night.run().credits == EVERY_RUN
    assert night.text.endswith("· 2026-11-22 (America/Chicago) · weighted\nPosted: 0 credits in 0 events")


def test_further_pages_are_pulled_in_order() -> None:
    plan = plan_of("dimensions", 1, per_page=3)
    night = Night(plan, *(row(input=1, request_id=f"r{n}") for n in range(10)))
    night.run()
    asked = [dict(e.request.params)["page"] for e in night.world.exchanges if e.target == "usage"]
    assert (asked, night.counted) == (["1", "2", "3", "4"], 10)


def test_a_repeated_request_counts_once_across_pages() -> None:
    plan = plan_of("dimensions", 1, per_page=1)
    night = Night(plan, row(input=5, request_id="r"), row(input=7, request_id="r"), row(input=1))
    night.run()
    assert night.counted == 6


def test_ten_thousand_tokens_of_one_client_are_one_event() -> None:
    night = Night(plan_of("dimensions", 1), *(row(input=100) for _ in range(100)))
    night.run()
    assert [post["payload"]["value"] for post in night.posts] == ["10000"]


def test_no_secret_stands_in_a_message() -> None:
    night = Night(plan_of("dimensions"), row())
    night.run({"on": "meter_event", "fault": "401"})
    assert not any(secret in night.text for secret in keys_of(night.plan).secrets)
