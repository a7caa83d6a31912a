"""What one snapshot event means, for whom, and whether it is still news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Js = Callable[..., Any]

ACME = {
    "key": "acme", "name": "Acme", "customer": "cus_Acme", "business": "retainer 5.00 USD a month",
    "tell": [{"channel": "C0IN", "audience": "internal"}, {"channel": "C0OUT", "audience": "client"}],
}  # fmt: skip
MAPPING = {
    "billing": "dimensions", "slack": {"ops": "C0OPS"}, "portal": "https://billing.example.com/p",
    "window": {"zone": "America/Chicago"}, "contacts": [ACME],
}  # fmt: skip
INVOICE = {
    "id": "in_1", "number": "N-7", "customer": "cus_Acme", "currency": "usd", "amount_due": 152000,
    "amount_remaining": 152000, "attempt_count": 1, "collection_method": "charge_automatically",
    "next_payment_attempt": 1_794_765_900, "hosted_invoice_url": "https://pay.example.com/i",
}  # fmt: skip
LATER, NOW, EARLIER = 300, 200, 100


def event(kind: str, previous: Any = None, created: int = NOW, **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"object": {**INVOICE, **fields}}
    if previous is not None:
        data["previous_attributes"] = previous
    return {"id": "evt_1", "type": kind, "created": created, "data": data}


def row(kind: str, created: int) -> dict[str, Any]:
    return {"event": f"evt_of_{created}", "about": "in_1", "type": kind, "created": created}


def tell(js: Js, arrived: dict[str, Any], *rows: dict[str, Any], **mapping: Any) -> dict[str, list[str]]:
    """Give channel → lines."""
    own = {**js("noteOf", arrived), "id": 9}
    messages = js("tellEvent", arrived, [*rows, own], MAPPING | mapping)
    return {message["channel"]: message["text"].split("\n") for message in messages}


def test_inside_reads_whose_and_what_it_brings_and_the_client_reads_neither(js: Js) -> None:
    told = tell(js, event("invoice.payment_failed"))
    then = "The next try is on 2026-11-15 12:05 (America/Chicago)."
    news = f"Payment of 1,520.00 USD for invoice N-7 failed (attempt 1). {then}"
    links = [
        "Pay it or change the card: https://pay.example.com/i",
        "Invoices and payment methods: https://billing.example.com/p",
    ]
    assert told == {
        "C0IN": [f"Acme (acme): {news}", *links, "For you: retainer 5.00 USD a month"],
        "C0OUT": [news, *links],
    }


@pytest.mark.parametrize(
    ("object_", "advice"),
    [
        ({"next_payment_attempt": None}, "Smart Retries look switched off"),
        ({"next_payment_attempt": None, "attempt_count": 4}, "Stripe's tries are used up"),
        ({"next_payment_attempt": None, "collection_method": "send_invoice"}, ""),
        ({}, ""),
    ],
)
def test_a_payment_without_a_next_try_says_why(js: Js, object_: dict[str, Any], advice: str) -> None:
    told = tell(js, event("invoice.payment_failed", **object_))
    inside = "\n".join(told["C0IN"])
    assert advice in inside
    assert ("Smart Retries" in inside, "used up" in inside) == ("Smart" in advice, "used up" in advice)
    assert not any("Retries" in line or "used up" in line for line in told["C0OUT"])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], True),
        ([row("invoice.paid", EARLIER)], True),
        ([row("invoice.paid", NOW)], False),
        ([row("invoice.paid", LATER)], False),
        ([row("invoice.payment_failed", EARLIER)], True),
        ([row("invoice.payment_failed", LATER)], False),
        ([row("invoice.finalized", LATER)], True),
    ],
)
def test_a_failure_is_news_until_something_newer_is_known(js: Js, rows: list[dict[str, Any]], told: bool) -> None:
    assert bool(tell(js, event("invoice.payment_failed"), *rows)) is told


@pytest.mark.parametrize(
    ("rows", "attempts", "told"),
    [
        ([], 1, False),
        ([], 2, True),
        ([row("invoice.payment_failed", EARLIER)], 1, True),
        ([row("invoice.payment_failed", LATER)], 1, True),
        ([row("invoice.finalized", EARLIER)], 1, False),
    ],
)
def test_a_payment_is_news_after_one_that_failed(js: Js, rows: list[Any], attempts: int, told: bool) -> None:
    arrived = event("invoice.paid", attempt_count=attempts, amount_paid=99, currency="jpy")
    assert list(tell(js, arrived, *rows).values()) == [
        ["Acme (acme): Invoice N-7 over 99 JPY is paid, after a payment that failed.", "For you: " + ACME["business"]],
        ["Invoice N-7 over 99 JPY is paid, after a payment that failed."],
    ] * told  # fmt: skip


@pytest.mark.parametrize(
    ("object_", "previous", "says"),
    [
        ({"status": "past_due"}, {"status": "active"}, "is past_due (was active)"),
        ({"status": "active"}, {"status": "active"}, ""),
        ({"status": "active"}, {"metadata": {}}, ""),
        ({"status": "active"}, None, ""),
        ({"cancel_at": 1_794_765_900}, {"cancel_at": None}, "will end on 2026-11-15 12:05 (America/Chicago)"),
        ({"cancel_at_period_end": True}, {"cancel_at_period_end": False}, "will end with its period"),
        ({}, {"cancel_at_period_end": True}, "goes on: its end was taken back"),
        (
            {"status": "unpaid", "cancel_at_period_end": True},
            {"status": "active", "cancel_at_period_end": False},
            "is unpaid (was active) and will end with its period",
        ),
    ],
)
def test_a_subscriptions_change_is_told_inside_alone(js: Js, object_: Any, previous: Any, says: str) -> None:
    told = tell(js, event("customer.subscription.updated", previous, **{"id": "sub_1", "status": "active", **object_}))
    assert set(told) == ({"C0IN"} if says else set())
    assert told.get("C0IN", [""])[0] == (f"Acme (acme): Subscription sub_1 {says}." if says else "")


def test_an_older_change_of_a_subscription_is_no_news(js: Js) -> None:
    changed = event("customer.subscription.updated", {"status": "active"}, id="in_1", status="past_due")
    assert tell(js, changed, row("customer.subscription.updated", LATER)) == {}
    assert tell(js, changed, row("customer.subscription.updated", EARLIER))


@pytest.mark.parametrize(("billing", "unit"), [("weighted", "credits"), ("dimensions", "tokens"), ("watch", "tokens")])
def test_an_alert_speaks_the_unit_of_the_billing_mode(js: Js, billing: str, unit: str) -> None:
    alert = {"title": "<80 %>", "usage_threshold": {"gte": "40000.0"}}
    told = tell(js, event("billing.alert.triggered", value="40012.000", alert=alert), billing=billing)
    assert told["C0OUT"] == [f"Usage reached 40,012 {unit} (alert at 40,000)."]
    assert told["C0IN"][1] == "Alert: &lt;80 %&gt;"


def test_the_owner_hears_of_a_customer_that_the_mapping_does_not_have(js: Js) -> None:
    told = tell(js, event("invoice.finalized", customer="cus_Else", customer_name="Else & co"))
    assert list(told) == ["C0OPS"]
    assert told["C0OPS"][0] == "Unknown customer cus_Else Else &amp; co: Invoice N-7 over 1,520.00 USD is ready."
    assert told["C0OPS"][-1] == "Add it to the mapping if it is a client (event evt_1)."


@pytest.mark.parametrize("kind", ["customer.created", "invoice.created", "constructor", "toString", ""])
def test_other_types_are_nobodys_news(js: Js, kind: str) -> None:
    assert tell(js, event(kind)) == {}


def test_an_event_about_nothing_is_about_itself(js: Js) -> None:
    upcoming = event("invoice.upcoming", id=None)
    assert js("noteOf", upcoming) == {"event": "evt_1", "about": "evt_1", "type": "invoice.upcoming", "created": NOW}
    assert js("noteOf", {"id": "evt_2", "type": "x"}) == {"event": "evt_2", "about": "evt_2", "type": "x", "created": 0}
