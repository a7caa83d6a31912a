"""How one row of the log is understood: the expressions of *All rows*, against the code that n8n runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.iml.evaluate import compile_text
from generator.iml.scope import Scope, Surroundings

from .night import Night, plan_of, rendered, row

SHAPES: list[tuple[dict[str, Any], str]] = [
    ({"input": 5}, "I5C0W0O0"),
    ({"input": "5", "cached_input": "3", "cached_write": 2, "output": "007"}, "I5C3W2O7"),
    ({"output": 9, "usage": {"prompt_tokens": 4, "completion_tokens": 4}}, "I0C0W0O9"),
    ({"usage": {"prompt_tokens": 10, "completion_tokens": 3}}, "I10C0W0O3"),
    (
        {
            "usage": {
                "prompt_tokens": 10,
                "completion_tokens": 3,
                "total_tokens": 13,
                "cache_read_input_tokens": 6,
                "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 1},
            }
        },
        "I5C4W1O3",
    ),
    ({"usage": {"prompt_tokens": 10, "completion_tokens": 3, "prompt_tokens_details": None}}, "I10C0W0O3"),
    (
        {"usage": {"input_tokens": 9, "output_tokens": 1, "input_tokens_details": {"cached_tokens": 9}}},
        "I0C9W0O1",
    ),
    ({"usage": {"input_tokens": 9, "output_tokens": 1, "total_tokens": 10}}, "I9C0W0O1"),
    (
        {
            "usage": {
                "input_tokens": 20,
                "output_tokens": 1,
                "cache_read_input_tokens": 18000,
                "cache_creation_input_tokens": 7,
            }
        },
        "I20C18000W7O1",
    ),
    (
        {
            "usage": {
                "promptTokenCount": 10,
                "toolUsePromptTokenCount": 5,
                "cachedContentTokenCount": 4,
                "candidatesTokenCount": 2,
                "thoughtsTokenCount": 8,
            }
        },
        "I11C4W0O10",
    ),
]
BAD: list[dict[str, Any]] = [
    {},
    {"input": None},
    {"input": None, "output": 5},
    {"input": ""},
    {"input": "", "output": 5},
    {"input": -1},
    {"input": 1.5},
    {"input": 1e21},
    {"input": "1e3"},
    {"input": " 5"},
    {"input": "5\n"},
    {"input": "12,345"},
    {"input": True},
    {"input": "٣"},
    {"input": 10**15},
    {"input": {"tokens": 5}},
    {"input": [5]},
    {"output": 5, "input": {}},
    {"usage": {"prompt_tokens": {"n": 1}, "completion_tokens": 2}},
    {"usage": {"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": {}}}},
    {"usage": {"promptTokenCount": 3, "thoughtsTokenCount": {"n": 1}}},
    {"usage": {"promptTokenCount": 3, "toolUsePromptTokenCount": [1, 2]}},
    {"usage": [1]},
    {"usage": {"iterations": {"a": 1}}},
    {"usage": {"iterations": "abc"}},
    {"usage": "abc"},
    {"usage": {}},
    {"usage": {"prompt_tokens": 5}},
    {"usage": {"input_tokens": 5}},
    {"usage": {"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 6}}},
    {"usage": {"prompt_tokens": "5", "completion_tokens": "x"}},
    {"usage": {"promptTokenCount": 1, "cachedContentTokenCount": 2}},
    {"usage": {"iterations": [{"input_tokens": 5}]}},
    {"usage": {"iterations": [{"input_tokens": 5, "output_tokens": 1}, {"output_tokens": 1}]}},
    {
        "usage": {
            "iterations": [{"model": name, "input_tokens": 1, "output_tokens": 1} for name in ("a", "b", "gpt-4o")]
        }
    },
    {"usage": {"iterations": [{"model": "a,b", "input_tokens": 1, "output_tokens": 1}]}},
    {"usage": {"iterations": [{"model": " gpt-4o-mini", "input_tokens": 1, "output_tokens": 1}]}},
]
TIMES = [
    ("2026-11-22T06:00:00Z", "20261122"),
    ("2026-11-22T05:59:59.999Z", "20261121"),
    ("2026-11-22T06:00", "20261122"),
    ("2026-11-22T00:00:00-06:00", "20261122"),
    ("2026-11-22T11:30:00+0530", "20261122"),
    ("2026-11-22T11:29:00+05:30", "20261121"),
    ("2026-11-22T15:00:00,5Z", "20261122"),
    ("2026-11-01T05:00:00Z", "20261101"),
    ("2026-11-01T05:59:59Z", "20261101"),
]
NO_TIMES: list[Any] = [
    None, "", "ok", "t", 1795370400, "yesterday", "2026-11-22", "2026-11-22 15:00", "2026-13-01T00:00Z",
    "2026-02-29T00:00Z", "2026-11-31T00:00Z", "2026-11-22T24:00Z", "2026-11-22T15:60Z", "2026-11-22T15:00:00Z ",
    "2026-11-22T15:00:00Z\n", "2026-11-22T15:00+25:00", True, {"at": "2026-11-22T15:00Z"}, ["2026-11-22T15:00Z"],
]  # fmt: skip


@cache
def aggregator() -> tuple[Callable[[Scope], Any], Callable[[Scope], Any]]:
    """Compile the token of a row, and whether it lies in the windows."""
    found: dict[int, Any] = {}

    def walk(flow: list[dict[str, Any]]) -> None:
        for module in flow:
            found[module["id"]] = module
            for route in module.get("routes", []):
                walk(route["flow"])

    walk(json.loads(rendered(plan_of("meter_per_rate", 3)))["flow"])
    return compile_text(found[51]["mapper"]["x"]), compile_text(found[51]["filter"]["conditions"][0][0]["a"])


@cache
def mapping() -> Any:
    """Evaluate the module *Mapping* at a night in November: the run covers all of it."""
    flow = json.loads(rendered(plan_of("meter_per_rate", 3)))["flow"]
    around = surroundings()
    clock = {v["name"]: compile_text(v["value"])(Scope({}, around)) for v in flow[0]["mapper"]["variables"]}
    clock["lookback"] = "60"
    text = compile_text(flow[1]["mapper"]["json"])(Scope({"1": clock}, around))
    return {"1": clock, "2": json.loads(text)}


def surroundings() -> Surroundings:
    return Surroundings(now=lambda: datetime(2026, 11, 23, 6, 20, tzinfo=UTC), rng=Random(1))


def token(one: dict[str, Any]) -> str:
    bundle = {**one, "__IMTINDEX__": 2, "__IMTLENGTH__": 2}
    return str(aggregator()[0](Scope({**mapping(), "50": bundle}, surroundings())))


@pytest.mark.parametrize(("counts", "said"), SHAPES)
def test_every_known_shape_is_read(counts: dict[str, Any], said: str) -> None:
    assert token({"time": "2026-11-22T15:00Z", "client": "acme", "model": "gpt-4o", **counts}) == (
        "p20261122~c0001~m0001~" + said
    )


@pytest.mark.parametrize("counts", BAD)
def test_a_row_that_cannot_be_counted_is_parked(counts: dict[str, Any]) -> None:
    assert token({"time": "2026-11-22T15:00Z", "client": "acme", "model": "gpt-4o", **counts}) == "p20261122~bad_count~"


@pytest.mark.parametrize(("time", "window"), TIMES)
def test_a_time_falls_into_its_local_day(time: str, window: str) -> None:
    assert token(row(time=time))[1:9] == window


@pytest.mark.parametrize("time", NO_TIMES)
def test_a_time_that_is_none_is_parked(time: Any) -> None:
    assert token({"client": "acme", "model": "gpt-4o", "input": 5, "time": time}) == "z0~bad_time~"


@pytest.mark.parametrize(
    ("client", "model", "said"),
    [
        ("acme-legal", "gpt-4o-2024-08-06", "c0001~m0001"),
        ("umbrella", "anthropic/claude-3-haiku", "c0004~m0003"),
        ("Acme", "gpt-4o", "unknown_client~"),
        (None, "gpt-4o", "unknown_client~"),
        ("c0001", "gpt-4o", "unknown_client~"),
        ("acme", "gpt-5", "c0001~unknown_model"),
        ("acme", None, "c0001~unknown_model"),
        ("acme.c", "gpt-4o", "unknown_client~"),
        ("acme,globex", "gpt-4o", "unknown_client~"),
        ({"id": "acme"}, "gpt-4o", "unknown_client~"),
        (["acme"], "gpt-4o", "unknown_client~"),
        (5, "gpt-4o", "unknown_client~"),
        ("acme", {"id": "gpt-4o"}, "c0001~unknown_model"),
    ],
)
def test_names_are_looked_up_whole(client: Any, model: Any, said: str) -> None:
    assert token({**row(), "client": client, "model": model}).split("~I")[0] == "p20261122~" + said


def test_an_answer_of_two_models_names_both() -> None:
    entries = [
        {"type": "compaction", "input_tokens": 55000, "output_tokens": 300},
        {"type": "message", "input_tokens": 420, "output_tokens": 30, "cache_read_input_tokens": None},
        {"type": "advisor_message", "model": "gpt-4o-mini", "input_tokens": 90, "output_tokens": 9},
    ]
    one = row(model="claude-3-haiku", usage={"input_tokens": 420, "output_tokens": 30, "iterations": entries})
    assert token(one) == "p20261122~c0001~m0003~I55510C0W0O339+m0002~I90C0W0O9"


def test_a_second_model_may_have_all_of_a_count() -> None:
    entries = [
        {"input_tokens": 10, "output_tokens": 0},
        {"model": "gpt-4o-mini", "input_tokens": 90, "output_tokens": 9},
    ]
    night = Night(plan_of("dimensions", 1), row(model="claude-3-haiku", usage={"iterations": entries}))
    night.run()
    values = {(p["payload"]["model"], p["payload"]["token_type"]): p["payload"]["value"] for p in night.posts}
    assert values == {
        ("anthropic/claude-3-haiku", "input"): "10",
        ("openai/gpt-4o-mini", "input"): "90",
        ("openai/gpt-4o-mini", "output"): "9",
    }
    assert night.told.events == 3


COUNT = st.one_of(
    st.integers(0, 10**6), st.integers(0, 10**6).map(str), st.sampled_from([None, -1, 1.5, "x", "", True, 10**15])
)
FIELDS = [
    "prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens", "promptTokenCount",
    "candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount", "cachedContentTokenCount",
    "cache_read_input_tokens", "cache_creation_input_tokens",
]  # fmt: skip
DETAILS = st.dictionaries(st.sampled_from(["cached_tokens", "cache_write_tokens"]), COUNT)
USAGE = st.builds(
    lambda plain, details: {**plain, **details},
    st.dictionaries(st.sampled_from(FIELDS), COUNT, max_size=5),
    st.dictionaries(st.sampled_from(["prompt_tokens_details", "input_tokens_details"]), DETAILS, max_size=1),
)
OWN = st.dictionaries(st.sampled_from(["input", "cached_input", "cached_write", "output"]), COUNT)


@settings(max_examples=300, deadline=timedelta(seconds=10))
@example(own={}, usage={"promptTokenCount": 0, "prompt_tokens": 0, "candidatesTokenCount": ""})
@example(own={}, usage={"promptTokenCount": "", "prompt_tokens": 5, "completion_tokens": 5})
@example(own={"input": ""}, usage={"input_tokens": 5, "output_tokens": 5, "cache_read_input_tokens": ""})
@given(own=OWN, usage=st.one_of(st.none(), USAGE))
def test_both_platforms_read_the_same_counts(
    js: Callable[..., Any], own: dict[str, Any], usage: dict[str, Any] | None
) -> None:
    one = {**row(), **own, **({} if usage is None else {"usage": usage})}
    if not own:
        del one["input"]
    said = js("rowCounts", one)
    if said is None:
        expected = "p20261122~bad_count~"
    else:
        four = said[0][1]
        expected = "p20261122~c0001~m0001~I{input}C{cached_input}W{cached_write}O{output}".format(**four)
    assert token(one) == expected
