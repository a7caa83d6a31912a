"""`/v1/webhook_endpoints` and `/v2/core/event_destinations`: where Stripe would send events; the mock sends none."""

from __future__ import annotations

from typing import Any

from .books import Books
from .call import Call
from .pages import page
from .pages_v2 import page_v2
from .refusal import Refusal, wrong
from .thing import Thing, change, every, found, keep

ENDPOINT, DESTINATION = "webhook_endpoint", "v2.core.event_destination"
MOST_ENDPOINTS = 16
"""Webhook endpoints of one mode (Stripe docs, *Webhooks*)."""
THIN = ("v1.billing.meter.", "v2.")
"""Beginnings of the types that exist as thin events only."""


def create_endpoint(books: Books, call: Call) -> dict[str, Any]:
    """Register a snapshot endpoint; its secret is told this once."""
    _require_https(books, call.params["url"], "url")
    for name in call.params["enabled_events"]:
        if name.startswith(THIN):
            raise wrong("enabled_events", f"{name} is a thin event: webhook endpoints take snapshot events.")
    if len(list(every(books, ENDPOINT))) >= MOST_ENDPOINTS:
        raise Refusal(400, f"You have reached the maximum of {MOST_ENDPOINTS} webhook endpoints.")
    extra: dict[str, Any] = {
        "status": "enabled",
        "api_version": None,
        "description": None,
        "metadata": {},
        "application": None,
    }
    thing = keep(books, call, ENDPOINT, "we", **extra)
    return thing.rendered("v1") | {"secret": _secret(thing)}


def list_endpoints(books: Books, call: Call) -> dict[str, Any]:
    """List endpoints, newest first."""
    return page([thing.rendered("v1") for thing in every(books, ENDPOINT)], call, ENDPOINT)


def retrieve_endpoint(books: Books, call: Call) -> dict[str, Any]:
    """Answer one endpoint, without its secret."""
    return found(books, ENDPOINT, call.ids[0]).rendered("v1")


def update_endpoint(books: Books, call: Call) -> dict[str, Any]:
    """Change where and what an endpoint is told."""
    given = {key: value for key, value in call.params.items() if key not in ("expand", "disabled")}
    if "disabled" in call.params:
        given["status"] = "disabled" if call.params["disabled"] else "enabled"
    if "url" in given:
        _require_https(books, given["url"], "url")
    return change(books, call, found(books, ENDPOINT, call.ids[0]), **given).rendered("v1")


def delete_endpoint(books: Books, call: Call) -> dict[str, Any]:
    """Forget an endpoint."""
    thing = found(books, ENDPOINT, call.ids[0])
    del books.things[ENDPOINT][thing.id]
    return {"id": thing.id, "object": ENDPOINT, "deleted": True}


def create_destination(books: Books, call: Call) -> dict[str, Any]:
    """Register a destination; the secret is told this once, and only if `include` asks."""
    params = call.params
    url = params.get("webhook_endpoint", {}).get("url")
    if url is None:
        raise wrong("webhook_endpoint", "webhook_endpoint: is required for this type", "invalid_fields")
    _require_https(books, url, "webhook_endpoint.url")
    thin = params["event_payload"] == "thin"
    for name in params["enabled_events"]:
        if thin != name.startswith(THIN):
            words = f"enabled_events: {name} is not available as a {params['event_payload']} event"
            raise wrong("enabled_events", words, "invalid_fields")
    extra: dict[str, Any] = {"status": "enabled", "description": "", "metadata": {}, "status_details": None}
    return _shown(keep(books, call, DESTINATION, "ed", **extra), call)


def list_destinations(books: Books, call: Call) -> dict[str, Any]:
    """List destinations, newest first."""
    return page_v2([_shown(thing, call) for thing in every(books, DESTINATION)], call)


def update_destination(books: Books, call: Call) -> dict[str, Any]:
    """Change where and what a destination is told."""
    given = {key: value for key, value in call.params.items() if key != "include"}
    return _shown(change(books, call, found(books, DESTINATION, call.ids[0]), **given), call)


def enable_destination(books: Books, call: Call) -> dict[str, Any]:
    """Send events again."""
    return _shown(change(books, call, found(books, DESTINATION, call.ids[0]), status="enabled"), call)


def disable_destination(books: Books, call: Call) -> dict[str, Any]:
    """Send no events."""
    return _shown(change(books, call, found(books, DESTINATION, call.ids[0]), status="disabled"), call)


def _shown(thing: Thing, call: Call) -> dict[str, Any]:
    """Write a destination; URL and secret only where `include` names them."""
    asked, body = call.params.get("include", ()), thing.rendered("v2")
    told = {"url": body["webhook_endpoint"]["url"], "signing_secret": _secret(thing)}
    hook = {name: value if f"webhook_endpoint.{name}" in asked else None for name, value in told.items()}
    if call.request.method != "POST" or call.ids:
        hook["signing_secret"] = None
    return body | {"webhook_endpoint": hook}


def _secret(thing: Thing) -> str:
    """Make up a signing secret that plainly is none."""
    return f"whsec_fake_{thing.id}"


def _require_https(books: Books, url: str, param: str) -> None:
    if not url.startswith("https://") and (books.account.livemode or not url.startswith("http://")):
        raise wrong(param, f"Invalid URL: {url}. An endpoint is an https address.", "url_invalid")
