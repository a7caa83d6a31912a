"""Observations of Langfuse on Make: names and counts of an SDK's own, read as n8n reads them."""

from __future__ import annotations

from typing import Any

import pytest

from generator.replay.make import Run
from generator.replay.make.switches import Switches
from generator.stripe_mock.exchange import Request, Response

from .night import Night, plan_of

PLAN = plan_of("meter_per_rate", 1, source="langfuse", source_url="https://lf.example.com/")


def night(details: object, switches: Switches | None = None) -> tuple[Night, Run]:
    """Run over one observation with this usage, and one that is always fine."""

    def answer(request: Request) -> Response | None:
        if request.host != "lf.example.com":
            return None
        assert request.path == "/api/public/v2/observations"
        one = {"startTime": "2026-11-22T15:00:00Z", "userId": "acme", "model": "gpt-4o"}
        data = [{**one, "id": "a", "usageDetails": details}, {**one, "id": "b", "usageDetails": {"input": 1}}]
        return Response.json(200, {"data": data, "meta": {}})

    found = Night(PLAN)
    return found, found.run(answer=answer, switches=switches)


def read(found: Night) -> dict[str, int]:
    """Say what each token type counts, without the observation that is always fine."""
    names = {event.event_name.rpartition("_gpt_4o_")[2]: int(event.value) for event in found.world.stripe.events}
    return {name: count - (name == "input") for name, count in names.items() if count - (name == "input")}


USAGE: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"input": 100, "output": 20, "total": 120}, {"input": 100, "output": 20}),
    (
        {"input": 100, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 5, "output": 20},
        {"input": 100, "cached_input": 40, "cached_write": 5, "output": 20},
    ),
    (
        {"input": 60, "input_cached_tokens": 40, "output": 20, "total": 120},
        {"input": 60, "cached_input": 40, "output": 20},
    ),
    (
        {"input": 100, "input_cached_tokens": 40, "output": 20, "total": 120},
        {"input": 60, "cached_input": 40, "output": 20},
    ),
    ({"input": 100, "output": 20, "output_reasoning": 15, "total": 120}, {"input": 100, "output": 20}),
    ({"input": 100, "output": 5, "output_reasoning_tokens": 15, "total": 120}, {"input": 100, "output": 20}),
    ({"prompt_tokens": "100", "completion_tokens": 20, "cache_x_write": None}, {"input": 100, "output": 20}),
]


@pytest.mark.parametrize(("details", "counts"), USAGE)
def test_buckets_become_disjoint(details: dict[str, Any], counts: dict[str, int]) -> None:
    priced = {pair.token_type for pair in PLAN.pairs if pair.model == "openai/gpt-4o"}
    assert read(night(details)[0]) == {name: count for name, count in counts.items() if name in priced}


@pytest.mark.parametrize("map_missing", ["dropped", "kept"])
def test_a_count_that_is_null_is_none(map_missing: Any) -> None:
    found, _ = night({"input": None, "output": 7}, Switches(map_missing=map_missing))
    assert read(found) == {"output": 7}


@pytest.mark.parametrize(
    "details",
    [
        None, {}, {"total": 9}, {"input": -1}, {"input": 1.5}, {"video": 3}, {"input": 9, "output": 9, "total": 5}, [1],
        "9", {"input": "1,2"}, {"input": [1, 2]}, {"input,output": 3}, {"input tokens": 3}, {"input": True},
    ],
)  # fmt: skip
def test_usage_that_nobody_can_read_is_parked(details: object) -> None:
    found, run = night(details)
    assert (run.status, found.counted) == ("success", 1)
    assert "bad_count: 0 tokens (rows 1)" in found.text


def test_usage_inside_usage_ends_the_run() -> None:
    found, run = night({"input": {"text": 3}})
    assert run.error
    assert not found.posts
