"""Stripe's side of a webhook: an event as bytes, signed as Stripe signs (its SDK: `WebhookSignature`)."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from generator.rendering.plan import Plan
from generator.replay.flows.case import Arrival, Trouble
from generator.stripe_mock import GA_VERSION
from generator.stripe_mock.report import Problem, Report

_LIVES = timedelta(seconds=301)
METER = "mtr_fake0001"
_FORGED = "whsec_fake_somebody_else_0001"


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery: headers and exact bytes."""

    headers: dict[str, str]
    body: bytes


def signature(secret: str, stamp: int, body: bytes, scheme: str = "v1") -> str:
    """Write one signature of a header."""
    return f"{scheme}={hmac.new(secret.encode(), f'{stamp}.'.encode() + body, sha256).hexdigest()}"


def letter(event: Arrival, body: bytes, at: datetime, secret: str, previous: str) -> Letter:
    """Sign a body in the way that the case asks for."""
    stamp = int((at - _LIVES if event.signature == "old" else at).timestamp())
    good = signature(secret, stamp, body)
    signed = {
        "previous": signature(previous, stamp, body),
        "both": f"{signature(previous, stamp, body)},{good}",
        "forged": signature(_FORGED, stamp, body),
        "unversioned": good.replace("v1=", "v0="),
    }.get(event.signature, good)
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "Stripe/1.0"}
    if event.signature != "missing":
        headers["stripe-signature"] = f"t={stamp},{signed}"
    if event.signature == "reserialised":
        body = json.dumps(json.loads(body), separators=(",", ":")).encode()
    if event.signature == "changed":
        body = body.replace(b'"livemode": ', b'"livemode":  ')
    return Letter(headers, body)


def snapshot(event: Arrival, plan: Plan, at: datetime) -> bytes:
    """Write a snapshot event as Stripe does: pretty-printed, text as it is."""
    customer = next((c.customer for c in plan.contacts if c.key == event.client), event.customer)
    stamp = int((event.created or at).timestamp())
    data: dict[str, Any] = {"object": {**_ordinary(event.type, customer, plan, stamp), **event.object}}
    if event.previous is not None:
        data["previous_attributes"] = event.previous
    envelope = {
        "id": event.id,
        "object": "event",
        "api_version": GA_VERSION,
        "created": stamp,
        "data": data,
        "livemode": plan.livemode,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event.type,
    }
    return json.dumps(envelope, indent=2, ensure_ascii=False).encode()


def report(event: Arrival, plan: Plan, at: datetime) -> Report:
    """Write the report behind a thin event about a meter; requests have the names that ours have."""
    problems = [
        Problem(trouble.code, trouble.message, METER, at, trouble.request or _name(trouble, plan))
        for trouble in event.problems
        for _ in range(trouble.times)
    ]
    known = METER if event.type.endswith("error_report_triggered") else None
    return Report(event.id, at, known, at - timedelta(seconds=10), tuple(problems), plan.livemode)


def _name(trouble: Trouble, plan: Plan) -> str:
    customer = next((c.customer for c in plan.contacts if c.key == trouble.client), "cus_Unknown00001")
    return f"d2026-11-09T06:00Z:{customer}:0123456789:0"


def _ordinary(kind: str, customer: str, plan: Plan, stamp: int) -> dict[str, Any]:
    """Give the fields of an ordinary object of an event's type (github.com/stripe/openapi)."""
    if kind == "billing.alert.triggered":
        return _alert(customer, stamp)
    if kind.startswith("customer.subscription."):
        return _subscription(customer, stamp)
    return {
        "id": None if kind == "invoice.upcoming" else "in_fake0001",
        "object": "invoice",
        "number": "NW-0007",
        "customer": customer,
        "customer_name": "Somebody Ltd",
        "amount_due": 152000,
        "amount_paid": 152000 if kind == "invoice.paid" else 0,
        "amount_remaining": 0 if kind == "invoice.paid" else 152000,
        "currency": plan.currency,
        "attempt_count": 1,
        "attempted": True,
        "next_payment_attempt": None,
        "collection_method": "charge_automatically",
        "due_date": None,
        "period_end": stamp,
        "hosted_invoice_url": "https://invoice.stripe.com/i/acct_fake/test_fake0001",
        "status": "paid" if kind == "invoice.paid" else "open",
    }


def _alert(customer: str, stamp: int) -> dict[str, Any]:
    return {
        "object": "billing.alert_triggered",
        "customer": customer,
        "value": 40012,
        "created": stamp,
        "alert": {
            "id": "alrt_fake0001",
            "object": "billing.alert",
            "title": "80 percent of plan",
            "status": "active",
            "alert_type": "usage_threshold",
            "usage_threshold": {"gte": 40000, "meter": METER, "recurrence": "one_time", "filters": None},
        },
    }


def _subscription(customer: str, stamp: int) -> dict[str, Any]:
    period = {"current_period_start": stamp - 86400, "current_period_end": stamp + 86400}
    return {
        "id": "sub_fake0001",
        "object": "subscription",
        "customer": customer,
        "status": "active",
        "cancel_at_period_end": False,
        "cancel_at": None,
        "items": {"data": [{"id": "si_fake0001", **period}]},
    }
