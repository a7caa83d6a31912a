"""`/v1/billing/alerts`, and when they fire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .alert import Alert, Notice, Status
from .books import Books
from .call import Call
from .event import MeterEvent
from .pages import page
from .refusal import Refusal, missing_object, wrong
from .usage import total

MOST = 25
"""Alerts per meter and customer."""


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create an alert on a meter's usage, of one customer or of each."""
    threshold = call.params.get("usage_threshold")
    if threshold is None:
        raise wrong("usage_threshold", "Missing required param: usage_threshold.", "parameter_missing")
    meter = books.meter(threshold["meter"], "usage_threshold[meter]")
    customer = next((one.get("customer") for one in threshold.get("filters", ())), None)
    if customer is not None:
        books.require_customer(customer)
    same = [
        a for a in books.alerts.values() if (a.meter, a.customer) == (meter.id, customer) and a.status != "archived"
    ]
    if len(same) >= MOST:
        raise Refusal(400, f"At most {MOST} alerts per meter and customer.", param="usage_threshold")
    livemode = books.account.livemode
    alert = Alert(books.new_id("alrt"), call.params["title"], meter.id, threshold["gte"], customer, livemode=livemode)
    books.alerts[alert.id] = alert
    return alert.rendered()


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List alerts, newest first, of one meter if asked."""
    meter = call.params.get("meter")
    return page([a.rendered() for a in reversed(books.alerts.values()) if meter in (None, a.meter)], call, "alert")


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one alert."""
    return _found(books, call).rendered()


def activate(books: Books, call: Call) -> dict[str, Any]:
    """Let an alert fire again; whether for customers it has told of is not published."""
    alert = _turn(books, call, "active", "inactive")
    if books.switches.alert_rearms == "on_activate":
        books.alerts[alert.id] = replace(alert, fired=frozenset())
    return alert.rendered()


def deactivate(books: Books, call: Call) -> dict[str, Any]:
    """Silence an alert."""
    return _turn(books, call, "inactive", "active").rendered()


def archive(books: Books, call: Call) -> dict[str, Any]:
    """Take an alert out of use for good."""
    return _turn(books, call, "archived", "active", "inactive").rendered()


def fire(books: Books, event: MeterEvent) -> None:
    """Tell of a customer's first crossing that an event makes or finds; older usage is part of the sum."""
    for alert in [a for a in books.alerts.values() if _listens(a, event)]:
        used = total(books.meters[alert.meter], [e for e in books.usage(alert.meter, event.customer) if e.counts])
        if used >= alert.gte:
            books.alerts[alert.id] = replace(alert, fired=alert.fired | {event.customer})
            books.notices.append(Notice(books.new_id("evt"), books.now(), alert, event.customer, used))


def _listens(alert: Alert, event: MeterEvent) -> bool:
    named = alert.customer in (None, event.customer) and alert.meter == event.meter
    return named and alert.status == "active" and event.customer not in alert.fired


def _turn(books: Books, call: Call, status: Status, *sources: Status) -> Alert:
    alert = _found(books, call)
    if alert.status not in sources:
        raise Refusal(400, f"The alert {alert.id} is {alert.status}.")
    books.alerts[alert.id] = replace(alert, status=status)
    return books.alerts[alert.id]


def _found(books: Books, call: Call) -> Alert:
    if call.ids[0] not in books.alerts:
        raise missing_object("alert", call.ids[0])
    return books.alerts[call.ids[0]]
