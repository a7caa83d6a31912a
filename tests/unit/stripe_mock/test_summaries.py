"""What a summary shows, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from generator.stripe_mock import Switches
from generator.stripe_mock.account import GA_VERSION

from .conftest import START, Bench, MakeBench, code, data

UNIX = int(START.timestamp())


def read(bench: Bench, query: str, **headers: str) -> Any:
    path = f"/v1/billing/meters/{bench.mock.meters[0].id}/event_summaries"
    return bench.call("GET", path, None, query, **headers)


def values(bench: Bench, query: str = "") -> list[float]:
    return [row["aggregated_value"] for row in data(bench.summary(query))["data"]]


def test_a_range_is_one_row_without_a_customer(bench: Bench) -> None:
    bench.event("5")
    bench.event("7", timestamp="2026-11-20T11:00:00Z")
    answer = data(bench.summary())
    assert (answer["object"], answer["has_more"]) == ("list", False)
    [row] = answer["data"]
    assert row.pop("id").startswith("mtrusg_test_")
    assert row == {
        "object": "billing.meter_event_summary",
        "aggregated_value": 12,
        "start_time": UNIX - 86400,
        "end_time": UNIX + 86400,
        "livemode": False,
        "meter": "mtr_test_1",
    }


def test_the_start_is_inside_and_the_end_is_not(bench: Bench) -> None:
    for stamp in ("2026-11-20T10:59:59.999Z", "2026-11-20T11:00:00Z", "2026-11-20T11:59:59.999Z"):
        bench.event("1", timestamp=stamp)
    bench.event("1", timestamp="2026-11-20T12:00:00Z")
    answer = read(bench, f"customer=cus_acme&start_time={UNIX - 3600}&end_time={UNIX}")
    assert [row["aggregated_value"] for row in data(answer)["data"]] == [2]


@pytest.mark.parametrize(
    "query",
    [
        f"start_time={UNIX}&end_time={UNIX + 60}",
        f"customer=cus_acme&start_time={UNIX + 1}&end_time={UNIX + 60}",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX + 59}",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX}",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX + 5400}&value_grouping_window=hour",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX + 86400}&value_grouping_window=day",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX + 60}&value_grouping_window=week",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX + 60}&limit=0",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX + 60}&limit=101",
        f"customer=cus_acme&start_time=soon&end_time={UNIX + 60}",
        f"customer=cus_nobody&start_time={UNIX}&end_time={UNIX + 60}",
        f"customer=cus_acme&start_time={UNIX}&end_time={UNIX + 60}&starting_after=nothing",
    ],
)
def test_a_wrong_question_is_refused(bench: Bench, query: str) -> None:
    assert read(bench, query).status == 400


def test_no_usage_is_no_row_or_a_row_of_zero(make_bench: MakeBench) -> None:
    assert values(make_bench()) == []
    assert values(make_bench(Switches(empty_summary="row"))) == [0]


def test_windows_come_newest_first_and_page_by_cursor(bench: Bench) -> None:
    for hour in range(12):
        bench.event(str(hour + 1), timestamp=f"2026-11-20T{hour:02d}:30:00Z")
    span = f"customer=cus_acme&start_time={UNIX - 43200}&end_time={UNIX}&value_grouping_window=hour"
    first = data(read(bench, span))
    assert [row["aggregated_value"] for row in first["data"]] == list(range(12, 2, -1))
    assert first["has_more"]
    second = data(read(bench, f"{span}&starting_after={first['data'][-1]['id']}"))
    assert [row["aggregated_value"] for row in second["data"]] == [2, 1]
    assert not second["has_more"]
    back = data(read(bench, f"{span}&limit=3&ending_before={second['data'][0]['id']}"))
    assert [row["aggregated_value"] for row in back["data"]] == [5, 4, 3]
    assert back["has_more"]


def test_summaries_lag_and_never_go_back(bench: Bench) -> None:
    bench.event("1")
    bench.mock.lag = timedelta(minutes=10)
    assert values(bench) == []
    bench.clock.advance(minutes=5)
    bench.event("2")
    bench.clock.advance(minutes=5)
    assert values(bench) == [1]
    bench.mock.lag = timedelta(hours=1)
    assert values(bench) == [1]
    bench.clock.advance(hours=1)
    assert values(bench) == [3]


def test_a_cancellation_lags_as_events_do(bench: Bench) -> None:
    bench.event("1", identifier="a")
    assert values(bench) == [1]
    bench.mock.lag = timedelta(minutes=10)
    bench.mock.cancel_event("a", "tokens")
    assert values(bench) == [1]
    assert bench.mock.counted("cus_acme", "tokens") == 0
    bench.clock.advance(minutes=10)
    assert values(bench) == []


@pytest.mark.parametrize(("formula", "expected"), [("sum", 12), ("count", 3), ("last", 4)])
def test_the_formula_of_the_meter_decides(bench: Bench, formula: str, expected: int) -> None:
    bench.mock.create_meter("other", formula=formula)
    for value, minute in (("3", 10), ("4", 50), ("5", 30)):
        bench.event(value, event_name="other", timestamp=f"2026-11-20T11:{minute}:00Z")
    assert bench.mock.counted("cus_acme", "other") == expected


def test_a_pre_aggregated_meter_keeps_the_newest_event_of_a_window(bench: Bench) -> None:
    bench.mock.create_meter("hourly", event_time_window="hour")
    for value, stamp in (("3", "10:10"), ("4", "10:50"), ("5", "11:30")):
        bench.event(value, event_name="hourly", timestamp=f"2026-11-20T{stamp}:00Z")
    assert bench.mock.counted("cus_acme", "hourly") == 9


def dimensioned(bench: Bench, value: str, model: str, kind: str, **more: Any) -> Any:
    payload = {"stripe_customer_id": "cus_acme", "value": value, "model": model, "token_type": kind}
    return bench.event(payload=payload, **more)


def test_dimensions_filter_and_group(preview: Bench) -> None:
    dimensioned(preview, "1", "openai/gpt-4o", "input")
    dimensioned(preview, "2", "openai/gpt-4o", "output")
    dimensioned(preview, "4", "openai/gpt-4o-mini", "input")
    assert values(preview) == [7]
    assert values(preview, "&dimension_filters[model]=openai/gpt-4o") == [3]
    assert values(preview, "&dimension_filters[model]=openai/gpt-4o&dimension_filters[token_type]=input") == [1]
    assert values(preview, "&dimension_filters[model]=none") == []
    rows = data(preview.summary("&dimension_group_by_keys[]=model"))["data"]
    assert [(row["dimensions"], row["aggregated_value"]) for row in rows] == [
        ({"model": "openai/gpt-4o"}, 3),
        ({"model": "openai/gpt-4o-mini"}, 4),
    ]
    assert preview.mock.counted("cus_acme", "tokens", dimensions={"token_type": "input"}) == 5


def test_dimensions_are_unknown_parameters_in_a_released_version(preview: Bench) -> None:
    answer = preview.summary("&dimension_filters[model]=x", stripe_version=GA_VERSION)
    assert code(answer) == (400, "parameter_unknown")
    assert preview.summary("&dimension_filters[colour]=x").status == 400


def test_an_event_without_its_dimensions_does_not_count(preview: Bench) -> None:
    assert preview.event("5").status == 200
    assert preview.mock.events[0].rejected == "missing_dimension_payload_keys"
    assert values(preview) == []


def test_a_customer_has_a_hundred_combinations_per_meter(preview: Bench) -> None:
    for number in range(101):
        dimensioned(preview, "1", f"m{number}", "input")
    dimensioned(preview, "1", "m0", "input")
    assert [e.rejected for e in preview.mock.events][-2:] == ["meter_event_dimension_count_too_high", None]


def test_meter_usage_groups_by_local_windows(preview: Bench) -> None:
    dimensioned(preview, "1", "a", "input", timestamp="2026-11-20T05:30:00Z")
    dimensioned(preview, "2", "a", "output", timestamp="2026-11-20T06:30:00Z")
    query = (
        f"customer=cus_acme&starts_at={UNIX - 86400}&ends_at={UNIX}&value_grouping_window=day"
        "&timezone=America/Chicago&meters[0][meter]=mtr_test_1&meters[0][dimension_group_by_keys][0]=token_type"
    )
    rows = data(preview.call("GET", "/v1/billing/analytics/meter_usage", None, query))["rows"]["data"]
    assert [(row["dimensions"], row["value"]) for row in rows] == [
        ({"token_type": "input"}, 1),
        ({"token_type": "output"}, 2),
    ]
    assert rows[1]["starts_at"] == UNIX - 6 * 3600
    refused = preview.call("GET", "/v1/billing/analytics/meter_usage", None, query, stripe_version=GA_VERSION)
    assert refused.status == 404
