"""A meter event: as it was sent, and as it was stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from .times import rfc3339, unix

Origin = Literal["v1", "v2", "stream"]


@dataclass(frozen=True, slots=True)
class Draft:
    """An event on its way in, its form already checked."""

    event_name: str
    payload: Mapping[str, str]
    identifier: str
    timestamp: datetime
    generation: Origin
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class MeterEvent:
    """A stored event. `created` is when it was received; `rejected` is the async code if it never counted."""

    customer: str
    event_name: str
    meter: str | None
    value: Decimal
    timestamp: datetime
    identifier: str
    payload: Mapping[str, str]
    created: datetime
    generation: Origin
    idempotency_key: str | None = None
    rejected: str | None = None
    cancelled: datetime | None = None
    entry: int = 0
    """Place in the account's journal, which summaries follow in order."""
    cancel_entry: int | None = None

    @property
    def counts(self) -> bool:
        """Tell whether the event is part of its meter's total today."""
        return self.rejected is None and self.cancelled is None

    def counted_after(self, entries: int) -> bool:
        """Tell whether the event is part of the total once the first `entries` of the journal are read."""
        alive = self.cancel_entry is None or self.cancel_entry >= entries
        return self.rejected is None and self.entry < entries and alive

    def counted_before(self, instant: datetime) -> bool:
        """Tell whether the event was part of the total just before an instant."""
        alive = self.cancelled is None or self.cancelled >= instant
        return self.rejected is None and self.created < instant and alive

    def rendered(self, *, livemode: bool) -> dict[str, Any]:
        """Write the event as its generation answers it; it has no id."""
        v1 = self.generation == "v1"
        return {
            "object": "billing.meter_event" if v1 else "v2.billing.meter_event",
            "created": unix(self.created) if v1 else rfc3339(self.created),
            "event_name": self.event_name,
            "identifier": self.identifier,
            "livemode": livemode,
            "payload": dict(self.payload),
            "timestamp": unix(self.timestamp) if v1 else rfc3339(self.timestamp),
        }
