"""How many calls a second Stripe takes (Stripe docs, *Rate limits*)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .account import Limits
from .refusal import rate_limited

_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Rates:
    """Sliding seconds, one per bucket; refused calls do not count."""

    limits: Limits
    clock: Callable[[], datetime]
    _taken: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, endpoint: str) -> None:
        """Count an ordinary call against the account and its endpoint, or refuse."""
        account, own = ("account", self.limits.account), (endpoint, self.limits.endpoint)
        self._claim({"global-rate": account, "endpoint-rate": own})

    def take_event(self) -> None:
        """Count a meter event: live it has its own limit, in a sandbox it is one of the account's calls."""
        if self.limits.meter_events is None:
            self._claim({"global-rate": ("account", self.limits.account)})
        else:
            self._claim({"endpoint-rate": ("meter_events", self.limits.meter_events)})

    def take_stream(self, weight: int) -> None:
        """Count a call of the stream, or its events, by a switch."""
        self._claim({"endpoint-rate": ("stream", self.limits.stream)}, weight)

    def _claim(self, buckets: dict[str, tuple[str, int | None]], weight: int = 1) -> None:
        now = self.clock()
        for reason, (name, limit) in buckets.items():
            if limit is not None and self._used(name, now) + weight > limit:
                raise rate_limited(reason)
        for name, limit in buckets.values():
            if limit is not None:
                self._taken[name].extend([now] * weight)

    def _used(self, name: str, now: datetime) -> int:
        taken = self._taken[name]
        while taken and taken[0] <= now - _SECOND:
            taken.popleft()
        return len(taken)
