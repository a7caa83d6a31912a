"""Answers against the published response schemas, where the OpenAPI fragment lies beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generator.stripe_mock import Response

from .conftest import START, Bench, data

OPENAPI = Path(__file__).parents[4] / "shared" / "facts" / "stripe-openapi-meters.json"

pytestmark = pytest.mark.skipif(
    not OPENAPI.exists(), reason=f"{OPENAPI} does not exist: answers are not checked against OpenAPI"
)


def nullable(rule: Any) -> Any:
    """Turn OpenAPI 3.0's `nullable` into JSON Schema."""
    if isinstance(rule, list):
        return [nullable(inner) for inner in rule]
    if not isinstance(rule, dict):
        return rule
    inner = {key: nullable(value) for key, value in rule.items() if key != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if rule.get("nullable") is True else inner


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return nullable(json.loads(OPENAPI.read_text()))  # type: ignore[no-any-return]


def fits(published: dict[str, Any], name: str, body: Any) -> None:
    root = {**published, "$ref": f"#/components/schemas/{name}"}
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(root).iter_errors(body)]
    assert errors == []


def test_meters_and_summaries(bench: Bench, published: dict[str, Any]) -> None:
    form = "display_name=x&event_name=y&default_aggregation[formula]=sum"
    fits(published, "billing.meter", data(bench.form("/v1/billing/meters", form)))
    bench.event()
    fits(published, "billing.meter_event_summary", data(bench.summary())["data"][0])


def test_events_and_adjustments(bench: Bench, published: dict[str, Any]) -> None:
    fits(published, "v2.billing.meter_event", data(bench.event(identifier="a")))
    form = "event_name=tokens&payload[stripe_customer_id]=cus_acme&payload[value]=5&identifier=b"
    fits(published, "billing.meter_event", data(bench.form("/v1/billing/meter_events", form)))
    cancel = {"event_name": "tokens", "type": "cancel", "cancel": {"identifier": "a"}}
    answer = bench.call("POST", "/v2/billing/meter_event_adjustments", cancel)
    fits(published, "v2.billing.meter_event_adjustment", data(answer))
    form = "event_name=tokens&type=cancel&cancel[identifier]=b"
    answer = bench.form("/v1/billing/meter_event_adjustments", form)
    fits(published, "billing.meter_event_adjustment", data(answer))
    answer = bench.call("POST", "/v2/billing/meter_event_session", {})
    fits(published, "v2.billing.meter_event_session", data(answer))


def test_reports(bench: Bench, published: dict[str, Any]) -> None:
    bench.event(payload={"stripe_customer_id": "cus_nobody", "value": "1"})
    bench.clock.advance(seconds=10)
    [event] = data(bench.call("GET", "/v2/core/events"))["data"]
    fits(published, "v1.billing.meter.error_report_triggered", event)


def test_errors_of_both_generations(bench: Bench, published: dict[str, Any]) -> None:
    bench.mock.create_meter("old", active=False)
    bench.event(identifier="a")
    named: dict[str, Response] = {
        "v2.error.no_meter": bench.event(event_name="nothing"),
        "v2.error.archived_meter": bench.event(event_name="old"),
        "v2.error.duplicate_meter_event": bench.event(identifier="a"),
        "v2.error.payload_invalid_value": bench.event("x"),
        "v2.error.payload_no_customer_defined": bench.event(payload={"value": "1"}),
        "v2.error.payload_no_value_defined": bench.event(payload={"stripe_customer_id": "cus_acme"}),
        "v2.error.not_found": bench.call("GET", "/v2/core/events/evt_nothing"),
    }
    for name, answer in named.items():
        body = data(answer)
        body["error"].pop("user_message")
        fits(published, name, body)
    for answer in (bench.form("/v1/billing/meters", ""), bench.form("/v1/billing/meter_events", "event_name=x")):
        fits(published, "error", data(answer))
    assert START
