"""What makes an event wrong: one function per rule, in the order in which the mock asks (Stripe publishes none).

The rules are those of Stripe docs, *Create a meter event* (errors) and *Recording usage* (async error codes).
"""

from __future__ import annotations

import re
from datetime import timedelta

from .books import Books
from .dimensions import dimensions_are_few, dimensions_are_there
from .event import Draft
from .fault import Check, Fault, customer_of
from .times import unix

OLDEST = timedelta(days=35)
NEWEST = timedelta(minutes=5)
DIGITS = 15


def meter_is_active(books: Books, draft: Draft) -> Fault | None:
    """v2 `no_meter`, `archived_meter`."""
    meter = books.meter_of(draft.event_name)
    v1 = f'No active meter found for event name "{draft.event_name}".'
    if meter is None:
        return Fault("no_meter", f"No meter was found matching event_name {draft.event_name}.", "no_meter", v1)
    if not meter.active:
        return Fault("archived_meter", f"The meter for {draft.event_name} is not active.", "archived_meter", v1)
    return None


def customer_is_named(books: Books, draft: Draft) -> Fault | None:
    """v2 `payload_no_customer_defined`."""
    meter = books.meter_of(draft.event_name)
    key = meter.customer_key if meter else "stripe_customer_id"
    named = draft.payload.get(key)
    if named or (named == "" and books.switches.empty_customer == "unknown"):
        return None
    words = f"Customer mapping key {key} not found in payload."
    return Fault("payload_no_customer_defined", words, "meter_event_no_customer_defined")


def value_is_named(books: Books, draft: Draft) -> Fault | None:
    """v2 `payload_no_value_defined`; what counts events may do without."""
    meter = books.meter_of(draft.event_name)
    if meter is None or meter.value_key in draft.payload:
        return None
    if meter.formula == "count" and books.switches.count_value == "exempt":
        return None
    words = f"Value key {meter.value_key} not found in payload."
    return Fault("payload_no_value_defined", words, "meter_event_invalid_value")


def value_is_valid(books: Books, draft: Draft) -> Fault | None:
    """v2 `payload_invalid_value`: a positive integer; v1 takes decimals and corrections; both at most 15 digits."""
    meter = books.meter_of(draft.event_name)
    text = draft.payload.get(meter.value_key) if meter else None
    if text is None:
        return None
    digits = len(text.lstrip("-").replace(".", "").lstrip("0"))
    if digits > DIGITS and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        words = f"The value in the event payload can have at most {DIGITS} digits. Received {text}."
        return Fault("payload_invalid_value", words, "meter_event_value_too_many_digits", words)
    if re.fullmatch(_accepted(books, draft), text):
        return None
    words = f"The value in the event payload must be a positive integer. Received {text}."
    return Fault("payload_invalid_value", words, "meter_event_invalid_value", f"Invalid value in payload: {text}.")


def _accepted(books: Books, draft: Draft) -> str:
    free, switches = draft.generation == "v1", books.switches
    sign = "-?" if free or switches.negative_value == "accepted" else ""
    whole = [rf"{sign}[1-9][0-9]*"]
    if free or switches.zero_value == "accepted":
        whole.append("0")
    if free or switches.decimal_value == "accepted":
        whole.append(rf"{sign}(0|[1-9][0-9]*)\.[0-9]+")
    return "|".join(whole)


def time_is_inside(books: Books, draft: Draft) -> Fault | None:
    """The past 35 days … 5 minutes ahead."""
    earliest, latest = books.now() - OLDEST, books.now() + NEWEST
    if draft.timestamp < earliest:
        words = "The event timestamp cannot be more than 35 days in past. "
        words += f"Expected a timestamp greater than or equal to {unix(earliest)}."
        return Fault("timestamp_too_far_in_past", words, "timestamp_too_far_in_past", words)
    if draft.timestamp > latest:
        words = "The event timestamp cannot be more than 5 minutes in the future. "
        words += f"Expected a timestamp less than or equal to {unix(latest)}."
        return Fault("timestamp_in_future", words, "timestamp_in_future", words)
    return None


def identifier_is_new(books: Books, draft: Draft) -> Fault | None:
    """v2 `duplicate_meter_event`: unique within a rolling 24 hours."""
    switches = books.switches
    memory = timedelta(days=7) if switches.identifier_memory == "7d" else timedelta(hours=24)
    for known in books.named(draft.identifier):
        released = known.cancelled is not None and switches.cancelled_identifier == "released"
        if released or books.now() - known.created >= memory:
            continue
        if _same_scope(books, draft, known.event_name, known.customer):
            words = f"An event already exists with identifier {draft.identifier}."
            return Fault("duplicate_meter_event", words, "duplicate_meter_event", words)
    return None


def _same_scope(books: Books, draft: Draft, event_name: str, customer: str) -> bool:
    scope = books.switches.identifier_scope
    same_name = scope == "account" or draft.event_name == event_name
    return same_name and (scope != "customer" or customer_of(books, draft) == customer)


def customer_exists(books: Books, draft: Draft) -> Fault | None:
    """Async `meter_event_customer_not_found`."""
    customer = customer_of(books, draft)
    if books.has_customer(customer):
        return None
    words = f"No such customer: '{customer}'"
    return Fault("resource_missing", words, "meter_event_customer_not_found", words)


def at_once(books: Books, draft: Draft) -> tuple[Check, ...]:
    """List the checks whose failure is the answer; the stream has none."""
    if draft.generation == "stream":
        return ()
    checks: list[Check] = [meter_is_active, customer_is_named, value_is_named, value_is_valid]
    if draft.generation == "v1" or books.switches.timestamp == "refused":
        checks.append(time_is_inside)
    checks.append(identifier_is_new)
    if books.switches.unknown_customer == "refused":
        checks.append(customer_exists)
    return tuple(checks)


def later(books: Books, draft: Draft) -> tuple[Check, ...]:
    """List the checks whose failure becomes a report."""
    every = (meter_is_active, customer_is_named, value_is_named, value_is_valid, time_is_inside, customer_exists)
    done = at_once(books, draft)
    return (*(check for check in every if check not in done), dimensions_are_there, dimensions_are_few)


def first_fault(checks: tuple[Check, ...], books: Books, draft: Draft) -> Fault | None:
    """Give the first rule that an event breaks."""
    return next((fault for check in checks if (fault := check(books, draft))), None)
