"""The front desk: who calls, in which version, may they, and what do they say (rows 1 to 6 of every answer)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from . import stream
from .account import Key
from .books import Books
from .call import Call
from .form import nested
from .idempotency import check_length
from .refusal import Refusal
from .routes import METER_EVENTS, STREAM_PATH, Route, find
from .schema import checked_form, checked_json

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
_SHAPE = re.compile(r"(sk|rk)_(test|live)_\w+")
STREAM_HOST = "meter-events.stripe.com"


def receive(books: Books, call: Call) -> Route:
    """Find the operation and make the call ready for it, or refuse."""
    route = route_of(call)
    if route.path == STREAM_PATH:
        stream.authenticate(books, call)
    else:
        call.key = _key(books, call)
    _require_version(call)
    _require_permission(books, call, route)
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
        where = f"({call.request.method}: {call.request.path})"
        words = f"Unrecognized request URL {where}. Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
        raise Refusal(404, words, "not_found" if call.generation == "v2" else None, kept=False)
    route, call.ids = found
    return route


def _right_host(host: str, path: str) -> bool:
    """The stream has a host of its own; any host that is not Stripe's (loopback) serves everything."""
    name = host.partition(":")[0]
    if not name.endswith("stripe.com"):
        return True
    return (name == STREAM_HOST) == (path == STREAM_PATH)


def _key(books: Books, call: Call) -> Key:
    """Row 1: Stripe docs, *Authentication*; v1 also takes the key as Basic user name."""
    secret = call.bearer or (_basic_user(call) if call.generation == "v1" else "")
    if not secret:
        words = "You did not provide an API key. Provide it in the Authorization header, using Bearer auth."
        raise _unknown_key(call, words)
    key = books.keys.get(secret) or _believed(books, secret)
    if key is None:
        raise _unknown_key(call, f"Invalid API Key provided: {Key('', secret).masked}")
    return key


def _unknown_key(call: Call, words: str) -> Refusal:
    return Refusal(401, words, "unauthorized" if call.generation == "v2" else None, kept=False)


def _basic_user(call: Call) -> str:
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(token, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _believed(books: Books, secret: str) -> Key | None:
    shape = _SHAPE.fullmatch(secret)
    if not books.account.any_key or not shape or (shape[2] == "live") != books.account.livemode:
        return None
    name = f"any {shape[1]} key"
    return Key(name, secret if shape[1] == "sk" else f"sk_{secret[3:]}")


def _require_version(call: Call) -> None:
    """Row 2: every `/v2` call names its version."""
    given = call.request.headers.get("stripe-version")
    if given is None and call.generation == "v2":
        raise Refusal(400, "The Stripe-Version header is required on /v2 calls.", "missing_version", kept=False)
    if given is not None and not _VERSION.fullmatch(given):
        raise Refusal(400, f"Invalid Stripe API version: {given}", "invalid_version", kept=False)


def _require_permission(books: Books, call: Call, route: Route) -> None:
    """Row 3: Stripe docs, *Restricted keys*."""
    if call.key is None or call.key.may(route.permission):
        return
    named = books.switches.permission_name if route.permission == METER_EVENTS else route.permission
    words = (
        f"The provided key '{call.key.masked}' does not have the required permissions for this endpoint on account "
        f"'{books.account.id}'. Having the '{named}' permission would allow this request to continue."
    )
    raise Refusal(403, words, "forbidden" if call.generation == "v2" else None, kept=False)


def _params(books: Books, call: Call, route: Route) -> dict[str, Any]:
    """Rows 4 to 6: read the call and check its form."""
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
    body = _json(call)
    if books.switches.json_number == "coerced":
        _coerce(body)
    ignore = {"additionalProperties"} if books.switches.unknown_field == "ignored" else set()
    ignore |= {"maxLength"} if books.switches.v2_lengths == "none" else set()
    return checked_json(route.schema, body, ignore=frozenset(ignore))


def _json(call: Call) -> dict[str, Any]:
    """Row 4: a JSON object, and said to be one; a call without a body is an empty one."""
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


def _coerce(body: dict[str, Any]) -> None:
    payload = body.get("payload")
    if not isinstance(payload, dict):
        return
    for key, value in payload.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            payload[key] = str(value)
