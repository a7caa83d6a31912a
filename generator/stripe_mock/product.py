"""A product: what a price is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .times import unix


@dataclass(frozen=True, slots=True)
class Product:
    """One `product`."""

    id: str
    name: str
    created: datetime
    active: bool = True
    description: str | None = None
    tax_code: str | None = None
    unit_label: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    livemode: bool = False

    def rendered(self) -> dict[str, Any]:
        """Write the object as v1 answers it."""
        return {
            "id": self.id,
            "object": "product",
            "active": self.active,
            "created": unix(self.created),
            "updated": unix(self.created),
            "description": self.description,
            "livemode": self.livemode,
            "metadata": dict(self.metadata),
            "name": self.name,
            "tax_code": self.tax_code,
            "unit_label": self.unit_label,
        }
