"""A finalised invoice: what one billing period charged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from .price import plain
from .times import unix


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `amount` is whole minor units; `exact` the same before rounding."""

    id: str
    item: str
    price: str
    quantity: Decimal
    amount: int
    exact: Decimal
    period_start: datetime
    period_end: datetime
    meter: str | None = None
    event_name: str | None = None
    conditions: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One `invoice`; a total of 0 is paid at once, others stay open (the mock moves no money)."""

    id: str
    number: str
    customer: str
    subscription: str
    currency: str
    period_start: datetime
    period_end: datetime
    finalized_at: datetime
    lines: tuple[Line, ...]
    credits: Mapping[str, int] = field(default_factory=dict)
    """What it uses of which credit grant, in minor units."""
    livemode: bool = False

    @property
    def subtotal(self) -> int:
        """Add up the lines, in minor units."""
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """Give what is owed once credits are taken off."""
        return self.subtotal - sum(self.credits.values())

    def rendered(self) -> dict[str, Any]:
        """Write the object as v1 answers it."""
        total = self.total
        parent = {"type": "subscription_details", "subscription_details": {"subscription": self.subscription}}
        return {
            "id": self.id,
            "object": "invoice",
            "amount_due": total,
            "amount_paid": 0,
            "amount_remaining": total,
            "billing_reason": "subscription_cycle",
            "created": unix(self.period_end),
            "currency": self.currency,
            "customer": self.customer,
            "lines": self._lines(),
            "livemode": self.livemode,
            "number": self.number,
            "parent": parent,
            "period_start": unix(self.period_start),
            "period_end": unix(self.period_end),
            "status": "open" if total else "paid",
            "status_transitions": {"finalized_at": unix(self.finalized_at)},
            "subtotal": self.subtotal,
            "total": total,
            "total_pretax_credit_amounts": [
                {"amount": amount, "type": "credit_balance_transaction"} for amount in self.credits.values()
            ],
        }

    def _lines(self) -> dict[str, Any]:
        data = [self._line(line) for line in self.lines]
        return {"object": "list", "data": data, "has_more": False, "url": f"/v1/invoices/{self.id}/lines"}

    def _line(self, line: Line) -> dict[str, Any]:
        details = {"subscription": self.subscription, "subscription_item": line.item}
        return {
            "id": line.id,
            "object": "line_item",
            "amount": line.amount,
            "currency": self.currency,
            "description": " ".join(filter(None, [line.event_name, *line.conditions.values(), line.note])) or None,
            "invoice": self.id,
            "livemode": self.livemode,
            "metadata": {},
            "parent": {"type": "subscription_item_details", "subscription_item_details": details},
            "period": {"start": unix(line.period_start), "end": unix(line.period_end)},
            "pricing": {"type": "price_details", "price_details": {"price": line.price}},
            "quantity": int(line.quantity),
            "quantity_decimal": plain(line.quantity),
        }
