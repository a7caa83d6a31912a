"""What Stripe leaves open, as named switches: a test that must hold holds under every value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Any, Literal, get_args, get_type_hints

Accepts = Literal["refused", "accepted"]


@dataclass(frozen=True, slots=True)
class Switches:
    """One value per unsettled point. Defaults are the likelier or the stricter reading.

    The mock reads a switch only where its value can change what happens: what a run does not meet need not be varied.
    """

    zero_value: Accepts = "refused"
    """v2, value `0`: the error text asks for a positive integer, nothing else is published."""
    negative_value: Accepts = "refused"
    """v2, value `-5`: the error text refuses it, the v1 guide uses it for corrections."""
    decimal_value: Accepts = "refused"
    """v2, value `1.5`: the error text says integer, the current guide allows decimals."""
    json_number: Literal["refused", "coerced"] = "refused"
    """v2, a JSON number in the payload: the schema says text; the answer is not published."""
    unknown_field: Literal["refused", "ignored"] = "refused"
    """v2, a top-level field that the schema lacks."""
    timestamp: Literal["refused", "reported"] = "refused"
    """v2, a time outside 35 days … 5 minutes: v1 refuses at once, yet the codes are in the async list too."""
    unknown_customer: Literal["reported", "refused"] = "reported"
    """v1 and v2, a customer that does not exist: only the async list has a code for it."""
    empty_customer: Literal["undefined", "unknown"] = "undefined"
    """An empty customer in the payload: as if the key were missing, or as a customer that does not exist."""
    count_value: Literal["exempt", "required"] = "exempt"
    """Whether an event for a `count` meter needs a value."""
    duplicate_code: Literal["present", "absent"] = "present"
    """v2, `duplicate_meter_event`: documented, yet one client saw the refusal without a code."""
    identifier_scope: Literal["account", "event_name", "customer"] = "account"
    """Within what an identifier is unique: the docs say unique and name no scope."""
    identifier_memory: Literal["24h", "7d"] = "24h"
    """How long an identifier is known: v2 says 24 hours, v1 at least 24 hours."""
    cancelled_identifier: Literal["remembered", "released"] = "remembered"
    """Whether a cancelled event's identifier may be used again inside the memory."""
    key_reuse: Literal["400_code", "400_type", "409"] = "400_code"
    """v2, a known Idempotency-Key with another body: a schema exists, its status is not published."""
    key_in_use: Literal["too_many_concurrent_requests", "idempotency_conflict"] = "too_many_concurrent_requests"
    """v2, the code of the 409 while the same Idempotency-Key is still running."""
    replay_header: Literal["absent", "present"] = "absent"
    """v2, `Idempotent-Replayed: true` on a replay: seen on v1 only."""
    v2_error_type: Literal["absent", "present"] = "absent"
    """v2, whether a refusal also carries `type: invalid_request_error`."""
    v2_lengths: Literal["as_v1", "none"] = "as_v1"
    """v2, the limit of 100 characters on names, identifiers, payload keys and values."""
    sandbox_stream: Literal["works", "refused"] = "works"
    """Whether a sandbox may use the stream: the docs call it live-only."""
    stream_limit: Literal["requests", "events"] = "requests"
    """What the stream's 10,000 a second counts: the docs say both."""
    permission_name: Literal["rak_billing_meter_event_write", "rak_billing_meter_events_write"] = (
        "rak_billing_meter_event_write"
    )
    """The machine name in a 403 for meter events."""
    report_names: Literal["idempotency_key", "identifier"] = "idempotency_key"
    """What `sample_errors[].request.identifier` holds in an async report."""
    empty_summary: Literal["none", "row"] = "none"
    """An ungrouped summary without usage: no row, or one row of 0."""
    alert_rearms: Literal["never", "on_activate"] = "never"
    """Whether an alert that is switched off and on again tells of a customer a second time."""
    unenrolled: Literal["404", "403", "400"] = "404"
    """The status for an account that calls the private preview's pricing without being enrolled."""
    tier_lines: Literal["one_per_tier", "one_per_price"] = "one_per_tier"
    """Whether each tier of a graduated price is an invoice line, rounded by itself."""

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """List every switch with its values, the default first."""
        hints: dict[str, Any] = get_type_hints(cls)
        return {f.name: _default_first(f.default, get_args(hints[f.name])) for f in fields(cls)}

    @classmethod
    def variants(cls) -> Iterator[Switches]:
        """Yield every setting that differs from the defaults in one switch."""
        for change in _changes():
            yield replace(cls(), **change)

    @classmethod
    def pairs(cls) -> Iterator[Switches]:
        """Yield every setting that differs from the defaults in two switches."""
        for one, other in combinations(_changes(), 2):
            if one.keys() != other.keys():
                yield replace(cls(), **one, **other)

    @property
    def changed(self) -> dict[str, str]:
        """Name the switches that are not at their default: a test's id."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self.changed.items()) or "defaults"


def _default_first(default: Any, values: tuple[str, ...]) -> tuple[str, ...]:
    return (default, *(value for value in values if value != default))


def _changes() -> list[dict[str, Any]]:
    return [{name: value} for name, values in Switches.choices().items() for value in values[1:]]
