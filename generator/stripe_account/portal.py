"""The customer portal: invoices, payment methods, billing details; no cancelling, which would lose a last window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.stripe_account.connection import Connection
from generator.stripe_account.marks import mark, role_of
from generator.stripe_account.step import Action, Ids, Step

if TYPE_CHECKING:
    from stripe.params.billing_portal import ConfigurationCreateParamsFeatures

KIND, NAME = "portal configuration", "customer portal"
ROLE = "portal"
FEATURES: ConfigurationCreateParamsFeatures = {
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "customer_update": {"enabled": True, "allowed_updates": ["email", "address", "tax_id"]},
}


def portal_steps(account: Connection) -> Iterator[Step]:
    """Plan the configuration that lets clients see what they used; it is known by its metadata."""
    portal = account.client.v1.billing_portal.configurations
    listed = portal.list({"limit": 100}).auto_paging_iter()
    found = next((one for one in listed if role_of(one.metadata) == ROLE), None)
    if found is None:

        def create(_: Ids) -> str:
            return portal.create({"features": FEATURES, "metadata": mark(ROLE), "name": "Tokentill"}).id

        yield Step(Action.CREATE, KIND, NAME, "invoices, payment method, billing details", do=create)
    elif found.active and found.features.invoice_history.enabled:
        yield Step(Action.KEEP, KIND, NAME, "shows invoices", found.id)
    else:

        def change(_: Ids) -> str:
            return portal.update(found.id, {"active": True, "features": {"invoice_history": {"enabled": True}}}).id

        yield Step(Action.CHANGE, KIND, NAME, "does not show invoices: let it", found.id, change)
