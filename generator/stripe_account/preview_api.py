"""The private preview's pricing by raw calls: the stable SDK has no types for it (stripe 16.1.0a4 has)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import stripe

from generator.rendering.services import PREVIEW_VERSION
from generator.stripe_account.connection import Connection

BASE = "/v2/billing"
AT_ONCE = 10
"""Lookup keys of one list call."""

Found = Mapping[str, Any]


def enrolled(account: Connection) -> bool:
    """Tell whether the account is in the private preview; a key that lacks a permission is another matter."""
    try:
        account.client.raw_request("get", f"{BASE}/metered_items", stripe_version=PREVIEW_VERSION, limit=1)
    except stripe.PermissionError as error:
        if "required permissions" in (error.user_message or ""):
            raise
        return False
    except stripe.InvalidRequestError:
        return False
    return True


def create(account: Connection, path: str, params: Mapping[str, Any], key: str = "") -> str:
    """Send a POST and give the object's id; with a `key`, doing it again within 30 days makes no second object."""
    options = {"idempotency_key": key} if key else {}
    answer = account.client.raw_request("post", BASE + path, stripe_version=PREVIEW_VERSION, **options, **params)
    return str(answer.data["id"])


def listed(account: Connection, path: str, **params: Any) -> Iterator[Found]:
    """Page through a list."""
    answer = account.client.raw_request("get", BASE + path, stripe_version=PREVIEW_VERSION, **params).data
    yield from answer["data"]
    while following := answer.get("next_page_url"):
        answer = account.client.raw_request("get", following, stripe_version=PREVIEW_VERSION).data
        yield from answer["data"]


def by_key(account: Connection, path: str, keys: Sequence[str]) -> dict[str, Found]:
    """Find objects by lookup key."""
    found: dict[str, Found] = {}
    for start in range(0, len(keys), AT_ONCE):
        some = listed(account, path, lookup_keys=list(keys[start : start + AT_ONCE]))
        found |= {one["lookup_key"]: one for one in some}
    return found
