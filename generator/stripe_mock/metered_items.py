"""`/v2/billing/metered_items` (private preview): what of a meter is priced, told by its dimensions."""

from __future__ import annotations

from typing import Any

from .books import Books
from .call import Call
from .pages_v2 import page_v2
from .refusal import Refusal
from .thing import Thing, every, found, keep

KIND = "v2.billing.metered_item"


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create an item; its conditions name dimensions of its meter."""
    params = call.params
    meter = books.meter(params["meter"], "meter")
    for condition in params.get("meter_segment_conditions", ()):
        if condition["dimension"] not in meter.dimensions:
            words = f"meter_segment_conditions: {condition['dimension']} is not a dimension of {meter.id}"
            raise Refusal(400, words, "invalid_fields", kept=False)
    require_free_key(books, call, KIND)
    extra: dict[str, Any] = {"invoice_presentation_dimensions": [], "meter_segment_conditions": []}
    return keep(books, call, KIND, "bmi", **extra, lookup_key=None, unit_label=None, tax_details=None).rendered("v2")


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List items, newest first."""
    return page_v2([thing.rendered("v2") for thing in keyed(books, call, KIND)], call)


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one item."""
    return found(books, KIND, call.ids[0]).rendered("v2")


def keyed(books: Books, call: Call, kind: str) -> list[Thing]:
    """Keep the objects of a kind with one of the lookup keys that a list call names, and of the state it asks for."""
    keys, active = call.params.get("lookup_keys"), call.params.get("active")
    things = [thing for thing in every(books, kind) if not keys or thing.fields.get("lookup_key") in keys]
    return [thing for thing in things if active in (None, thing.fields.get("active"))]


def require_free_key(books: Books, call: Call, kind: str) -> None:
    """A lookup key is unique among its kind."""
    key = call.params.get("lookup_key")
    if key and any(thing.fields.get("lookup_key") == key for thing in every(books, kind)):
        raise Refusal(400, f"lookup_key: {key} is already in use", "lookup_key_already_exists", kept=False)
