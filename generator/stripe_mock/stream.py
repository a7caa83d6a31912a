"""`POST /v2/billing/meter_event_session` and the stream it opens (Stripe docs, *High-throughput ingestion*)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .books import Books
from .call import Call
from .checks import identifier_is_new
from .events import accept, draft_v2
from .refusal import Refusal
from .times import rfc3339

LIFE = timedelta(minutes=15)


def open_session(books: Books, call: Call) -> dict[str, Any]:
    """Hand out a token for fifteen minutes."""
    books.require_sandbox_stream()
    identity = books.new_id("mes")
    token = f"token_{identity}"
    books.sessions[token] = call.at + LIFE
    return {
        "object": "v2.billing.meter_event_session",
        "id": identity,
        "authentication_token": token,
        "created": rfc3339(call.at),
        "expires_at": rfc3339(call.at + LIFE),
        "livemode": books.account.livemode,
    }


def authenticate(books: Books, call: Call) -> None:
    """Let a token in while it lives."""
    expires = books.sessions.get(call.bearer)
    if expires is None:
        raise Refusal(401, "Invalid authentication token provided.", "invalid_token", kept=False)
    if call.at >= expires:
        code, kind = "billing_meter_event_session_expired", "temporary_session_expired"
        raise Refusal(401, "The meter event session has expired. Create a new one.", code, type=kind, kept=False)


def create(books: Books, call: Call) -> dict[str, Any]:
    """Take up to 100 events; nothing in them is checked at once, and a known identifier is left out in silence."""
    books.require_sandbox_stream()
    events = call.params["events"]
    books.rates.take_stream(len(events) if books.switches.stream_limit == "events" else 1)
    drafts = [draft_v2(books, event, call.idempotency_key, "stream") for event in events]
    for draft in drafts:
        if identifier_is_new(books, draft) is None:
            accept(books, draft)
    return {}
