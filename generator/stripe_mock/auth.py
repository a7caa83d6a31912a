"""Who calls, in which version, and may they."""

from __future__ import annotations

import base64
import binascii
import re

from .account import Key
from .books import Books
from .call import Call
from .refusal import Refusal

METER_EVENTS = "rak_billing_meter_event_write"
"""The permission to write meter events; a switch changes its name in refusals."""

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
_SHAPE = re.compile(r"(sk|rk)_(test|live)_\w+")


def known_key(books: Books, call: Call) -> Key:
    """Stripe docs, *Authentication*; v1 also takes the key as Basic user name."""
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


def require_version(call: Call) -> None:
    """Every `/v2` call names its version."""
    given = call.request.headers.get("stripe-version")
    if given is None and call.generation == "v2":
        raise Refusal(400, "The Stripe-Version header is required on /v2 calls.", "missing_version", kept=False)
    if given is not None and not _VERSION.fullmatch(given):
        raise Refusal(400, f"Invalid Stripe API version: {given}", "invalid_version", kept=False)


def require_permission(books: Books, call: Call, permission: str) -> None:
    """Stripe docs, *Restricted keys*."""
    if call.key is None or call.key.may(permission):
        return
    named = books.switches.permission_name if permission == METER_EVENTS else permission
    words = (
        f"The provided key '{call.key.masked}' does not have the required permissions for this endpoint on account "
        f"'{books.account.id}'. Having the '{named}' permission would allow this request to continue."
    )
    raise Refusal(403, words, "forbidden" if call.generation == "v2" else None, kept=False)
