"""`GET /v1/billing/meters/{id}/event_summaries`: what a customer used, as far as Stripe knows by now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .books import Books
from .call import Call
from .event import MeterEvent
from .meter import Meter
from .pages import page
from .refusal import wrong
from .times import from_unix, unix
from .usage import inside, matching, number, total

STEPS = {None: 60, "hour": 3600, "day": 86400}
"""Seconds that both ends must be a multiple of, by `value_grouping_window`."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One row: a window, the dimensions it is for, its aggregate."""

    meter: Meter
    customer: str
    start: datetime
    end: datetime
    dimensions: Mapping[str, str]
    value: Decimal

    def rendered(self, *, preview: bool) -> dict[str, Any]:
        """Write the row as v1 answers it; it does not name the customer."""
        body: dict[str, Any] = {
            "id": self._id(),
            "object": "billing.meter_event_summary",
            "aggregated_value": number(self.value),
            "end_time": unix(self.end),
            "livemode": self.meter.livemode,
            "meter": self.meter.id,
            "start_time": unix(self.start),
        }
        return body | ({"dimensions": dict(self.dimensions)} if preview else {})

    def _id(self) -> str:
        """Name the row by what it is about, so that a cursor outlives a call."""
        text = repr((self.meter.id, self.customer, self.start, self.end, sorted(self.dimensions.items())))
        return f"mtrusg_{'' if self.meter.livemode else 'test_'}{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List summaries, newest window first, from events received before `now - lag`."""
    params, meter = call.params, books.meter(call.ids[0])
    books.require_customer(params["customer"])
    grouping = params.get("value_grouping_window")
    start, end = bounds(params["start_time"], params["end_time"], grouping)
    filters = params.get("dimension_filters", {})
    keys = params.get("dimension_group_by_keys", [])
    _require_dimensions(meter, [*filters, *keys])
    seen = visible(books, meter, params["customer"])
    rows = _rows(meter, params["customer"], matching(inside(seen, start, end), filters), (start, end), grouping, keys)
    if not rows and grouping is None and books.switches.empty_summary == "row":
        rows = [Summary(meter, params["customer"], start, end, {}, Decimal(0))]
    return page([row.rendered(preview=call.preview) for row in rows], call, "meter_event_summary")


def visible(books: Books, meter: Meter, customer: str) -> list[MeterEvent]:
    """Keep what Stripe has aggregated by now: always a prefix of what it received."""
    entries = books.seen_entries()
    return [event for event in books.usage(meter.id, customer) if event.counted_after(entries)]


def bounds(start: int, end: int, grouping: str | None) -> tuple[datetime, datetime]:
    """Refuse ends that are not aligned or not in order."""
    step = STEPS[grouping]
    for param, value in (("start_time", start), ("end_time", end)):
        if value % step:
            raise wrong(param, f"{param} must be aligned with {grouping or 'minute'} boundaries. Received {value}.")
    if end <= start:
        raise wrong("end_time", "end_time must be after start_time.")
    return from_unix(start), from_unix(end)


def _require_dimensions(meter: Meter, keys: list[str]) -> None:
    for key in keys:
        if key not in meter.dimensions:
            raise wrong(f"dimension_filters[{key}]", f"{key} is not a dimension of the meter {meter.id}.")


def _rows(
    meter: Meter,
    customer: str,
    events: list[MeterEvent],
    span: tuple[datetime, datetime],
    grouping: str | None,
    keys: list[str],
) -> list[Summary]:
    groups: dict[tuple[datetime, tuple[tuple[str, str], ...]], list[MeterEvent]] = {}
    for event in events:
        own = tuple((key, event.payload[key]) for key in keys)
        groups.setdefault((window_start(event.timestamp, span[0], grouping), own), []).append(event)
    ordered = sorted(groups.items(), key=lambda group: (-unix(group[0][0]), group[0][1]))
    return [
        Summary(meter, customer, start, window_end(start, span[1], grouping), dict(own), total(meter, inner))
        for (start, own), inner in ordered
    ]


def window_start(at: datetime, start: datetime, grouping: str | None) -> datetime:
    """Give the start of the window that an instant lies in; the whole range if ungrouped."""
    step = STEPS[grouping]
    return start if grouping is None else from_unix(unix(at) // step * step)


def window_end(start: datetime, end: datetime, grouping: str | None) -> datetime:
    """Give the end of a window."""
    return end if grouping is None else start + timedelta(seconds=STEPS[grouping])
