"""`/v1/subscriptions`, as far as invoices of usage need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from .anchors import anchor_of, start_of
from .books import Books
from .call import Call
from .pages import page
from .price import Price
from .refusal import Refusal, missing_object, wrong
from .subscription import MOST_ITEMS, Item, Subscription


def create(books: Books, call: Call) -> dict[str, Any]:
    """Subscribe a customer; the periods are counted from the anchor."""
    params = call.params
    books.require_customer(params["customer"])
    start = start_of(call)
    items = tuple(_item(books, data, start) for data in params["items"])
    _require_one_rhythm(items)
    subscription = Subscription(
        id=books.new_id("sub"),
        customer=params["customer"],
        items=items,
        created=call.at,
        start=start,
        anchor=anchor_of(call, start),
        grace=books.account.grace,
        billed_until=start,
        billing_mode=params.get("billing_mode", {}).get("type", "classic"),
        prorated=params.get("proration_behavior") != "none",
        metadata=params.get("metadata", {}),
        livemode=books.account.livemode,
    )
    return _keep(books, call, _ending(subscription, call))


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one subscription."""
    return _found(books, call).rendered(call.at)


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List subscriptions, newest first; ended ones only if asked."""
    params = call.params
    status, price = params.get("status", "active"), params.get("price")
    every = [s for s in reversed(books.subscriptions.values()) if params.get("customer") in (None, s.customer)]
    named = [s for s in every if price is None or any(item.price.id == price for item in s.current)]
    rows = [subscription.rendered(call.at) for subscription in named]
    return page([row for row in rows if status in ("all", row["status"])], call, "subscription")


def update(books: Books, call: Call) -> dict[str, Any]:
    """Change items (from now on) or whether the subscription ends with its period."""
    found = _found(books, call)
    items = found.items
    for data in call.params.get("items", ()):
        items = _changed(books, items, data, call.at, splits=found.billing_mode == "flexible")
    _require_one_rhythm(tuple(item for item in items if item.end is None))
    metadata = {**found.metadata, **call.params.get("metadata", {})}
    return _keep(books, call, _ending(replace(found, items=items, metadata=metadata), call))


def cancel(books: Books, call: Call) -> dict[str, Any]:
    """End a subscription now; its open usage is invoiced only with `invoice_now`."""
    found = _found(books, call)
    if found.ended and found.ended <= call.at:
        raise missing_object("subscription", found.id)
    closing: Literal["at_once", "never"] = "at_once" if call.params.get("invoice_now") else "never"
    return _keep(books, call, replace(found, ended=call.at, closing=closing))


def _item(books: Books, data: dict[str, Any], start: datetime) -> Item:
    price = _price(books, data["price"])
    if price.meter and "quantity" in data:
        raise wrong("items[quantity]", "A metered price has no quantity.")
    return Item(books.new_id("si"), price, start, data.get("quantity", 1))


def _price(books: Books, identity: str) -> Price:
    price = books.prices.get(identity)
    if price is None:
        raise missing_object("price", identity, "items[price]")
    if not price.active or price.interval is None:
        raise wrong("items[price]", f"The price {identity} is inactive or not recurring.")
    return price


def _require_one_rhythm(items: tuple[Item, ...]) -> None:
    """Stripe docs, *Subscriptions*: at most 20 items, one price once, one interval and one currency for all."""
    if not 0 < len(items) <= MOST_ITEMS:
        raise wrong("items", f"A subscription has 1 to {MOST_ITEMS} items. Received {len(items)}.")
    if len({item.price.id for item in items}) < len(items):
        raise wrong("items", "Each price may be on a subscription once.")
    if len({(item.price.currency, item.price.interval, item.price.interval_count) for item in items}) > 1:
        raise wrong("items", "All prices of a subscription must share their currency and interval.")


def _changed(
    books: Books, items: tuple[Item, ...], data: dict[str, Any], now: datetime, *, splits: bool
) -> tuple[Item, ...]:
    """Add, remove or reprice one item; usage before the change is not the new price's own.

    Whose own it is depends on the billing mode (Stripe docs, *Manage your usage-based billing setup*): in `flexible` it
    stays with the old price (`splits`), in `classic` a metered item that goes in mid-period leaves it unbilled.
    """
    if "id" not in data:
        if "price" not in data:
            raise wrong("items[price]", "A new item needs a price.", "parameter_missing")
        return (*items, _item(books, data, now))
    old = next((item for item in items if item.id == data["id"] and item.end is None), None)
    if old is None:
        raise missing_object("subscription item", data["id"], "items[id]")
    past = (replace(old, end=now),) if splits and old.price.meter else ()
    if data.get("deleted"):
        return (*(item for item in items if item is not old), *past)
    new = replace(old, quantity=data.get("quantity", old.quantity))
    if data.get("price", old.price.id) != old.price.id:
        new = replace(new, price=_price(books, data["price"]), start=now)
        items = (*items, *past)
    return tuple(new if item is old else item for item in items)


def _ending(subscription: Subscription, call: Call) -> Subscription:
    """Set or lift the end with the running period."""
    wish = call.params.get("cancel_at_period_end")
    if wish is None:
        return subscription
    lifted = replace(subscription, ended=None)
    return replace(lifted, cancel_at_period_end=wish, ended=lifted.period(call.at)[1] if wish else None)


def _found(books: Books, call: Call) -> Subscription:
    if call.ids[0] not in books.subscriptions:
        raise missing_object("subscription", call.ids[0])
    return books.subscriptions[call.ids[0]]


def _keep(books: Books, call: Call, subscription: Subscription) -> dict[str, Any]:
    if call.request.method == "POST" and call.ids and subscription.ended and subscription.ended <= call.at:
        raise Refusal(400, f"The subscription {subscription.id} has ended.")
    books.subscriptions[subscription.id] = subscription
    return subscription.rendered(call.at)
