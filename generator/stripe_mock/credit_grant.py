"""A billing credit: money that metered lines of a customer's invoices use up (Stripe docs, *Billing credits*)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .times import unix


@dataclass(frozen=True, slots=True)
class CreditGrant:
    """One `billing.credit_grant`; `value` and `used` are minor units. `prices` empty: every metered price."""

    id: str
    customer: str
    currency: str
    value: int
    created: datetime
    updated: datetime
    effective_at: datetime
    expires_at: datetime | None = None
    voided_at: datetime | None = None
    used: int = 0
    prices: frozenset[str] = frozenset()
    category: str = "paid"
    priority: int = 50
    name: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    livemode: bool = False

    def available(self, at: datetime) -> int:
        """Give what is left at an instant: nothing before it takes effect, after it expired or once it is void."""
        begun = self.effective_at <= at and self.voided_at is None
        return self.value - self.used if begun and (self.expires_at is None or at < self.expires_at) else 0

    @property
    def order(self) -> tuple[object, ...]:
        """Sort as Stripe uses grants: priority, expiry, promotional before paid, effect, creation."""
        expiry = self.expires_at.timestamp() if self.expires_at else float("inf")
        return self.priority, expiry, self.category != "promotional", self.effective_at, self.created, self.id

    def rendered(self) -> dict[str, Any]:
        """Write the object as v1 answers it."""
        scope = {"prices": [{"id": one} for one in sorted(self.prices)]} if self.prices else {"price_type": "metered"}
        return {
            "id": self.id,
            "object": "billing.credit_grant",
            "amount": {"type": "monetary", "monetary": {"currency": self.currency, "value": self.value}},
            "applicability_config": {"scope": scope},
            "category": self.category,
            "created": unix(self.created),
            "customer": self.customer,
            "customer_account": None,
            "effective_at": unix(self.effective_at),
            "expires_at": unix(self.expires_at) if self.expires_at else None,
            "livemode": self.livemode,
            "metadata": dict(self.metadata),
            "name": self.name,
            "priority": self.priority,
            "updated": unix(self.updated),
            "voided_at": unix(self.voided_at) if self.voided_at else None,
        }
