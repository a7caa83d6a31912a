"""Every row of the accept/reject matrix of `POST /v2/billing/meter_events`, and their order."""

from __future__ import annotations

from typing import Any

import pytest

from generator.stripe_mock import Account, Limits, Switches
from generator.stripe_mock.times import rfc3339

from .conftest import Bench, MakeBench, code, data


def test_a_good_event_is_answered_without_an_id_and_counts(bench: Bench) -> None:
    answer = bench.event("48210", identifier="a", timestamp="2026-11-20T11:59:59Z")
    assert answer.status == 200
    assert data(answer) == {
        "object": "v2.billing.meter_event",
        "created": "2026-11-20T12:00:00.000Z",
        "event_name": "tokens",
        "identifier": "a",
        "livemode": False,
        "payload": {"stripe_customer_id": "cus_acme", "value": "48210"},
        "timestamp": "2026-11-20T11:59:59.000Z",
    }
    assert bench.mock.counted("cus_acme", "tokens") == 48210
    assert answer.headers["request-id"].startswith("req_")


def test_row_1_a_call_without_a_known_key_is_refused(bench: Bench) -> None:
    assert bench.event(headers={"authorization": ""}).status == 401
    refused = bench.event(headers={"authorization": "Bearer sk_test_fake_stranger"})
    assert refused.status == 401
    assert b"stranger" not in refused.body


def test_row_2_a_v2_call_names_its_version(bench: Bench) -> None:
    assert bench.event(headers={"stripe_version": ""}).status == 400
    assert bench.event(headers={"stripe_version": "newest"}).status == 400
    assert bench.call("GET", "/v1/billing/meters", stripe_version="").status == 200


def test_row_3_a_restricted_key_needs_the_permission(bench: Bench) -> None:
    bench.mock.add_key("reader", "rk_test_fake_reader_1", ["rak_billing_meter_read"])
    refused = bench.event(headers={"authorization": "Bearer rk_test_fake_reader_1"})
    assert refused.status == 403
    assert "rak_billing_meter_event_write" in data(refused)["error"]["message"]
    bench.mock.add_key("poster", "rk_test_fake_poster_1", ["rak_billing_meter_event_write"])
    assert bench.event(headers={"authorization": "Bearer rk_test_fake_poster_1"}).status == 200
    assert [call.key_name for call in bench.mock.calls] == ["reader", "poster"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"event_name=tokens", b'{"event_name": NaN}', b'"text"'])
def test_row_4_the_body_is_a_json_object(bench: Bench, body: bytes) -> None:
    assert bench.call("POST", "/v2/billing/meter_events", body).status == 400


def test_row_4_the_body_says_that_it_is_json(bench: Bench) -> None:
    answer = bench.event(headers={"content_type": "application/x-www-form-urlencoded"})
    assert answer.status == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"event_name": None},
        {"payload": None},
        {"payload": {"stripe_customer_id": "cus_acme", "value": 5}},
        {"payload": {"stripe_customer_id": "cus_acme", "value": None}},
        {"payload": []},
        {"timestamp": 1763640000},
        {"timestamp": "2026-11-20"},
        {"timestamp": "2026-11-20T11:59:59"},
        {"timestamp": "2026-11-31T11:59:59Z"},
        {"identifier": "x" * 101},
        {"identifier": 7},
        {"event_name": "x" * 101},
    ],
)
def test_row_5_the_fields_have_their_types(bench: Bench, fields: dict[str, Any]) -> None:
    assert code(bench.event(**fields)) == (400, "invalid_fields")


def test_row_6_an_unknown_field_is_refused_or_ignored(make_bench: MakeBench) -> None:
    assert code(make_bench().event(note="x")) == (400, "invalid_fields")
    assert make_bench(Switches(unknown_field="ignored")).event(note="x").status == 200


def test_row_7_the_same_key_and_body_is_done_once(bench: Bench) -> None:
    first = bench.event(headers={"idempotency_key": "k"})
    bench.clock.advance(days=29)
    again = bench.event(headers={"idempotency_key": "k"})
    assert data(again) == data(first)
    assert "idempotent-replayed" not in again.headers
    assert len(bench.mock.events) == 1


@pytest.mark.parametrize(
    ("value", "status", "kind"),
    [("400_code", 400, None), ("400_type", 400, "idempotency_error"), ("409", 409, None)],
)
def test_row_8_the_same_key_with_another_body(make_bench: MakeBench, value: Any, status: int, kind: str) -> None:
    bench = make_bench(Switches(key_reuse=value))
    bench.event(headers={"idempotency_key": "k"})
    refused = bench.event("6", headers={"idempotency_key": "k"})
    assert code(refused) == (status, "idempotency_error")
    assert data(refused)["error"].get("type") == kind


def test_row_9_the_meter_exists_and_is_active(bench: Bench) -> None:
    assert code(bench.event(event_name="nothing")) == (400, "no_meter")
    bench.mock.create_meter("old", active=False)
    assert code(bench.event(event_name="old")) == (400, "archived_meter")


def test_row_10_the_payload_names_a_customer(make_bench: MakeBench) -> None:
    for payload in ({"value": "1"}, {"value": "1", "stripe_customer_id": ""}):
        assert code(make_bench().event(payload=payload)) == (400, "payload_no_customer_defined")
    lenient = make_bench(Switches(empty_customer="unknown"))
    assert lenient.event(payload={"value": "1", "stripe_customer_id": ""}).status == 200
    assert lenient.mock.events[0].rejected == "meter_event_customer_not_found"


def test_row_11_the_payload_has_a_value_except_for_counts(make_bench: MakeBench) -> None:
    for switches, status in ((Switches(), 200), (Switches(count_value="required"), 400)):
        bench = make_bench(switches)
        bench.mock.create_meter("calls", formula="count")
        only = {"stripe_customer_id": "cus_acme"}
        assert code(bench.event(payload=only)) == (400, "payload_no_value_defined")
        assert bench.event(event_name="calls", payload=only).status == status
        assert bench.mock.counted("cus_acme", "calls") == (1 if status == 200 else 0)


@pytest.mark.parametrize("value", ["", "abc", "1e3", " 5", "5\n", "+5", "1,000", "05", "1" * 16, "0x1", "٣", "-0", "."])
def test_row_12_what_is_no_positive_integer_is_refused_under_every_switch(make_bench: MakeBench, value: str) -> None:
    free = Switches(zero_value="accepted", negative_value="accepted", decimal_value="accepted")
    for switches in (Switches(), free):
        assert code(make_bench(switches).event(value)) == (400, "payload_invalid_value")


@pytest.mark.parametrize(("field", "value"), [("zero_value", "0"), ("negative_value", "-5"), ("decimal_value", "1.5")])
def test_row_12_unsettled_values_follow_their_switch(make_bench: MakeBench, field: Any, value: str) -> None:
    assert code(make_bench().event(value)) == (400, "payload_invalid_value")
    assert make_bench(Switches(**{field: "accepted"})).event(value).status == 200


def test_row_12_fifteen_digits_are_exact(bench: Bench) -> None:
    assert bench.event("999999999999999").status == 200
    assert bench.mock.counted("cus_acme", "tokens") == 999999999999999


@pytest.mark.parametrize(
    ("days", "seconds", "status"),
    [(-35, 0, 200), (-35, -1, 400), (0, 300, 200), (0, 301, 400)],
)
def test_row_13_the_time_lies_in_the_window(bench: Bench, days: int, seconds: int, status: int) -> None:
    bench.clock.advance(days=days, seconds=seconds)
    stamp = rfc3339(bench.clock.now)
    bench.clock.advance(days=-days, seconds=-seconds)
    assert bench.event(timestamp=stamp).status == status


def test_row_13_the_window_may_be_checked_later(make_bench: MakeBench) -> None:
    bench = make_bench(Switches(timestamp="reported"))
    assert bench.event(timestamp="2026-01-01T00:00:00Z").status == 200
    assert bench.event(timestamp="2027-01-01T00:00:00Z").status == 200
    codes = [event.rejected for event in bench.mock.events]
    assert codes == ["timestamp_too_far_in_past", "timestamp_in_future"]
    assert bench.mock.counted("cus_acme", "tokens") == 0


def test_row_14_an_identifier_is_known_for_a_day(make_bench: MakeBench) -> None:
    for switches, later in ((Switches(), 200), (Switches(identifier_memory="7d"), 400)):
        bench = make_bench(switches)
        bench.event(identifier="a")
        bench.clock.advance(hours=24, seconds=-1)
        refused = bench.event("9", identifier="a")
        assert code(refused) == (400, "duplicate_meter_event")
        assert data(refused)["error"]["message"] == "An event already exists with identifier a."
        bench.clock.advance(seconds=1)
        assert bench.event(identifier="a").status == later


def test_row_14_the_code_may_be_absent(make_bench: MakeBench) -> None:
    bench = make_bench(Switches(duplicate_code="absent"))
    bench.event(identifier="a")
    assert code(bench.event(identifier="a")) == (400, None)


@pytest.mark.parametrize(
    ("scope", "other_meter", "other_customer"),
    [
        ("account", 400, 400),
        ("event_name", 200, 400),
        ("customer", 200, 200),
    ],
)
def test_row_14_within_what_an_identifier_is_unique(
    make_bench: MakeBench, scope: Any, other_meter: int, other_customer: int
) -> None:
    bench = make_bench(Switches(identifier_scope=scope))
    bench.mock.create_meter("other")
    bench.mock.create_customer("cus_globex")
    bench.event(identifier="a")
    assert bench.event(identifier="a", event_name="other").status == other_meter
    payload = {"stripe_customer_id": "cus_globex", "value": "1"}
    assert bench.event(identifier="a", payload=payload).status == other_customer


def test_row_16_a_sandbox_takes_25_calls_a_second(make_bench: MakeBench) -> None:
    bench = make_bench(account=Account())
    assert [bench.event().status for _ in range(25)] == [200] * 25
    refused = bench.event()
    assert code(refused) == (429, "rate_limit")
    assert refused.headers["stripe-rate-limited-reason"] == "global-rate"
    bench.clock.advance(seconds=1)
    assert bench.event().status == 200


def test_row_16_live_meter_events_have_a_limit_of_their_own(make_bench: MakeBench) -> None:
    bench = make_bench(account=Account(limits=Limits(account=1, endpoint=1, meter_events=3)))
    assert [bench.event().status for _ in range(4)] == [200, 200, 200, 429]


def test_row_17_an_unknown_customer_is_reported_or_refused(make_bench: MakeBench) -> None:
    payload = {"stripe_customer_id": "cus_nobody", "value": "1"}
    bench = make_bench()
    assert bench.event(payload=payload).status == 200
    assert bench.mock.events[0].rejected == "meter_event_customer_not_found"
    strict = make_bench(Switches(unknown_customer="refused"))
    assert strict.event(payload=payload).status == 400
    assert strict.mock.events == ()


def test_the_rows_are_asked_in_their_order(bench: Bench) -> None:
    wrong: dict[str, Any] = {"event_name": "nothing", "payload": {"value": "x"}, "timestamp": "2020-01-01T00:00:00Z"}
    assert code(bench.event(**wrong)) == (400, "no_meter")
    wrong["event_name"] = "tokens"
    assert code(bench.event(**wrong)) == (400, "payload_no_customer_defined")
    wrong["payload"] = {"stripe_customer_id": "cus_acme"}
    assert code(bench.event(**wrong)) == (400, "payload_no_value_defined")
    wrong["payload"] = {"stripe_customer_id": "cus_acme", "value": "x"}
    assert code(bench.event(**wrong)) == (400, "payload_invalid_value")
    wrong["payload"] = {"stripe_customer_id": "cus_acme", "value": "1"}
    assert code(bench.event(**wrong)) == (400, "timestamp_too_far_in_past")


def test_a_json_number_may_be_coerced(make_bench: MakeBench) -> None:
    payload = {"stripe_customer_id": "cus_acme", "value": 5}
    assert make_bench(Switches(json_number="coerced")).event(payload=payload).status == 200


def test_v2_lengths_may_be_free(make_bench: MakeBench) -> None:
    assert make_bench(Switches(v2_lengths="none")).event(identifier="x" * 300).status == 200
