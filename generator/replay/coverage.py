"""Which windows of a run a provider's report told of: seen from the answers that the run received."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from generator.mapping.sources import source_facts
from generator.rendering.plan import Plan
from generator.replay.expected import Window
from generator.replay.world import Exchange

Span = tuple[datetime, datetime]


def uncovered(plan: Plan, windows: Sequence[Window], exchanges: Sequence[Exchange]) -> list[Window]:
    """List the windows that a run must leave out; none where the source tells of all or nothing, or told of nothing.

    A bucket at the end of a page may go on over the next one. What is left in is one stretch, the longest, since
    Stripe is read over a range; of equal ones the latest.
    """
    if not source_facts(plan.source).buckets:
        return []
    told = _whole(exchanges)
    stretches: list[list[Window]] = [[]]
    for window in windows:
        if (window.start, window.end) in told:
            stretches[-1].append(window)
        else:
            stretches.append([])
    kept = max(reversed(stretches), key=len)
    return [window for window in windows if window not in kept] if kept else []


def _whole(exchanges: Sequence[Exchange]) -> set[Span]:
    pages = [page for e in exchanges if e.target == "usage" and e.status == 200 and (page := _page(e.answer))]
    spans = [[_span(bucket) for bucket in page["data"]] for page in pages]
    goes_on = {spans[-1][-1]} if pages and pages[-1]["has_more"] and spans[-1] else set()
    return {span for page in spans for span in page} - goes_on


def _page(answer: bytes) -> Mapping[str, Any] | None:
    try:
        page = json.loads(answer)
    except ValueError:
        return None
    return page if isinstance(page, dict) and isinstance(page.get("data"), list) else None


def _span(bucket: Mapping[str, Any]) -> Span:
    if "start_time" in bucket:
        start, end = (datetime.fromtimestamp(bucket[name], UTC) for name in ("start_time", "end_time"))
    else:
        start, end = (datetime.fromisoformat(bucket[name]) for name in ("starting_at", "ending_at"))
    return start, end
