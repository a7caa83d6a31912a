"""Usage alerts: once per customer, older usage included."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from generator.stripe_mock import Switches

from .conftest import MakeBench, ServeBench, Served


def make(sdk: Served, gte: int = 10, customer: str | None = None) -> stripe.billing.Alert:
    threshold: Any = {"gte": gte, "meter": sdk.bench.mock.meters[0].id, "recurrence": "one_time"}
    if customer:
        threshold["filters"] = [{"type": "customer", "customer": customer}]
    return sdk.client.v1.billing.alerts.create(
        {"alert_type": "usage_threshold", "title": "80 percent", "usage_threshold": threshold}
    )


def test_an_alert_fires_once_per_customer_and_older_usage_counts(sdk: Served) -> None:
    sdk.bench.mock.create_customer("cus_globex")
    sdk.bench.event("6")
    alert = make(sdk)
    for _ in range(3):
        sdk.bench.event("4")
    sdk.bench.event(payload={"stripe_customer_id": "cus_globex", "value": "10"})
    told = [notice.rendered() for notice in sdk.bench.mock.notices]
    assert [(e["data"]["object"]["customer"], e["data"]["object"]["value"]) for e in told] == [
        ("cus_acme", 10),
        ("cus_globex", 10),
    ]
    assert (told[0]["type"], told[0]["data"]["object"]["alert"]["id"]) == ("billing.alert.triggered", alert.id)


def test_an_alert_of_one_customer_ignores_others(sdk: Served) -> None:
    sdk.bench.mock.create_customer("cus_globex")
    make(sdk, customer="cus_globex")
    sdk.bench.event("50")
    assert sdk.bench.mock.notices == ()


def test_rejected_events_do_not_fire(sdk: Served) -> None:
    make(sdk, gte=1)
    sdk.bench.event(payload={"stripe_customer_id": "cus_nobody", "value": "10"})
    assert sdk.bench.mock.notices == ()


@pytest.mark.parametrize(("value", "times"), [("never", 1), ("on_activate", 2)])
def test_an_alert_may_rearm(make_bench: MakeBench, serve_bench: ServeBench, value: Any, times: int) -> None:
    sdk = serve_bench(make_bench(Switches(alert_rearms=value)))
    alerts, alert = sdk.client.v1.billing.alerts, make(sdk)
    sdk.bench.event("10")
    assert alerts.deactivate(alert.id).status == "inactive"
    assert alerts.activate(alert.id).status == "active"
    sdk.bench.event("1")
    assert len(sdk.bench.mock.notices) == times
    assert [row.id for row in alerts.list({"meter": sdk.bench.mock.meters[0].id})] == [alert.id]
    assert alerts.archive(alert.id).status == "archived"
    assert alerts.retrieve(alert.id).status == "archived"
    with pytest.raises(stripe.InvalidRequestError):
        alerts.activate(alert.id)


def test_twenty_five_alerts_fit_on_a_meter(sdk: Served) -> None:
    for _ in range(25):
        make(sdk)
    with pytest.raises(stripe.InvalidRequestError):
        make(sdk)
