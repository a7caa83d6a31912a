"""What makes an event wrong: one function per rule, in the order in which the mock asks (Stripe publishes none).

The rules are those of Stripe docs, *Create a meter event* (errors) and *Recording usage* (async error codes).
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from .books import Books
from .dimensions import dimensions_are_few, dimensions_are_there
from .event import Draft, MeterEvent
from .fault import Check, Fault, customer_of
from .switches import Switches
from .times import unix

OLDEST = timedelta(days=35)
NEWEST = timedelta(minutes=5)
DIGITS = 15
NUMBER = r"(?!-0(?:\.0+)?\Z)(-?)(0|[1-9][0-9]*)(\.[0-9]+)?"
MEMORY, LONG_MEMORY = timedelta(hours=24), timedelta(days=7)


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
    if digits > DIGITS and re.fullmatch(NUMBER, text):
        words = f"The value in the event payload can have at most {DIGITS} digits. Received {text}."
        return Fault("payload_invalid_value", words, "meter_event_value_too_many_digits", words)
    if draft.generation != "v1" and not _positive_integer(books.switches, text):
        words = f"The value in the event payload must be a positive integer. Received {text}."
        return Fault("payload_invalid_value", words, "meter_event_invalid_value")
    if not re.fullmatch(NUMBER, text):
        words = f"Invalid value in payload: {text}."
        return Fault("payload_invalid_value", words, "meter_event_invalid_value", words)
    return None


def _positive_integer(switches: Switches, text: str) -> bool:
    """Ask a switch about each thing that keeps a number from being a positive integer."""
    found = re.fullmatch(NUMBER, text)
    if not found:
        return False
    sign, _, fraction = found.groups()
    whole = fraction is None or switches.decimal_value == "accepted"
    above = not sign or switches.negative_value == "accepted"
    return whole and above and (Decimal(text) != 0 or switches.zero_value == "accepted")


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
    for known in books.named(draft.identifier):
        if _remembered(books, known) and _same_scope(books, draft, known):
            words = f"An event already exists with identifier {draft.identifier}."
            return Fault("duplicate_meter_event", words, "duplicate_meter_event", words)
    return None


def _remembered(books: Books, known: MeterEvent) -> bool:
    age = books.now() - known.created
    if age >= LONG_MEMORY or (age >= MEMORY and books.switches.identifier_memory == "24h"):
        return False
    return known.cancelled is None or books.switches.cancelled_identifier == "remembered"


def _same_scope(books: Books, draft: Draft, known: MeterEvent) -> bool:
    if draft.event_name != known.event_name:
        return books.switches.identifier_scope == "account"
    return customer_of(books, draft) == known.customer or books.switches.identifier_scope != "customer"


def customer_exists(books: Books, draft: Draft) -> Fault | None:
    """Async `meter_event_customer_not_found`."""
    customer = customer_of(books, draft)
    if books.has_customer(customer):
        return None
    words = f"No such customer: '{customer}'"
    return Fault("resource_missing", words, "meter_event_customer_not_found", words)


NOW: tuple[Check, ...] = (
    meter_is_active,
    customer_is_named,
    value_is_named,
    value_is_valid,
    time_is_inside,
    identifier_is_new,
    customer_exists,
)
LATER: tuple[Check, ...] = (
    *(check for check in NOW if check is not identifier_is_new),
    dimensions_are_there,
    dimensions_are_few,
)


def refused_at_once(books: Books, draft: Draft) -> Fault | None:
    """Give the first broken rule whose failure is the answer to the call."""
    for check in NOW:
        fault = check(books, draft)
        if fault and not _waits(books.switches, draft, fault):
            return fault
    return None


def found_later(books: Books, draft: Draft) -> Fault | None:
    """Give the first broken rule of an event that was taken: its failure becomes a report."""
    return next((fault for check in LATER if (fault := check(books, draft))), None)


def _waits(switches: Switches, draft: Draft, fault: Fault) -> bool:
    """Tell whether a fault is left for a report; a switch is asked only where it matters."""
    if fault.later == "meter_event_customer_not_found":
        return switches.unknown_customer == "reported"
    return fault.later.startswith("timestamp_") and draft.generation == "v2" and switches.timestamp == "reported"
