"""The official SDK drives every endpoint, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from generator.stripe_mock import Account, Limits, Request, Switches

from .conftest import START, MakeBench, ServeBench, Served

UNIX = int(START.timestamp())
METER: Any = {"display_name": "In", "event_name": "llm_in", "default_aggregation": {"formula": "sum"}}


def price(sdk: Served, **more: Any) -> stripe.Price:
    meter = sdk.client.v1.billing.meters.create(METER)
    recurring = {"interval": "month", "usage_type": "metered", "meter": meter.id}
    body: Any = {"currency": "usd", "product_data": {"name": "Tokens"}, "recurring": recurring, **more}
    return sdk.client.v1.prices.create(body)


def test_meters_are_created_listed_changed_and_switched_off(sdk: Served) -> None:
    meters = sdk.client.v1.billing.meters
    made = meters.create({**METER, "customer_mapping": {"event_payload_key": "who", "type": "by_id"}})
    assert (made.customer_mapping.event_payload_key, made.value_settings.event_payload_key) == ("who", "value")
    assert meters.retrieve(made.id).event_name == "llm_in"
    assert meters.update(made.id, {"display_name": "New"}).display_name == "New"
    assert meters.deactivate(made.id).status == "inactive"
    assert [m.id for m in meters.list({"status": "inactive"})] == [made.id]
    assert meters.reactivate(made.id).status == "active"
    assert [m.event_name for m in meters.list({"limit": 1}).auto_paging_iter()] == ["llm_in", "tokens"]


def test_one_active_meter_per_event_name(sdk: Served) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.client.v1.billing.meters.create({**METER, "event_name": "tokens"})
    assert caught.value.param == "event_name"


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"display_name": None}, "parameter_missing", "display_name"),
        ({"default_aggregation": {}}, "parameter_missing", "default_aggregation"),
        ({"default_aggregation": {"formula": "max"}}, "parameter_invalid", "default_aggregation[formula]"),
        ({"event_time_window": "week"}, "parameter_invalid", "event_time_window"),
        ({"event_name": "x" * 101}, "parameter_invalid_string_length", "event_name"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"dimension_payload_keys": ["model"]}, "parameter_unknown", "dimension_payload_keys"),
    ],
)
def test_a_wrong_meter_is_refused_by_parameter(sdk: Served, change: Any, code: str, param: str) -> None:
    body = {key: value for key, value in {**METER, **change}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.client.v1.billing.meters.create(body)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.param) == (code, param)


def test_events_of_both_generations_and_their_summary(sdk: Served) -> None:
    payload = {"stripe_customer_id": "cus_acme", "value": "10"}
    v2 = sdk.client.v2.billing.meter_events.create({"event_name": "tokens", "payload": payload})
    v1 = sdk.client.v1.billing.meter_events.create({"event_name": "tokens", "payload": payload, "timestamp": UNIX - 60})
    assert v2.object == "v2.billing.meter_event"
    assert (v1.object, v1.timestamp) == ("billing.meter_event", UNIX - 60)
    meter = sdk.bench.mock.meters[0].id
    span: Any = {"customer": "cus_acme", "start_time": UNIX - 3600, "end_time": UNIX + 60}
    assert [row.aggregated_value for row in sdk.client.v1.billing.meters.event_summaries.list(meter, span)] == [20]


def test_the_stream_takes_a_session_for_a_quarter_of_an_hour(sdk: Served) -> None:
    session = sdk.client.v2.billing.meter_event_session.create()
    assert session.expires_at == "2026-11-20T12:15:00.000Z"
    stream = sdk.as_key(session.authentication_token).v2.billing.meter_event_stream
    good: Any = {"event_name": "tokens", "payload": {"stripe_customer_id": "cus_acme", "value": "3"}, "identifier": "a"}
    bad: Any = {"event_name": "nothing", "payload": {"value": "x"}}
    stream.create({"events": [good, good, bad]})
    assert sdk.bench.mock.counted("cus_acme", "tokens") == 3
    assert [event.rejected for event in sdk.bench.mock.events] == [None, "no_meter"]
    with pytest.raises(stripe.InvalidRequestError):
        stream.create({"events": [good] * 101})
    sdk.bench.clock.advance(minutes=15)
    with pytest.raises(stripe.TemporarySessionExpiredError):
        stream.create({"events": [good]})


def test_the_stream_wants_a_token_not_a_key(sdk: Served) -> None:
    with pytest.raises(stripe.AuthenticationError):
        sdk.client.v2.billing.meter_event_stream.create({"events": [{"event_name": "tokens", "payload": {}}]})


@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_an_event_is_cancelled_within_a_day(sdk: Served, generation: str) -> None:
    side: Any = getattr(sdk.client, generation).billing
    event = {"event_name": "tokens", "payload": {"stripe_customer_id": "cus_acme", "value": "3"}}
    cancel = {"event_name": "tokens", "type": "cancel", "cancel": {"identifier": "a"}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        side.meter_event_adjustments.create(cancel)
    assert caught.value.code == "invalid_cancel_configuration"
    side.meter_events.create({**event, "identifier": "a"})
    assert side.meter_event_adjustments.create(cancel).status == "complete"
    assert sdk.bench.mock.counted("cus_acme", "tokens") == 0
    side.meter_events.create({**event, "identifier": "b"})
    sdk.bench.clock.advance(hours=24, seconds=1)
    with pytest.raises(stripe.InvalidRequestError):
        side.meter_event_adjustments.create({**cancel, "cancel": {"identifier": "b"}})


def test_reports_are_read_as_core_events(sdk: Served) -> None:
    sdk.client.v2.billing.meter_events.create(
        {"event_name": "tokens", "payload": {"stripe_customer_id": "cus_nobody", "value": "3"}},
        {"idempotency_key": "key-1"},
    )
    assert sdk.client.v2.core.events.list().data == []
    sdk.bench.clock.advance(seconds=10)
    listed = sdk.client.v2.core.events.list({"types": ["v1.billing.meter.error_report_triggered"]})
    event: Any = sdk.client.v2.core.events.retrieve(listed.data[0].id)
    assert event.type == "v1.billing.meter.error_report_triggered"
    assert event.related_object.id == sdk.bench.mock.meters[0].id
    kind = event.data.reason.error_types[0]
    assert (kind.code, kind.sample_errors[0].request.identifier) == ("meter_event_customer_not_found", "key-1")
    with pytest.raises(stripe.InvalidRequestError):
        sdk.client.v2.core.events.retrieve("evt_nothing")


def test_a_subscription_is_invoiced_by_its_usage(sdk: Served) -> None:
    customer = sdk.client.v1.customers.create({"name": "Acme", "email": "a@example.com"})
    metered = price(sdk, unit_amount_decimal="0.00025", lookup_key="in-v1")
    subscription = sdk.client.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": metered.id}], "billing_mode": {"type": "flexible"}}
    )
    payload = {"stripe_customer_id": customer.id, "value": "1000000"}
    sdk.client.v2.billing.meter_events.create({"event_name": "llm_in", "payload": payload})
    preview = sdk.client.v1.invoices.create_preview({"subscription": subscription.id})
    assert (preview.status, preview.total) == ("draft", 250)
    sdk.bench.clock.advance(days=30, hours=1)
    [invoice] = sdk.client.v1.invoices.list({"customer": customer.id}).data
    assert (invoice.total, invoice.status) == (250, "open")
    assert invoice.id is not None
    [line] = sdk.client.v1.invoices.line_items.list(invoice.id).data
    assert (line.amount, line.quantity) == (250, 1_000_000)
    assert sdk.client.v1.invoices.retrieve(invoice.id).parent.subscription_details.subscription == subscription.id  # type: ignore[union-attr]


def test_subscriptions_are_listed_changed_and_ended(sdk: Served) -> None:
    subscriptions = sdk.client.v1.subscriptions
    first, meter = price(sdk, unit_amount_decimal="1"), sdk.bench.mock.meters[0]
    second = sdk.bench.mock.create_price(meter.event_name, "2")
    made = subscriptions.create({"customer": "cus_acme", "items": [{"price": first.id}]})
    item = made["items"].data[0].id
    changed = subscriptions.update(made.id, {"items": [{"price": second.id}, {"id": item, "deleted": True}]})
    assert [row.price.id for row in changed["items"].data] == [second.id]
    assert subscriptions.update(made.id, {"cancel_at_period_end": True}).cancel_at_period_end
    assert [row.id for row in subscriptions.list({"customer": "cus_acme"})] == [made.id]
    assert subscriptions.cancel(made.id).status == "canceled"
    assert subscriptions.list({"customer": "cus_acme"}).data == []
    assert subscriptions.retrieve(made.id).ended_at == UNIX


def test_customers_products_and_prices_are_kept(sdk: Served) -> None:
    customers, products, prices = sdk.client.v1.customers, sdk.client.v1.products, sdk.client.v1.prices
    made = customers.create({"email": "a@example.com", "metadata": {"key": "acme"}})
    assert customers.update(made.id, {"name": "Acme"}).name == "Acme"
    assert [row.id for row in customers.list({"email": "a@example.com"})] == [made.id]
    customers.delete(made.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        customers.retrieve(made.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    product = products.create({"name": "Tokens"})
    assert products.retrieve(product.id).name == "Tokens"
    assert len(products.list().data) == 1
    tiers: Any = [{"up_to": 50000, "unit_amount_decimal": "0"}, {"up_to": "inf", "unit_amount_decimal": "0.00025"}]
    tiered = price(sdk, billing_scheme="tiered", tiers_mode="graduated", tiers=tiers, lookup_key="in-v1")
    assert prices.retrieve(tiered.id, {"expand": ["tiers"]}).tiers[0].up_to == 50000  # type: ignore[index]
    assert [row.id for row in prices.list({"lookup_keys": ["in-v1"]})] == [tiered.id]
    assert prices.update(tiered.id, {"active": False}).active is False


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"recurring": {"interval": "month", "usage_type": "metered"}, "unit_amount": 1}, "recurring[meter]"),
        ({"unit_amount_decimal": "0.0000000000001"}, "unit_amount_decimal"),
        ({}, "unit_amount"),
        ({"unit_amount": 1, "tiers": [{"up_to": "inf"}], "tiers_mode": "volume"}, "tiers"),
        (
            {
                "billing_scheme": "tiered",
                "tiers_mode": "volume",
                "tiers": [{"up_to": "inf"}],
                "transform_quantity": {"divide_by": 1000, "round": "up"},
            },
            "transform_quantity",
        ),
        ({"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": 5}, {"up_to": 5}]}, "tiers"),
    ],
)
def test_a_wrong_price_is_refused_by_parameter(sdk: Served, body: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.client.v1.prices.create({"currency": "usd", "product_data": {"name": "x"}, **body})
    assert caught.value.param == param


def test_documented_errors_reach_the_sdk_as_its_exceptions(sdk: Served) -> None:
    event: Any = {"event_name": "tokens", "payload": {"stripe_customer_id": "cus_acme", "value": "1"}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.client.v2.billing.meter_events.create({**event, "event_name": "nothing"})
    assert refused.value.code == "no_meter"
    assert refused.value.request_id
    with pytest.raises(stripe.AuthenticationError):
        sdk.as_key("sk_test_fake_stranger").v2.billing.meter_events.create(event)
    sdk.bench.mock.add_key("reader", "rk_test_fake_reader_1", ["rak_billing_meter_read"])
    with pytest.raises(stripe.PermissionError, match="rak_billing_meter_write"):
        sdk.as_key("rk_test_fake_reader_1").v1.billing.meters.create(METER)
    assert sdk.as_key("rk_test_fake_reader_1").v1.billing.meters.list().data
    sdk.client.v1.billing.meters.create(METER, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        sdk.client.v1.billing.meters.create({**METER, "display_name": "Other"}, {"idempotency_key": "k"})


def test_a_twin_in_flight_is_an_api_error_and_goes_through_on_retry(sdk: Served) -> None:
    event: Any = {"event_name": "tokens", "payload": {"stripe_customer_id": "cus_acme", "value": "1"}}
    busy = Request("POST", "api.stripe.com", "/v2/billing/meter_events", body=json.dumps(event).encode())
    with sdk.bench.mock.in_flight(busy), pytest.raises(stripe.APIError) as caught:
        sdk.client.v2.billing.meter_events.create(event)
    assert caught.value.http_status == 409
    assert caught.value.json_body["error"]["code"] == "too_many_concurrent_requests"  # type: ignore[index,call-overload]
    sdk.client.v2.billing.meter_events.create(event)
    assert sdk.bench.mock.counted("cus_acme", "tokens") == 1


@pytest.mark.parametrize(
    ("value", "expected"), [("400_type", stripe.IdempotencyError), ("400_code", stripe.InvalidRequestError)]
)
def test_a_v2_key_with_another_body(
    make_bench: MakeBench, serve_bench: ServeBench, value: Any, expected: type[stripe.StripeError]
) -> None:
    events = serve_bench(make_bench(Switches(key_reuse=value))).client.v2.billing.meter_events
    event: Any = {"event_name": "tokens", "payload": {"stripe_customer_id": "cus_acme", "value": "1"}}
    events.create(event, {"idempotency_key": "k"})
    with pytest.raises(expected):
        events.create({**event, "identifier": "other"}, {"idempotency_key": "k"})


def test_a_sandbox_over_its_limit_is_a_rate_limit_error(make_bench: MakeBench, serve_bench: ServeBench) -> None:
    limited = Account(limits=Limits(account=2, endpoint=1, meter_events=None))
    client = serve_bench(make_bench(account=limited)).client
    client.v1.billing.meters.list()
    with pytest.raises(stripe.RateLimitError) as caught:
        client.v1.billing.meters.list()
    assert caught.value.headers["stripe-rate-limited-reason"] == "endpoint-rate"  # type: ignore[index]


def test_the_private_preview_needs_an_enrolled_account_and_its_version(
    make_bench: MakeBench, serve_bench: ServeBench
) -> None:
    dimensioned: Any = {**METER, "dimension_payload_keys": ["model", "token_type"]}
    version: Any = {"stripe_version": "2026-10-14.preview"}
    enrolled = serve_bench(make_bench(account=Account(preview=True, limits=Limits.none()))).client
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        enrolled.v1.billing.meters.create(dimensioned)
    made: Any = enrolled.v1.billing.meters.create(dimensioned, version)
    assert made.dimension_payload_keys == ["model", "token_type"]
    standard = serve_bench(make_bench()).client
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        standard.v1.billing.meters.create(dimensioned, version)
