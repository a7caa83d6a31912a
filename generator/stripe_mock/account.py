"""The account behind the mock: what it may do, who holds a key, how fast it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

GA_VERSION = "2026-10-28.endive"
"""The version the official SDK 16.1 sends; the account's default for v1 calls without a header."""

PREVIEW_VERSION = "2026-10-14.preview"
"""The private preview that has dimensions; it needs an account with `preview`."""

USAGE_PREVIEW_VERSIONS = frozenset({"2026-09-30.preview", PREVIEW_VERSION})
"""Previews that have `/v1/billing/analytics/meter_usage`; the first is open to every account."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls per second. Stripe docs, *Rate limits*: 25 in a sandbox; live 100, and 1,000 for meter events."""

    account: int | None
    endpoint: int | None
    meter_events: int | None
    stream: int | None = 10_000

    @classmethod
    def sandbox(cls) -> Limits:
        """Meter events count in the account's 25 a second."""
        return cls(account=25, endpoint=25, meter_events=None)

    @classmethod
    def live(cls) -> Limits:
        """Meter events have their own 1,000 a second, outside the account's limit."""
        return cls(account=100, endpoint=25, meter_events=1000)

    @classmethod
    def none(cls) -> Limits:
        """Never answer 429."""
        return cls(account=None, endpoint=None, meter_events=None, stream=None)


@dataclass(frozen=True, slots=True)
class Key:
    """One API key. `permissions` are machine names (`rak_…_write`); a secret key needs none."""

    name: str
    secret: str = field(repr=False)
    permissions: frozenset[str] = frozenset()

    @property
    def restricted(self) -> bool:
        """Tell whether the permissions bound this key."""
        return self.secret.startswith("rk_")

    @property
    def livemode(self) -> bool:
        """Tell which side of the account the key opens."""
        return "_live_" in self.secret[:9]

    @property
    def masked(self) -> str:
        """Show the key as Stripe's refusals do: its prefix and its last four characters."""
        prefix = self.secret[:8]
        return f"{prefix}{'*' * 10}{self.secret[-4:]}" if len(self.secret) > 12 else "*" * 10

    def may(self, permission: str) -> bool:
        """Tell whether the key holds a permission; write includes read."""
        writing = permission.removesuffix("_read") + "_write"
        return not self.restricted or permission in self.permissions or writing in self.permissions


@dataclass(frozen=True, slots=True)
class Account:
    """What Stripe knows of the account. One mock is one side of it: live, or one sandbox."""

    id: str = "acct_test_1"
    livemode: bool = False
    preview: bool = False
    """Enrolled in the private preview: dimensions, if the call asks for `PREVIEW_VERSION`."""
    grace: timedelta = timedelta(hours=1)
    """Time between a period's end and its invoice's finalisation."""
    limits: Limits = field(default_factory=Limits.sandbox)
    any_key: bool = False
    """Take every key shaped `sk_test_…` or `rk_test_…` (live mode: `_live_`), restricted ones with every permission."""
    any_customer: bool = False
    """Believe in every customer whose id begins with `cus_`."""
