"""A customer, as far as billing needs one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .times import unix


@dataclass(frozen=True, slots=True)
class Customer:
    """One `customer`; a deleted one keeps its id and no longer exists for events."""

    id: str
    created: datetime
    name: str | None = None
    email: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    livemode: bool = False

    def rendered(self) -> dict[str, Any]:
        """Write the object as v1 answers it."""
        return {
            "id": self.id,
            "object": "customer",
            "created": unix(self.created),
            "name": self.name,
            "email": self.email,
            "metadata": dict(self.metadata),
            "livemode": self.livemode,
        }
