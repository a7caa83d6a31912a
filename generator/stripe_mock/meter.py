"""A meter: which events it counts, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .times import unix


@dataclass(frozen=True, slots=True)
class Meter:
    """One `billing.meter`. `dimensions` are payload keys (private preview)."""

    id: str
    event_name: str
    display_name: str
    created: datetime
    updated: datetime
    formula: str = "sum"
    customer_key: str = "stripe_customer_id"
    value_key: str = "value"
    event_time_window: str | None = None
    dimensions: tuple[str, ...] = ()
    deactivated_at: datetime | None = None
    livemode: bool = False

    @property
    def active(self) -> bool:
        """Tell whether the meter takes events."""
        return self.deactivated_at is None

    def rendered(self, *, preview: bool = False) -> dict[str, Any]:
        """Write the object as v1 answers it; `preview` adds its dimensions."""
        deactivated = unix(self.deactivated_at) if self.deactivated_at else None
        body: dict[str, Any] = {
            "id": self.id,
            "object": "billing.meter",
            "created": unix(self.created),
            "customer_mapping": {"event_payload_key": self.customer_key, "type": "by_id"},
            "default_aggregation": {"formula": self.formula},
            "display_name": self.display_name,
            "event_name": self.event_name,
            "event_time_window": self.event_time_window,
            "livemode": self.livemode,
            "status": "active" if self.active else "inactive",
            "status_transitions": {"deactivated_at": deactivated},
            "updated": unix(self.updated),
            "value_settings": {"event_payload_key": self.value_key},
        }
        return body | ({"dimension_payload_keys": list(self.dimensions)} if preview else {})
