"""Our schemas of the private preview against the parameter types of its own SDK."""

from __future__ import annotations

from typing import Any

import pytest

from generator.stripe_mock.schema import schema

from .preview_types import VERSION, Params, typed, wheel

BILLING = "v2.billing"
WHOLE = {
    "v2_metered_item_create": (f"{BILLING}._metered_item_create_params", "MeteredItemCreateParams"),
    "v2_metered_item_list": (f"{BILLING}._metered_item_list_params", "MeteredItemListParams"),
    "v2_rate_card_create": (f"{BILLING}._rate_card_create_params", "RateCardCreateParams"),
    "v2_rate_card_list": (f"{BILLING}._rate_card_list_params", "RateCardListParams"),
    "v2_rate_list": (f"{BILLING}.rate_cards._rate_list_params", "RateListParams"),
    "v2_pricing_plan_create": (f"{BILLING}._pricing_plan_create_params", "PricingPlanCreateParams"),
    "v2_pricing_plan_update": (f"{BILLING}._pricing_plan_update_params", "PricingPlanUpdateParams"),
    "v2_plan_component_list": (f"{BILLING}.pricing_plans._component_list_params", "ComponentListParams"),
}
PART = {
    "v2_rate_create": (f"{BILLING}.rate_cards._rate_create_params", "RateCreateParams"),
    "v2_rate_modify": (f"{BILLING}._rate_card_modify_rates_params", "RateCardModifyRatesParams"),
    "v2_service_action_create": (f"{BILLING}._service_action_create_params", "ServiceActionCreateParams"),
    "v2_plan_component_create": (f"{BILLING}.pricing_plans._component_create_params", "ComponentCreateParams"),
    "meter_create": ("billing._meter_create_params", "MeterCreateParams"),
    "event_summary_list": ("billing._meter_list_event_summaries_params", "MeterListEventSummariesParams"),
}
UNTYPED = {"page"}
"""A list's next page is an address, so the SDK has no name for it."""
NAMES_OF_OPTIONS = {"api_key", "stripe_version", "stripe_account", "stripe_context", "idempotency_key"}

pytestmark = pytest.mark.usefixtures("preview_sdk")


@pytest.fixture(scope="session")
def preview_sdk() -> None:
    """Have the preview's SDK at hand."""
    if wheel() is None:
        pytest.skip(f"stripe {VERSION} could not be downloaded")


def agree(rule: dict[str, Any], module: str, name: str, *, whole: bool) -> None:
    params: Params = typed(module)[name]
    ours = set(rule["properties"]) - UNTYPED
    needed = {field for field, (required, _) in params.items() if required} - NAMES_OF_OPTIONS
    assert ours <= set(params)
    assert needed <= set(rule.get("required", ()))
    assert not whole or ours == set(params) - NAMES_OF_OPTIONS
    for field in ours:
        inner = rule["properties"][field]
        inner = inner.get("items", inner)
        if "properties" in inner and params[field].inner:
            agree(inner, module, params[field].inner, whole=False)


@pytest.mark.parametrize("name", WHOLE)
def test_a_schema_of_the_preview_equals_the_typed_parameters(name: str) -> None:
    agree(schema(name, preview=True), *WHOLE[name], whole=True)


@pytest.mark.parametrize("name", PART)
def test_a_partial_schema_of_the_preview_invents_nothing(name: str) -> None:
    agree(schema(name, preview=True), *PART[name], whole=False)
