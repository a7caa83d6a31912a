"""What is wrong with an event, apart from who is told when."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .books import Books
from .event import Draft
from .meter import Meter


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an event is wrong: `code` as v2 refuses it, `later` as an async report names it, `v1` in v1's words."""

    code: str
    message: str
    later: str
    v1: str = ""


Check = Callable[[Books, Draft], Fault | None]


def customer_of(books: Books, draft: Draft) -> str:
    """Read the customer as the event's meter maps it."""
    meter = books.meter_of(draft.event_name)
    return draft.payload.get(meter.customer_key if meter else "stripe_customer_id", "")


def value_of(meter: Meter | None, draft: Draft) -> Decimal:
    """Read the value of a checked event; one that counts events needs none."""
    text = draft.payload.get(meter.value_key, "1") if meter else "0"
    return Decimal(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else Decimal(0)
