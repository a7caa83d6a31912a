"""How events become one number: a meter's formula, its pre-aggregation window, its dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from .event import MeterEvent
from .meter import Meter
from .price import ZERO


def inside(events: Iterable[MeterEvent], start: datetime, end: datetime) -> list[MeterEvent]:
    """Keep the events stamped in [start, end)."""
    return [event for event in events if start <= event.timestamp < end]


def matching(events: Iterable[MeterEvent], conditions: Mapping[str, str]) -> list[MeterEvent]:
    """Keep the events whose payload has every value asked for."""
    return [event for event in events if all(event.payload.get(k) == v for k, v in conditions.items())]


def total(meter: Meter, events: Iterable[MeterEvent]) -> Decimal:
    """Aggregate events by the meter's formula; they are in the order in which they were received."""
    kept = _latest_per_window(meter, list(events)) if meter.event_time_window else list(events)
    if meter.formula == "count":
        return Decimal(len(kept))
    if meter.formula == "last":
        return max(enumerate(kept), key=lambda e: (e[1].timestamp, e[0]))[1].value if kept else ZERO
    return sum((event.value for event in kept), ZERO)


def _latest_per_window(meter: Meter, events: list[MeterEvent]) -> list[MeterEvent]:
    """Stripe docs, *Configure meters*: with `event_time_window` the newest event of a window replaces earlier ones."""
    shape = "%Y-%m-%dT%H" if meter.event_time_window == "hour" else "%Y-%m-%d"
    kept: dict[tuple[str | None, ...], MeterEvent] = {}
    for event in events:
        kept[event.timestamp.strftime(shape), *combination(meter, event.payload)] = event
    return list(kept.values())


def combination(meter: Meter, payload: Mapping[str, str]) -> tuple[str | None, ...]:
    """Give a payload's values of the meter's dimensions."""
    return tuple(payload.get(key) for key in meter.dimensions)


def number(value: Decimal) -> int | float:
    """Write an aggregate as a JSON number."""
    return int(value) if value == value.to_integral_value() else float(value)
