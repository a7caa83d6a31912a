"""What is set up beside meters and prices: credit and what an invoice uses of it, webhooks, the portal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from generator.stripe_mock import StripeMock

from .conftest import START, Bench, ServeBench, Served

ANCHOR = datetime(2026, 11, 1, tzinfo=UTC)
THIN = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"]


@pytest.fixture
def served(bench: Bench, serve_bench: ServeBench) -> Served:
    return serve_bench(bench)


def grant(served: Served, cents: int, **more: Any) -> stripe.billing.CreditGrant:
    params: Any = {
        "customer": "cus_acme",
        "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": cents}},
        "applicability_config": {"scope": {"price_type": "metered"}},
        **more,
    }
    return served.client.v1.billing.credit_grants.create(params)


def bill(mock: StripeMock) -> None:
    price = mock.create_price("tokens", "0.01")
    mock.subscribe("cus_acme", [price, mock.create_price(None, "1000")], start=ANCHOR, anchor=ANCHOR)


def test_credit_is_taken_off_metered_lines_once(served: Served) -> None:
    bench, mock = served.bench, served.bench.mock
    bill(mock)
    grant(served, 300)
    bench.event("50000")
    served.bench.clock.advance(days=30)
    opening, closed = mock.invoices
    assert (opening.total, opening.credits) == (1000, {})
    assert (closed.subtotal, closed.total) == (1500, 1200)
    assert served.client.v1.invoices.retrieve(closed.id).total == 1200


def test_credit_that_expired_before_the_invoice_is_not_used(served: Served) -> None:
    bill(served.bench.mock)
    grant(served, 300, expires_at=int((START + timedelta(days=1)).timestamp()))
    served.bench.event("50000")
    served.bench.clock.advance(days=30)
    assert served.bench.mock.invoices[-1].total == 1500


def test_a_preview_shows_credit_and_uses_none(served: Served) -> None:
    mock = served.bench.mock
    bill(mock)
    grant(served, 300)
    served.bench.event("50000")
    [subscription] = served.client.v1.subscriptions.list({"customer": "cus_acme"}).data
    for _ in range(2):
        assert served.client.v1.invoices.create_preview({"subscription": subscription.id}).total == 1200


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 0}}}, "amount[monetary][value]"),
        ({"applicability_config": {"scope": {"prices": [{"id": "price_1"}]}}}, "applicability_config[scope][prices]"),
        ({"expires_at": 1_000_000_000}, "expires_at"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"priority": 101}, "priority"),
    ],
)
def test_a_grant_that_stripe_refuses_is_refused(served: Served, change: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        grant(served, 300, **change)
    assert (refused.value.http_status, refused.value.param) == (400, param)


def test_a_grant_ends_when_it_is_expired_or_void(served: Served) -> None:
    one, two = grant(served, 1), grant(served, 2)
    grants = served.client.v1.billing.credit_grants
    assert grants.expire(one.id).expires_at == int(START.timestamp())
    assert grants.void_grant(two.id).voided_at == int(START.timestamp())
    assert [found.id for found in grants.list({"customer": "cus_acme"}).data] == [two.id, one.id]


def test_a_webhook_secret_is_told_once(served: Served) -> None:
    hooks = served.client.v1.webhook_endpoints
    made = hooks.create({"url": "https://n8n.example.com/webhook/a", "enabled_events": ["invoice.upcoming"]})
    assert (made.secret or "").startswith("whsec_fake")
    assert "secret" not in hooks.retrieve(made.id)
    assert hooks.update(made.id, {"metadata": {"a": "1"}, "disabled": True}).status == "disabled"
    hooks.delete(made.id)
    assert hooks.list().data == []


def test_a_webhook_endpoint_takes_no_thin_event(served: Served) -> None:
    params: Any = {"url": "https://n8n.example.com/webhook/a", "enabled_events": [THIN[0]]}
    with pytest.raises(stripe.InvalidRequestError, match="thin event"):
        served.client.v1.webhook_endpoints.create(params)


def test_a_thin_destination_tells_url_and_secret_only_where_asked(served: Served) -> None:
    destinations = served.client.v2.core.event_destinations
    made = destinations.create(
        {
            "name": "meter errors",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "enabled_events": THIN,
            "webhook_endpoint": {"url": "https://n8n.example.com/webhook/b"},
            "include": ["webhook_endpoint.signing_secret"],
        }
    )
    assert made.webhook_endpoint
    assert (made.webhook_endpoint.signing_secret or "").startswith("whsec_fake")
    [plain] = destinations.list().data
    [full] = destinations.list({"include": ["webhook_endpoint.url"]}).data
    assert plain.webhook_endpoint
    assert plain.webhook_endpoint.url is None
    assert full.webhook_endpoint
    assert full.webhook_endpoint.url == "https://n8n.example.com/webhook/b"


def test_lists_of_v2_page_by_address(served: Served) -> None:
    destinations = served.client.v2.core.event_destinations
    for number in range(3):
        destinations.create(
            {
                "name": f"number {number}",
                "type": "webhook_endpoint",
                "event_payload": "thin",
                "enabled_events": THIN,
                "webhook_endpoint": {"url": "https://n8n.example.com/webhook/b"},
            }
        )
    names = [one.name for one in destinations.list({"limit": 2}).auto_paging_iter()]
    assert names == ["number 2", "number 1", "number 0"]


def test_a_portal_configuration_is_kept_and_changed(served: Served) -> None:
    portal = served.client.v1.billing_portal.configurations
    made = portal.create({"features": {"invoice_history": {"enabled": True}}, "metadata": {"made_by": "test"}})
    portal.update(made.id, {"features": {"payment_method_update": {"enabled": True}}})
    features = portal.list({"active": True}).data[0].features
    assert features.invoice_history.enabled
    assert features.payment_method_update.enabled


@pytest.mark.parametrize(("mode", "billed"), [("classic", [200]), ("flexible", [200, 100])])
def test_a_price_that_changes_in_mid_period_keeps_its_usage_only_in_flexible_mode(
    served: Served, mode: str, billed: list[int]
) -> None:
    mock, client = served.bench.mock, served.client
    old, new = mock.create_price("tokens", "0.01"), mock.create_price("tokens", "0.02")
    made = mock.subscribe("cus_acme", [old], start=ANCHOR, anchor=ANCHOR, billing_mode=mode)
    served.bench.event("10000")
    served.bench.clock.advance(days=1)
    client.v1.subscriptions.update(made.id, {"items": [{"id": made.items[0].id, "price": new.id}]})
    served.bench.event("10000")
    served.bench.clock.advance(days=20)
    assert [line.amount for line in mock.invoices[-1].lines] == billed
