"""Which path is answered by which function, with which permission and schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from . import (
    adjustments,
    alerts,
    credit_grants,
    customers,
    events,
    invoices,
    metered_items,
    meters,
    portal,
    prices,
    pricing_plans,
    products,
    rate_cards,
    reports,
    stream,
    subscriptions,
    summaries,
    webhooks,
)
from .analytics import meter_usage
from .auth import METER_EVENTS
from .books import Books
from .call import Call
from .flights import Held

Endpoint = Callable[[Books, Call], dict[str, Any] | Held]

STREAM_PATH = "/v2/billing/meter_event_stream"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `counted` calls go through the general rate limit; events have their own; `preview` is private."""

    method: str
    path: str
    endpoint: Endpoint
    schema: str
    permission: str
    counted: bool = True
    preview: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Match the path; a name in braces is one segment."""
        return re.compile(re.sub(r"\{\w+\}", "([^/]+)", self.path))


def _meters() -> list[Route]:
    base, read, write = "/v1/billing/meters", "rak_billing_meter_read", "rak_billing_meter_write"
    return [
        Route("POST", base, meters.create, "meter_create", write),
        Route("GET", base, meters.listing, "meter_list", read),
        Route("GET", f"{base}/{{id}}", meters.retrieve, "expand", read),
        Route("POST", f"{base}/{{id}}", meters.update, "meter_update", write),
        Route("POST", f"{base}/{{id}}/deactivate", meters.deactivate, "expand", write),
        Route("POST", f"{base}/{{id}}/reactivate", meters.reactivate, "expand", write),
        Route("GET", f"{base}/{{id}}/event_summaries", summaries.listing, "event_summary_list", read),
        Route("GET", "/v1/billing/analytics/meter_usage", meter_usage, "meter_usage", read),
    ]


def _events() -> list[Route]:
    v1, v2, undo = "/v1/billing", "/v2/billing", "meter_event_adjustments"
    return [
        Route("POST", f"{v1}/meter_events", events.create_v1, "meter_event", METER_EVENTS, counted=False),
        Route("POST", f"{v2}/meter_events", events.create_v2, "v2_meter_event", METER_EVENTS, counted=False),
        Route("POST", f"{v2}/meter_event_session", stream.open_session, "v2_meter_event_session", METER_EVENTS),
        Route("POST", STREAM_PATH, stream.create, "v2_meter_event_stream", "", counted=False),
        Route("POST", f"{v1}/{undo}", adjustments.create_v1, "meter_event_adjustment", METER_EVENTS),
        Route("POST", f"{v2}/{undo}", adjustments.create_v2, "v2_meter_event_adjustment", METER_EVENTS),
        Route("GET", "/v2/core/events", reports.listing, "v2_core_event_list", "rak_event_read"),
        Route("GET", "/v2/core/events/{id}", reports.retrieve, "v2_retrieve", "rak_event_read"),
    ]


def _alerts() -> list[Route]:
    base, read, write = "/v1/billing/alerts", "rak_billing_alert_read", "rak_billing_alert_write"
    return [
        Route("POST", base, alerts.create, "alert_create", write),
        Route("GET", base, alerts.listing, "alert_list", read),
        Route("GET", f"{base}/{{id}}", alerts.retrieve, "expand", read),
        Route("POST", f"{base}/{{id}}/activate", alerts.activate, "expand", write),
        Route("POST", f"{base}/{{id}}/deactivate", alerts.deactivate, "expand", write),
        Route("POST", f"{base}/{{id}}/archive", alerts.archive, "expand", write),
    ]


def _catalogue() -> list[Route]:
    return [
        Route("POST", "/v1/customers", customers.create, "customer_create", "rak_customer_write"),
        Route("GET", "/v1/customers", customers.listing, "customer_list", "rak_customer_read"),
        Route("GET", "/v1/customers/{id}", customers.retrieve, "expand", "rak_customer_read"),
        Route("POST", "/v1/customers/{id}", customers.update, "customer_update", "rak_customer_write"),
        Route("DELETE", "/v1/customers/{id}", customers.delete, "expand", "rak_customer_write"),
        Route("POST", "/v1/products", products.create, "product_create", "rak_product_write"),
        Route("GET", "/v1/products", products.listing, "product_list", "rak_product_read"),
        Route("GET", "/v1/products/{id}", products.retrieve, "expand", "rak_product_read"),
        Route("POST", "/v1/products/{id}", products.update, "product_update", "rak_product_write"),
        Route("POST", "/v1/prices", prices.create, "price_create", "rak_plan_write"),
        Route("GET", "/v1/prices", prices.listing, "price_list", "rak_plan_read"),
        Route("GET", "/v1/prices/{id}", prices.retrieve, "expand", "rak_plan_read"),
        Route("POST", "/v1/prices/{id}", prices.update, "price_update", "rak_plan_write"),
    ]


def _billing() -> list[Route]:
    base, read, write = "/v1/subscriptions", "rak_subscription_read", "rak_subscription_write"
    return [
        Route("POST", base, subscriptions.create, "subscription_create", write),
        Route("GET", base, subscriptions.listing, "subscription_list", read),
        Route("GET", f"{base}/{{id}}", subscriptions.retrieve, "expand", read),
        Route("POST", f"{base}/{{id}}", subscriptions.update, "subscription_update", write),
        Route("DELETE", f"{base}/{{id}}", subscriptions.cancel, "subscription_cancel", write),
        Route("GET", "/v1/invoices", invoices.listing, "invoice_list", "rak_invoice_read"),
        Route("GET", "/v1/invoices/{id}", invoices.retrieve, "expand", "rak_invoice_read"),
        Route("GET", "/v1/invoices/{id}/lines", invoices.lines, "list", "rak_invoice_read"),
        Route("POST", "/v1/invoices/create_preview", invoices.preview, "invoice_preview", "rak_invoice_write"),
    ]


def _credits() -> list[Route]:
    base, read, write = "/v1/billing/credit_grants", "rak_billing_credit_grant_read", "rak_billing_credit_grant_write"
    return [
        Route("POST", base, credit_grants.create, "credit_grant_create", write),
        Route("GET", base, credit_grants.listing, "credit_grant_list", read),
        Route("GET", f"{base}/{{id}}", credit_grants.retrieve, "expand", read),
        Route("POST", f"{base}/{{id}}/expire", credit_grants.expire, "expand", write),
        Route("POST", f"{base}/{{id}}/void", credit_grants.void, "expand", write),
    ]


def _webhooks() -> list[Route]:
    v1, read, write = "/v1/webhook_endpoints", "rak_webhook_read", "rak_webhook_write"
    v2 = "/v2/core/event_destinations"
    return [
        Route("POST", v1, webhooks.create_endpoint, "webhook_endpoint_create", write),
        Route("GET", v1, webhooks.list_endpoints, "list", read),
        Route("GET", f"{v1}/{{id}}", webhooks.retrieve_endpoint, "expand", read),
        Route("POST", f"{v1}/{{id}}", webhooks.update_endpoint, "webhook_endpoint_update", write),
        Route("DELETE", f"{v1}/{{id}}", webhooks.delete_endpoint, "expand", write),
        Route("POST", v2, webhooks.create_destination, "v2_event_destination_create", write),
        Route("GET", v2, webhooks.list_destinations, "v2_event_destination_list", read),
        Route("POST", f"{v2}/{{id}}", webhooks.update_destination, "v2_event_destination_update", write),
        Route("POST", f"{v2}/{{id}}/enable", webhooks.enable_destination, "v2_retrieve", write),
        Route("POST", f"{v2}/{{id}}/disable", webhooks.disable_destination, "v2_retrieve", write),
    ]


def _portal() -> list[Route]:
    base, read, write = "/v1/billing_portal/configurations", "rak_customer_portal_read", "rak_customer_portal_write"
    return [
        Route("POST", base, portal.create, "portal_configuration_create", write),
        Route("GET", base, portal.listing, "portal_configuration_list", read),
        Route("GET", f"{base}/{{id}}", portal.retrieve, "expand", read),
        Route("POST", f"{base}/{{id}}", portal.update, "portal_configuration_update", write),
    ]


def _preview() -> list[Route]:
    base, read, write = "/v2/billing", "rak_billing_pricing_read", "rak_billing_pricing_write"
    items, cards, plans, actions = (
        f"{base}/{name}" for name in ("metered_items", "rate_cards", "pricing_plans", "service_actions")
    )
    routes = [
        Route("POST", items, metered_items.create, "v2_metered_item_create", write),
        Route("GET", items, metered_items.listing, "v2_metered_item_list", read),
        Route("GET", f"{items}/{{id}}", metered_items.retrieve, "v2_retrieve", read),
        Route("POST", cards, rate_cards.create, "v2_rate_card_create", write),
        Route("GET", cards, rate_cards.listing, "v2_rate_card_list", read),
        Route("GET", f"{cards}/{{id}}", rate_cards.retrieve, "v2_retrieve", read),
        Route("POST", f"{cards}/{{id}}/rates", rate_cards.create_rate, "v2_rate_create", write),
        Route("GET", f"{cards}/{{id}}/rates", rate_cards.list_rates, "v2_rate_list", read),
        Route("POST", f"{cards}/{{id}}/modify_rates", rate_cards.modify_rates, "v2_rate_modify", write),
        Route("POST", actions, pricing_plans.create_action, "v2_service_action_create", write),
        Route("GET", f"{actions}/{{id}}", pricing_plans.retrieve_action, "v2_retrieve", read),
        Route("POST", plans, pricing_plans.create, "v2_pricing_plan_create", write),
        Route("GET", plans, pricing_plans.listing, "v2_rate_card_list", read),
        Route("GET", f"{plans}/{{id}}", pricing_plans.retrieve, "v2_retrieve", read),
        Route("POST", f"{plans}/{{id}}", pricing_plans.update, "v2_pricing_plan_update", write),
        Route("POST", f"{plans}/{{id}}/components", pricing_plans.create_component, "v2_plan_component_create", write),
        Route("GET", f"{plans}/{{id}}/components", pricing_plans.list_components, "v2_plan_component_list", read),
    ]
    return [replace(route, preview=True) for route in routes]


_PUBLIC = [*_meters(), *_events(), *_alerts(), *_catalogue(), *_billing(), *_credits(), *_webhooks(), *_portal()]
_EVERY = [*_PUBLIC, *_preview()]
ROUTES = tuple((route.pattern, route) for route in _EVERY)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """Find the operation and the ids in its path; fixed paths win over ids."""
    fits = [(route, found.groups()) for p, route in ROUTES if route.method == method and (found := p.fullmatch(path))]
    return min(fits, key=lambda fit: len(fit[1]), default=None)
