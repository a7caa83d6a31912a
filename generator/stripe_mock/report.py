"""Async error reports: what Stripe finds wrong with an event after it said 200.

Stripe docs, *Recording usage, error codes*: thin v2 core events, in windows of about ten seconds, with samples only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from .times import rfc3339

WINDOW = timedelta(seconds=10)
SAMPLES = 5
"""How many sample errors one code shows; Stripe names no number."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One event that will not count: why, whose meter, and how its request is named in samples."""

    code: str
    message: str
    meter: str | None
    at: datetime
    request: str

    @property
    def window(self) -> datetime:
        """Give the start of the validation window."""
        seconds = int(WINDOW.total_seconds())
        return datetime.fromtimestamp(int(self.at.timestamp()) // seconds * seconds, UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """One core event about one meter (or about none) and one window."""

    id: str
    created: datetime
    meter: str | None
    start: datetime
    problems: tuple[Problem, ...]
    livemode: bool

    @property
    def type(self) -> str:
        """Name the event type: events without a meter have their own."""
        return "v1.billing.meter.error_report_triggered" if self.meter else "v1.billing.meter.no_meter_found"

    def thin(self) -> dict[str, Any]:
        """Write the notification as a webhook carries it."""
        body: dict[str, Any] = {
            "id": self.id,
            "object": "v2.core.event",
            "type": self.type,
            "created": rfc3339(self.created),
            "livemode": self.livemode,
            "context": None,
            "reason": None,
        }
        related = {"id": self.meter, "type": "billing.meter", "url": f"/v1/billing/meters/{self.meter}"}
        return body | ({"related_object": related} if self.meter else {})

    def full(self) -> dict[str, Any]:
        """Write the event as `GET /v2/core/events/{id}` answers it."""
        count = len(self.problems)
        summary = "There is 1 invalid event" if count == 1 else f"There are {count} invalid events"
        data = {
            "developer_message_summary": summary,
            "reason": {"error_count": count, "error_types": self._types()},
            "validation_start": rfc3339(self.start),
            "validation_end": rfc3339(self.start + WINDOW),
        }
        return self.thin() | {"data": data}

    def _types(self) -> list[dict[str, Any]]:
        ordered = sorted(self.problems, key=lambda problem: problem.code)
        groups = [(code, list(same)) for code, same in groupby(ordered, key=lambda problem: problem.code)]
        return [{"code": code, "error_count": len(same), "sample_errors": _samples(same)} for code, same in groups]


def _samples(problems: list[Problem]) -> list[dict[str, Any]]:
    return [{"error_message": p.message, "request": {"identifier": p.request}} for p in problems[:SAMPLES]]
