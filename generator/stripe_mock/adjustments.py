"""Cancelling an event (Stripe docs, *Meter event adjustments*): within 24 hours of its receipt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .books import Books
from .call import Call
from .event import MeterEvent
from .refusal import Refusal
from .times import rfc3339

WITHIN = timedelta(hours=24)


def create_v1(books: Books, call: Call) -> dict[str, Any]:
    """Answer `POST /v1/billing/meter_event_adjustments`."""
    identifier = call.params.get("cancel", {}).get("identifier")
    if identifier is None:
        raise Refusal(400, "Missing required param: cancel.", "parameter_missing", param="cancel", kept=False)
    cancel(books, call.params["event_name"], identifier)
    return _rendered(books, call, identifier) | {"object": "billing.meter_event_adjustment"}


def create_v2(books: Books, call: Call) -> dict[str, Any]:
    """Answer `POST /v2/billing/meter_event_adjustments`."""
    identifier = call.params["cancel"]["identifier"]
    cancel(books, call.params["event_name"], identifier)
    own = {"id": books.new_id("mtradj"), "created": rfc3339(call.at), "object": "v2.billing.meter_event_adjustment"}
    return _rendered(books, call, identifier) | own


def cancel(books: Books, event_name: str, identifier: str) -> MeterEvent:
    """Take an event out of its meter's total, or refuse."""
    named = [e for e in books.named(identifier) if e.event_name == event_name and e.rejected is None]
    if not named:
        raise _refused(f"No event of {event_name} has the identifier {identifier}.")
    event = named[-1]
    if event.cancelled:
        raise _refused(f"The event {identifier} is already cancelled.")
    if books.now() - event.created > WITHIN:
        raise _refused(f"The event {identifier} was received more than 24 hours ago.")
    books.cancel(event)
    return event


def _refused(message: str) -> Refusal:
    return Refusal(400, message, "invalid_cancel_configuration")


def _rendered(books: Books, call: Call, identifier: str) -> dict[str, Any]:
    return {
        "cancel": {"identifier": identifier},
        "event_name": call.params["event_name"],
        "livemode": books.account.livemode,
        "status": "pending" if books.lag else "complete",
        "type": "cancel",
    }
