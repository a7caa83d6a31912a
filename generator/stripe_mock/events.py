"""`POST /v1/billing/meter_events` and `POST /v2/billing/meter_events`."""

from __future__ import annotations

from typing import Any

from . import alerts
from .books import Books
from .call import Call
from .checks import found_later, refused_at_once
from .dimensions import note_dimensions
from .event import Draft, MeterEvent
from .fault import Fault, customer_of, value_of
from .flights import Held
from .refusal import Refusal
from .report import Problem
from .times import from_rfc3339, from_unix


def create_v2(books: Books, call: Call) -> Held:
    """Take one event with synchronous checks (Stripe docs, *Create a meter event*)."""
    return _take(books, call, draft_v2(books, call.params, call.idempotency_key, "v2"))


def create_v1(books: Books, call: Call) -> Held:
    """Take one event in the first generation's form."""
    stamp = call.params.get("timestamp")
    at = books.now() if stamp is None else from_unix(stamp)
    identifier = call.params.get("identifier") or books.new_id("mtrevt")
    payload = call.params["payload"]
    return _take(books, call, Draft(call.params["event_name"], payload, identifier, at, "v1", call.idempotency_key))


def draft_v2(books: Books, body: dict[str, Any], key: str | None, generation: Any) -> Draft:
    """Read an event's JSON, its form already checked."""
    stamp = body.get("timestamp")
    at = books.now() if stamp is None else from_rfc3339(stamp)
    if at is None:
        raise Refusal(400, f"timestamp: must be an RFC 3339 date-time. Received {stamp}", "invalid_fields", kept=False)
    identifier = body.get("identifier") or books.new_id("mtrevt")
    return Draft(body["event_name"], body["payload"], identifier, at, generation, key)


def _take(books: Books, call: Call, draft: Draft) -> Held:
    """Check, take the slot of customer and meter, count the call: the order of the rules is the mock's own."""
    _refuse(refused_at_once(books, draft), books, call)
    slot = (customer_of(books, draft), draft.event_name)
    books.flights.enter(slot)
    try:
        books.rates.take_event()
    except Refusal:
        books.flights.leave(slot)
        raise
    return Held(slot, lambda: _finish(books, call, draft))


def _finish(books: Books, call: Call, draft: Draft) -> dict[str, Any]:
    """Store the event; the rules are asked again, since others moved on while this call was held."""
    _refuse(refused_at_once(books, draft), books, call)
    return accept(books, draft).rendered(livemode=books.account.livemode)


def accept(books: Books, draft: Draft) -> MeterEvent:
    """Put an event into the ledger; what is found wrong only now is rejected and reported."""
    fault = found_later(books, draft)
    meter = books.meter_of(draft.event_name)
    event = MeterEvent(
        customer=customer_of(books, draft),
        event_name=draft.event_name,
        meter=meter.id if meter else None,
        value=value_of(meter, draft),
        timestamp=draft.timestamp,
        identifier=draft.identifier,
        payload=dict(draft.payload),
        created=books.now(),
        generation=draft.generation,
        idempotency_key=draft.idempotency_key,
        rejected=fault.later if fault else None,
    )
    books.store(event)
    if fault:
        books.problems.append(_problem(books, event, fault))
    else:
        note_dimensions(books, draft)
        alerts.fire(books, event)
    return event


def _problem(books: Books, event: MeterEvent, fault: Fault) -> Problem:
    named = event.idempotency_key if books.switches.report_names == "idempotency_key" else event.identifier
    return Problem(fault.later, fault.message, event.meter, event.created, named or event.identifier)


def _refuse(fault: Fault | None, books: Books, call: Call) -> None:
    if fault is None:
        return
    if call.generation == "v1":
        headers = {"stripe-should-retry": "false"} if fault.code == "duplicate_meter_event" else {}
        raise Refusal(400, fault.v1 or fault.message, headers=headers)
    silent = fault.code == "duplicate_meter_event" and books.switches.duplicate_code == "absent"
    raise Refusal(400, fault.message, None if silent else fault.code)
