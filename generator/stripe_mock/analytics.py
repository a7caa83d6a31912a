"""`GET /v1/billing/analytics/meter_usage` (public preview): usage of several meters in windows of a time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .account import USAGE_PREVIEW_VERSIONS
from .books import Books
from .call import Call
from .event import MeterEvent
from .meter import Meter
from .refusal import Refusal, wrong
from .summaries import visible
from .times import from_unix, unix
from .usage import inside, matching, number, total


def meter_usage(books: Books, call: Call) -> dict[str, Any]:
    """Answer rows per meter, window and combination of dimension values, where there is usage."""
    if call.version not in USAGE_PREVIEW_VERSIONS:
        raise Refusal(404, f"Unrecognized request URL (GET: {call.request.path}).", kept=False)
    books.require_customer(call.params["customer"])
    edges = _edges(call)
    asked = call.params.get("meters") or [{"meter": meter.id} for meter in books.meters.values()]
    rows = [row for one in asked for row in _rows(books, call, one, edges)]
    listed = {"object": "list", "data": rows, "has_more": False, "url": call.request.path}
    return {
        "object": "billing.analytics.meter_usage",
        "livemode": books.account.livemode,
        "refreshed_at": unix(call.at - books.lag),
        "rows": listed,
    }


def _rows(books: Books, call: Call, asked: dict[str, Any], edges: list[datetime]) -> Iterator[dict[str, Any]]:
    meter = books.meter(asked["meter"], "meters[meter]")
    keys: list[str] = asked.get("dimension_group_by_keys", [])
    filters: dict[str, str] = asked.get("dimension_filters", {})
    _require_dimensions(meter, [*filters, *keys])
    seen = matching(visible(books, meter, call.params["customer"]), filters)
    for start, end in pairwise(edges):
        for own, events in sorted(_grouped(inside(seen, start, end), keys).items()):
            yield {
                "starts_at": unix(start),
                "ends_at": unix(end),
                "meter": meter.id,
                "dimensions": dict(zip(keys, own, strict=True)),
                "value": number(total(meter, events)),
            }


def _grouped(events: list[MeterEvent], keys: list[str]) -> dict[tuple[str, ...], list[MeterEvent]]:
    groups: dict[tuple[str, ...], list[MeterEvent]] = {}
    for event in events:
        groups.setdefault(tuple(event.payload[key] for key in keys), []).append(event)
    return groups


def _require_dimensions(meter: Meter, keys: list[str]) -> None:
    for key in keys:
        if key not in meter.dimensions:
            raise wrong("meters", f"{key} is not a dimension of the meter {meter.id}.")


def _edges(call: Call) -> list[datetime]:
    """Cut the range at the local hours, days, weeks or months of a zone."""
    start, end = from_unix(call.params["starts_at"]), from_unix(call.params["ends_at"])
    if end <= start:
        raise wrong("ends_at", "ends_at must be after starts_at.")
    window = call.params.get("value_grouping_window")
    if window is None:
        return [start, end]
    zone, edges = _zone(call), [start]
    while (after := _next(edges[-1], window, zone)) < end:
        edges.append(after)
    return [*edges, end]


def _zone(call: Call) -> ZoneInfo:
    name = call.params.get("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise wrong("timezone", f"Invalid timezone: {name}") from error


def _next(at: datetime, window: str, zone: ZoneInfo) -> datetime:
    """Give the next local start of an hour, day, week (Monday) or month."""
    if window == "hour":
        return from_unix(unix(at) // 3600 * 3600 + 3600)
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    days = {"day": 1, "week": 7 - local.weekday()}.get(window)
    later = midnight + timedelta(days=days) if days else (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    return from_unix(int(later.timestamp()))
