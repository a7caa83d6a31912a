"""A usage alert, and the notice it gives once per customer (Stripe docs, *Usage alerts*)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from .account import GA_VERSION
from .times import unix
from .usage import number

Status = Literal["active", "inactive", "archived"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One `billing.alert`. `fired` are the customers it has told of; it does not begin again with a period."""

    id: str
    title: str
    meter: str
    gte: int
    customer: str | None = None
    status: Status = "active"
    fired: frozenset[str] = frozenset()
    livemode: bool = False

    def rendered(self) -> dict[str, Any]:
        """Write the object as v1 answers it."""
        filters = [{"type": "customer", "customer": self.customer}] if self.customer else []
        return {
            "id": self.id,
            "object": "billing.alert",
            "alert_type": "usage_threshold",
            "livemode": self.livemode,
            "status": self.status,
            "title": self.title,
            "usage_threshold": {"filters": filters, "gte": self.gte, "meter": self.meter, "recurrence": "one_time"},
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """One `billing.alert.triggered`: a snapshot event, as a webhook carries it."""

    id: str
    created: datetime
    alert: Alert
    customer: str
    value: Decimal

    def rendered(self) -> dict[str, Any]:
        """Write the event."""
        about = {
            "object": "billing.alert_triggered",
            "alert": self.alert.rendered(),
            "created": unix(self.created),
            "customer": self.customer,
            "livemode": self.alert.livemode,
            "value": number(self.value),
        }
        return {
            "id": self.id,
            "object": "event",
            "api_version": GA_VERSION,
            "created": unix(self.created),
            "data": {"object": about},
            "livemode": self.alert.livemode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": "billing.alert.triggered",
        }
