"""The rules of dimensions (private preview); they are asked after the event was taken."""

from __future__ import annotations

from .books import Books
from .event import Draft
from .fault import Fault, customer_of
from .meter import Meter
from .usage import combination

PER_CUSTOMER, PER_HOUR = 100, 10_000
"""Unique dimension values per customer and meter, and per meter and hour (restated by others, private preview)."""


def dimensions_are_there(books: Books, draft: Draft) -> Fault | None:
    """Async `missing_dimension_payload_keys`: each dimension must be in every payload."""
    meter = books.meter_of(draft.event_name)
    missing = [key for key in meter.dimensions if key not in draft.payload] if meter else []
    if not missing:
        return None
    code = "missing_dimension_payload_keys"
    return Fault(code, f"Dimension keys not found in payload: {', '.join(missing)}.", code)


def dimensions_are_few(books: Books, draft: Draft) -> Fault | None:
    """Async `meter_event_dimension_count_too_high`."""
    meter = books.meter_of(draft.event_name)
    for scope, most in _bounds(books, draft, meter) if meter and meter.dimensions else ():
        known, new = books.combinations[scope], combination(meter, draft.payload) if meter else ()
        if new not in known and len(known) >= most:
            code = "meter_event_dimension_count_too_high"
            return Fault(code, f"More than {most} combinations of dimension values.", code)
    return None


def note_dimensions(books: Books, draft: Draft) -> None:
    """Remember the combination of an accepted event."""
    meter = books.meter_of(draft.event_name)
    for scope, _ in _bounds(books, draft, meter) if meter and meter.dimensions else ():
        books.combinations[scope].add(combination(meter, draft.payload) if meter else ())


def _bounds(books: Books, draft: Draft, meter: Meter) -> list[tuple[tuple[str, str], int]]:
    hour = draft.timestamp.strftime("%Y-%m-%dT%H")
    return [((meter.id, customer_of(books, draft)), PER_CUSTOMER), ((meter.id, hour), PER_HOUR)]
