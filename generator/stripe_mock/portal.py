"""`/v1/billing_portal/configurations`: what a customer may do in the portal."""

from __future__ import annotations

from typing import Any

from .books import Books
from .call import Call
from .pages import page
from .refusal import wrong
from .thing import change, every, found, keep

KIND = "billing_portal.configuration"


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a configuration; none made by the API is the account's default."""
    _require_parts(call)
    extra: dict[str, Any] = {
        "active": True,
        "is_default": False,
        "name": None,
        "metadata": {},
        "default_return_url": None,
    }
    return keep(books, call, KIND, "bpc", **extra).rendered("v1")


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one configuration."""
    return found(books, KIND, call.ids[0]).rendered("v1")


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List configurations, newest first."""
    rows = [thing.rendered("v1") for thing in every(books, KIND)]
    asked = {key: call.params[key] for key in ("active", "is_default") if key in call.params}
    return page([row for row in rows if all(row[key] == value for key, value in asked.items())], call, "configuration")


def update(books: Books, call: Call) -> dict[str, Any]:
    """Change a configuration; features that are not named stay."""
    thing = found(books, KIND, call.ids[0])
    _require_parts(call)
    given = {key: value for key, value in call.params.items() if key != "expand"}
    features = {**thing.fields["features"], **given.get("features", {})}
    return change(books, call, thing, **{**given, "features": features}).rendered("v1")


def _require_parts(call: Call) -> None:
    """A feature that is switched on says what it allows (Stripe API, *Portal configurations*)."""
    features = call.params.get("features", {})
    own = features.get("customer_update", {})
    if own.get("enabled") and not own.get("allowed_updates"):
        raise wrong("features[customer_update][allowed_updates]", "customer_update needs allowed_updates.")
