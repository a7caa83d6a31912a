"""A subscription: whose usage of which meters is invoiced, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from .periods import next_boundary, previous_boundary
from .price import Price
from .times import unix

MOST_ITEMS = 20
"""Stripe docs: at most 20 items on a subscription. Rate cards have no such bound."""


@dataclass(frozen=True, slots=True)
class Item:
    """One price on a subscription; only usage in [start, end) is its own. `conditions` pick a dimension's values.

    An item with an `end` was removed or repriced: it is no longer shown, and charged once more for what it had.
    """

    id: str
    price: Price
    start: datetime
    quantity: int = 1
    end: datetime | None = None
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One `subscription`. `billed_until` is the end of the last period whose invoice is final."""

    id: str
    customer: str
    items: tuple[Item, ...]
    created: datetime
    start: datetime
    anchor: datetime
    grace: timedelta
    billed_until: datetime
    billing_mode: str = "classic"
    prorated: bool = True
    """Whether a licensed price is charged by the share of a short first period, or not at all."""
    opened: bool = False
    """Whether the invoice of the start (licensed prices only) is made."""
    cancel_at_period_end: bool = False
    ended: datetime | None = None
    closing: Literal["after_grace", "at_once", "never"] = "after_grace"
    """When the invoice of a period that an end cut short is made."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    livemode: bool = False

    @property
    def current(self) -> tuple[Item, ...]:
        """Give the items that are still on the subscription."""
        return tuple(item for item in self.items if item.end is None)

    @property
    def interval(self) -> tuple[str, int]:
        """Give the length of a period; all items share it."""
        price = self.items[0].price
        return price.interval or "month", price.interval_count

    def period_end(self, start: datetime) -> datetime:
        """Give the end of the period that begins at `start` (a short one before the first anchor)."""
        end = next_boundary(start, self.anchor, *self.interval)
        return min(end, self.ended) if self.ended else end

    def whole_period_start(self, end: datetime) -> datetime:
        """Give where the period that ends at a boundary would begin, were it whole."""
        return previous_boundary(end, self.anchor, *self.interval)

    def period(self, now: datetime) -> tuple[datetime, datetime]:
        """Give the period that an instant lies in."""
        start = self.start
        while (end := self.period_end(start)) <= now and end != self.ended:
            start = end
        return start, end

    def rendered(self, now: datetime) -> dict[str, Any]:
        """Write the object as v1 answers it; periods sit on its items (since 2025-03-31.basil)."""
        bounds = self.period(now)
        return {
            "id": self.id,
            "object": "subscription",
            "billing_cycle_anchor": unix(self.anchor),
            "billing_mode": {"type": self.billing_mode},
            "cancel_at_period_end": self.cancel_at_period_end,
            "canceled_at": unix(self.ended) if self.ended else None,
            "collection_method": "charge_automatically",
            "created": unix(self.created),
            "currency": self.items[0].price.currency,
            "customer": self.customer,
            "ended_at": unix(self.ended) if self.ended and self.ended <= now else None,
            "items": self._items(bounds),
            "livemode": self.livemode,
            "metadata": dict(self.metadata),
            "start_date": unix(self.start),
            "status": "canceled" if self.ended and self.ended <= now else "active",
        }

    def _items(self, bounds: tuple[datetime, datetime]) -> dict[str, Any]:
        data = [self._item(item, bounds) for item in self.current]
        url = f"/v1/subscription_items?subscription={self.id}"
        return {"object": "list", "data": data, "has_more": False, "total_count": len(data), "url": url}

    def _item(self, item: Item, bounds: tuple[datetime, datetime]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": item.id,
            "object": "subscription_item",
            "created": unix(item.start),
            "current_period_start": unix(bounds[0]),
            "current_period_end": unix(bounds[1]),
            "metadata": {},
            "price": item.price.rendered(),
            "subscription": self.id,
        }
        return body | ({} if item.price.meter else {"quantity": item.quantity})
