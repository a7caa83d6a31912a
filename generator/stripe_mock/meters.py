"""`/v1/billing/meters` (Stripe docs, *Billing meters*)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .books import Books
from .call import Call
from .meter import Meter
from .pages import page
from .refusal import Refusal, wrong


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a meter; one active meter per event name."""
    params = call.params
    _require_free_name(books, params["event_name"])
    dimensions = tuple(params.get("dimension_payload_keys", ()))
    meter = Meter(
        id=books.new_id("mtr"),
        event_name=params["event_name"],
        display_name=params["display_name"],
        created=call.at,
        updated=call.at,
        formula=params["default_aggregation"]["formula"],
        customer_key=params.get("customer_mapping", {}).get("event_payload_key", "stripe_customer_id"),
        value_key=params.get("value_settings", {}).get("event_payload_key", "value"),
        event_time_window=params.get("event_time_window"),
        dimensions=dimensions,
        livemode=books.account.livemode,
    )
    _require_own_dimensions(meter)
    books.meters[meter.id] = meter
    return meter.rendered(preview=call.preview)


def _require_free_name(books: Books, event_name: str) -> None:
    if any(meter.active and meter.event_name == event_name for meter in books.meters.values()):
        raise Refusal(400, f"There is already an active meter with event name {event_name}.", param="event_name")


def _require_own_dimensions(meter: Meter) -> None:
    taken = {meter.customer_key, meter.value_key} & set(meter.dimensions)
    if taken or len(set(meter.dimensions)) != len(meter.dimensions):
        raise wrong("dimension_payload_keys", "Dimension keys must be unique and no other key of the payload.")


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one meter."""
    return books.meter(call.ids[0]).rendered(preview=call.preview)


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List meters, newest first, of one status if asked."""
    status = call.params.get("status")
    wanted = [m for m in reversed(books.meters.values()) if status in (None, "active" if m.active else "inactive")]
    return page([meter.rendered(preview=call.preview) for meter in wanted], call, "meter")


def update(books: Books, call: Call) -> dict[str, Any]:
    """Change the display name, the only field that may change."""
    meter = books.meter(call.ids[0])
    return _keep(books, call, replace(meter, display_name=call.params.get("display_name", meter.display_name)))


def deactivate(books: Books, call: Call) -> dict[str, Any]:
    """Stop taking events."""
    meter = books.meter(call.ids[0])
    if not meter.active:
        raise Refusal(400, f"The meter {meter.id} is already inactive.")
    return _keep(books, call, replace(meter, deactivated_at=call.at))


def reactivate(books: Books, call: Call) -> dict[str, Any]:
    """Take events again."""
    meter = books.meter(call.ids[0])
    if meter.active:
        raise Refusal(400, f"The meter {meter.id} is already active.")
    _require_free_name(books, meter.event_name)
    return _keep(books, call, replace(meter, deactivated_at=None))


def _keep(books: Books, call: Call, meter: Meter) -> dict[str, Any]:
    books.meters[meter.id] = replace(meter, updated=call.at)
    return books.meters[meter.id].rendered(preview=call.preview)
