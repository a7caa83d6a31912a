"""The front desk: which operation, may the caller, and what does it say, before any rule of billing is asked."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from . import auth, stream
from .books import Books
from .call import Call
from .form import nested
from .idempotency import check_length
from .refusal import Refusal
from .routes import STREAM_PATH, Route, find
from .schema import checked_form, checked_json

STREAM_HOST = "meter-events.stripe.com"


def receive(books: Books, call: Call) -> Route:
    """Find the operation and make the call ready for it, or refuse."""
    route = route_of(call)
    if route.path == STREAM_PATH:
        stream.authenticate(books, call)
    else:
        call.key = auth.known_key(books, call)
    auth.require_version(call)
    if route.preview:
        _require_preview(books, call)
    auth.require_permission(books, call, route.permission)
    if route.counted:
        books.rates.take(f"{route.method} {route.path}")
    check_length(call)
    read(books, call, route)
    return route


def read(books: Books, call: Call, route: Route) -> None:
    """Put the checked parameters into the call."""
    call.preview = call.wants_preview and books.account.preview
    call.params = _params(books, call, route)


def route_of(call: Call) -> Route:
    """Find the operation that a path and a verb name."""
    found = find(call.request.method, call.request.path)
    wrong_host = found and not _right_host(call.request.host, found[0].path)
    if found is None or wrong_host:
        raise _unrecognized(call)
    route, call.ids = found
    return route


def _unrecognized(call: Call) -> Refusal:
    where = f"({call.request.method}: {call.request.path})"
    words = f"Unrecognized request URL {where}. Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
    return Refusal(404, words, "not_found" if call.generation == "v2" else None, kept=False)


def _require_preview(books: Books, call: Call) -> None:
    """The private preview needs its version and an account that is enrolled; how others are refused is unpublished."""
    if not call.wants_preview:
        raise _unrecognized(call)
    if not books.account.preview:
        status = {"404": 404, "403": 403, "400": 400}[books.switches.unenrolled]
        words = "This account does not have access to the private preview of this API."
        raise Refusal(status, words, "not_found" if status == 404 else "feature_not_enabled", kept=False)


def _right_host(host: str, path: str) -> bool:
    """The stream has a host of its own; any host that is not Stripe's (loopback) serves everything."""
    name = host.partition(":")[0]
    if not name.endswith("stripe.com"):
        return True
    return (name == STREAM_HOST) == (path == STREAM_PATH)


def _params(books: Books, call: Call, route: Route) -> dict[str, Any]:
    """Read the call and check its form."""
    if call.generation == "v2" and call.request.method == "POST":
        return _json_params(books, call, route)
    text = call.request.body.decode("utf-8", "replace") if call.request.method == "POST" else call.request.query
    params = nested(parse_qsl(text, keep_blank_values=True))
    try:
        return checked_form(route.schema, params, preview=call.preview)
    except Refusal as refusal:
        if call.generation == "v2":
            refusal.code = "invalid_fields"
        raise


def _json_params(books: Books, call: Call, route: Route) -> dict[str, Any]:
    body, switches = _json(call), books.switches
    payload = body.get("payload")
    numbers = [key for key, value in payload.items() if _is_number(value)] if isinstance(payload, dict) else []
    if numbers and switches.json_number == "coerced":
        body["payload"] = {**body["payload"], **{key: str(body["payload"][key]) for key in numbers}}

    def waived(rule: str) -> bool:
        unknown = rule == "additionalProperties" and switches.unknown_field == "ignored"
        return unknown or (rule == "maxLength" and switches.v2_lengths == "none")

    return checked_json(route.schema, body, waived=waived)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _json(call: Call) -> dict[str, Any]:
    """A JSON object, and said to be one; a call without a body is an empty one."""
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not call.request.body.strip():
        return {}
    if kind != "application/json":
        words = f"The Content-Type must be application/json. Received {kind or 'none'}."
        raise Refusal(400, words, "invalid_content_type", kept=False)
    try:
        body = json.loads(call.request.body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The request body is not valid JSON.", "invalid_json", kept=False) from error
    if not isinstance(body, dict):
        raise Refusal(400, "The request body must be a JSON object.", "invalid_json", kept=False)
    return body


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
