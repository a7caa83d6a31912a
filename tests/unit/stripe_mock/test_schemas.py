"""Our schemas against the SDK's typed parameters and, where it lies beside the project, the OpenAPI fragment."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from stripe import RequestOptions
from typing_extensions import is_typeddict

from generator.stripe_mock.routes import ROUTES, Route
from generator.stripe_mock.schema import schema

ROOT = Path(__file__).parents[3]
OPENAPI = ROOT.parent / "shared" / "facts" / "stripe-openapi-meters.json"

EXACT = {
    "v2_meter_event": "v2.billing._meter_event_create_params.MeterEventCreateParams",
    "v2_meter_event_stream": "v2.billing._meter_event_stream_create_params.MeterEventStreamCreateParams",
    "v2_meter_event_session": "v2.billing._meter_event_session_create_params.MeterEventSessionCreateParams",
    "v2_meter_event_adjustment": "v2.billing._meter_event_adjustment_create_params.MeterEventAdjustmentCreateParams",
    "v2_core_event_list": "v2.core._event_list_params.EventListParams",
    "alert_create": "billing._alert_create_params.AlertCreateParams",
    "alert_list": "billing._alert_list_params.AlertListParams",
    "credit_grant_create": "billing._credit_grant_create_params.CreditGrantCreateParams",
    "credit_grant_list": "billing._credit_grant_list_params.CreditGrantListParams",
    "v2_event_destination_list": "v2.core._event_destination_list_params.EventDestinationListParams",
    "meter_event": "billing._meter_event_create_params.MeterEventCreateParams",
    "meter_event_adjustment": "billing._meter_event_adjustment_create_params.MeterEventAdjustmentCreateParams",
    "meter_create": "billing._meter_create_params.MeterCreateParams",
    "meter_update": "billing._meter_update_params.MeterUpdateParams",
    "meter_list": "billing._meter_list_params.MeterListParams",
    "event_summary_list": "billing._meter_list_event_summaries_params.MeterListEventSummariesParams",
}
"""Schemas that hold the whole operation: same names, same requiredness."""

UNTYPED = {"v2_core_event_list": {"page"}, "v2_event_destination_list": {"page"}}
"""Names that OpenAPI has and the SDK passes by `next_page_url` only."""

MODELLED = {
    "customer_create": "_customer_create_params.CustomerCreateParams",
    "customer_update": "_customer_update_params.CustomerUpdateParams",
    "customer_list": "_customer_list_params.CustomerListParams",
    "product_create": "_product_create_params.ProductCreateParams",
    "product_list": "_product_list_params.ProductListParams",
    "product_update": "_product_update_params.ProductUpdateParams",
    "price_create": "_price_create_params.PriceCreateParams",
    "price_update": "_price_update_params.PriceUpdateParams",
    "price_list": "_price_list_params.PriceListParams",
    "subscription_create": "_subscription_create_params.SubscriptionCreateParams",
    "subscription_update": "_subscription_update_params.SubscriptionUpdateParams",
    "subscription_cancel": "_subscription_cancel_params.SubscriptionCancelParams",
    "subscription_list": "_subscription_list_params.SubscriptionListParams",
    "webhook_endpoint_create": "_webhook_endpoint_create_params.WebhookEndpointCreateParams",
    "webhook_endpoint_update": "_webhook_endpoint_update_params.WebhookEndpointUpdateParams",
    "v2_event_destination_create": "v2.core._event_destination_create_params.EventDestinationCreateParams",
    "v2_event_destination_update": "v2.core._event_destination_update_params.EventDestinationUpdateParams",
    "portal_configuration_create": "billing_portal._configuration_create_params.ConfigurationCreateParams",
    "portal_configuration_update": "billing_portal._configuration_update_params.ConfigurationUpdateParams",
    "portal_configuration_list": "billing_portal._configuration_list_params.ConfigurationListParams",
    "invoice_list": "_invoice_list_params.InvoiceListParams",
    "invoice_preview": "_invoice_create_preview_params.InvoiceCreatePreviewParams",
}
"""Schemas that hold a part of the operation: every name of ours exists, and what Stripe requires is required."""


def typed(name: str) -> Any:
    module, _, found = name.rpartition(".")
    return getattr(importlib.import_module(f"stripe.params.{module}"), found)


def own_names(params: Any) -> set[str]:
    return set(params.__annotations__) - set(RequestOptions.__annotations__)


def required(params: Any) -> set[str]:
    return set(params.__required_keys__) - set(RequestOptions.__annotations__)


def hint(params: Any, name: str) -> Any:
    """Resolve one field's annotation; inherited options name classes that exist for type checkers only."""
    holder = type("Holder", (), {"__annotations__": {name: params.__annotations__[name]}})
    return get_type_hints(holder, vars(importlib.import_module(params.__module__)))[name]


def nested(params: Any, name: str) -> Any:
    """Find the one typed dict inside a field's annotation, if there is one."""
    found = [t for t in _inside(hint(params, name)) if is_typeddict(t)]
    return found[0] if len(found) == 1 else None


def _inside(annotation: Any) -> list[Any]:
    arguments = getattr(annotation, "__args__", ())
    return [annotation, *(inner for argument in arguments for inner in _inside(argument))]


def same(rule: dict[str, Any], params: Any) -> None:
    assert set(rule.get("properties", {})) == own_names(params)
    assert set(rule.get("required", ())) == required(params)
    for name, inner in rule.get("properties", {}).items():
        inner = inner.get("items", inner)
        if "properties" in inner:
            same(inner, nested(params, name))


@pytest.mark.parametrize("name", EXACT)
def test_a_schema_equals_the_typed_parameters(name: str) -> None:
    rule = schema(name)
    properties = {key: value for key, value in rule["properties"].items() if key not in UNTYPED.get(name, ())}
    same({**rule, "properties": properties}, typed(EXACT[name]))


@pytest.mark.parametrize("name", MODELLED)
def test_a_partial_schema_invents_nothing(name: str) -> None:
    rule, params = schema(name), typed(MODELLED[name])
    assert set(rule["properties"]) <= own_names(params)
    assert required(params) <= set(rule.get("required", ()))
    for field, inner in rule["properties"].items():
        inner = inner.get("items", inner)
        if "properties" in inner and (known := nested(params, field)):
            assert set(inner["properties"]) <= own_names(known), field
            assert required(known) <= set(inner.get("required", ())), field


def test_every_route_has_a_schema_and_every_schema_is_used() -> None:
    used = {route.schema for _, route in ROUTES}
    files = {path.stem for path in (ROOT / "generator" / "stripe_mock" / "schemas").glob("*.json")}
    assert used == files


def _operations() -> list[tuple[Route, dict[str, Any]]]:
    if not OPENAPI.exists():
        return []
    paths = json.loads(OPENAPI.read_text())["paths"]
    return [
        (route, paths[route.path][route.method.lower()])
        for _, route in ROUTES
        if route.method.lower() in paths.get(route.path, {})
    ]


def _published(operation: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    body = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {}).get("schema", {})
    query = [p for p in operation.get("parameters", ()) if p["in"] == "query"]
    names = {**body.get("properties", {}), **{p["name"]: p["schema"] for p in query}}
    return names, {*body.get("required", ()), *(p["name"] for p in query if p.get("required"))}


@pytest.mark.skipif(not OPENAPI.exists(), reason=f"{OPENAPI} does not exist: schemas are not checked against OpenAPI")
def test_the_openapi_fragment_knows_our_meter_operations() -> None:
    assert len(_operations()) == 26


@pytest.mark.skipif(not OPENAPI.exists(), reason=f"{OPENAPI} does not exist: schemas are not checked against OpenAPI")
@pytest.mark.parametrize(("route", "operation"), _operations(), ids=lambda value: getattr(value, "path", ""))
def test_a_schema_agrees_with_openapi(route: Route, operation: dict[str, Any]) -> None:
    ours, (names, needed) = schema(route.schema), _published(operation)
    assert set(ours["properties"]) == set(names)
    assert set(ours.get("required", ())) == needed
    for name, rule in names.items():
        own = ours["properties"][name]
        assert own["type"] == rule["type"], name
        assert set(own.get("enum", rule.get("enum", ()))) == set(rule.get("enum", ())), name
        if "maxLength" in rule:
            assert own.get("maxLength") == rule["maxLength"], name
        for inner, inner_rule in rule.get("properties", {}).items():
            assert own["properties"][inner].get("maxLength") in (inner_rule.get("maxLength"), 100), (name, inner)
        assert set(own.get("required", ())) == set(rule.get("required", ())), name
