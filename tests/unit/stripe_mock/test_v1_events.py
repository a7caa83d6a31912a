"""What differs in the first generation: form bodies, its error shape and words, corrections and decimals."""

from __future__ import annotations

import pytest

from .conftest import START, Bench, data

UNIX = int(START.timestamp())
PATH = "/v1/billing/meter_events"


def send(bench: Bench, value: str = "5", more: str = "", event: str = "tokens") -> tuple[int, dict[str, object]]:
    text = f"event_name={event}&payload[stripe_customer_id]=cus_acme&payload[value]={value}{more}"
    answer = bench.form(PATH, text, stripe_version="")
    return answer.status, data(answer).get("error", {})


def test_a_duplicate_has_no_code_and_is_not_to_be_retried(bench: Bench) -> None:
    send(bench, more="&identifier=a")
    text = "event_name=tokens&payload[stripe_customer_id]=cus_acme&payload[value]=5&identifier=a"
    answer = bench.form(PATH, text)
    error = data(answer)["error"]
    assert (error["type"], "code" in error) == ("invalid_request_error", False)
    assert error["message"] == "An event already exists with identifier a."
    assert answer.headers["stripe-should-retry"] == "false"


def test_meters_are_missed_in_other_words_and_without_a_code(bench: Bench) -> None:
    bench.mock.create_meter("old", active=False)
    for name in ("nothing", "old"):
        status, error = send(bench, event=name)
        assert (status, error["message"]) == (400, f'No active meter found for event name "{name}".')
        assert "code" not in error


@pytest.mark.parametrize("value", ["-5", "1.5", "0", "-0.25", "123456789012345"])
def test_corrections_and_decimals_are_taken(bench: Bench, value: str) -> None:
    assert send(bench, value)[0] == 200


@pytest.mark.parametrize("value", ["1234567890123456", "123456789012.3456", "1e3", "%2B5", "x", "", "%205"])
def test_other_values_are_refused(bench: Bench, value: str) -> None:
    assert send(bench, value)[0] == 400


def test_too_many_digits_are_said(bench: Bench) -> None:
    words = "The value in the event payload can have at most 15 digits. Received 1234567890123456."
    assert send(bench, "1234567890123456")[1]["message"] == words


def test_the_window_is_checked_at_once(bench: Bench) -> None:
    oldest = UNIX - 35 * 86400
    assert send(bench, more=f"&timestamp={oldest}")[0] == 200
    status, error = send(bench, more=f"&timestamp={oldest - 1}")
    words = "The event timestamp cannot be more than 35 days in past. "
    assert (status, error["message"]) == (400, f"{words}Expected a timestamp greater than or equal to {oldest}.")
    assert send(bench, more=f"&timestamp={UNIX + 301}")[0] == 400
    assert send(bench, more="&timestamp=99999999999999999")[0] == 400


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ("&timestamp=2026-11-20T12:00:00Z", "parameter_invalid_integer", "timestamp"),
        ("&colour=red", "parameter_unknown", "colour"),
        ("&identifier=", "parameter_invalid_empty", "identifier"),
        ("&payload[a][b]=1", "parameter_invalid_string", "payload[a]"),
        ("&a[b=1", "parameter_unknown", "a[b"),
    ],
)
def test_a_wrong_parameter_is_named(bench: Bench, more: str, code: str, param: str) -> None:
    status, error = send(bench, more=more)
    assert (status, error["code"], error["param"]) == (400, code, param)


def test_a_key_may_come_as_basic_user_name(bench: Bench) -> None:
    basic = "Basic c2tfdGVzdF9mYWtlX293bmVyOg=="
    assert bench.call("GET", "/v1/billing/meters", authorization=basic).status == 200
    assert bench.call("GET", "/v2/core/events", authorization=basic).status == 401
    assert bench.call("GET", "/v1/billing/meters", authorization="Basic ???").status == 401


def test_an_unknown_url_is_404(bench: Bench) -> None:
    error = data(bench.form("/v1/x", ""))["error"]
    assert error["message"].startswith("Unrecognized request URL (POST: /v1/x).")
    assert bench.call("GET", "/v1/billing/meters/").status == 404
    assert bench.call("DELETE", "/v1/billing/meters/mtr_test_1").status == 404


def test_a_negative_total_is_invoiced_as_zero(bench: Bench) -> None:
    bench.mock.subscribe("cus_acme", [bench.mock.create_price("tokens", "1")])
    send(bench, "-5")
    bench.clock.advance(days=31)
    assert [invoice.total for invoice in bench.mock.invoices] == [0]
