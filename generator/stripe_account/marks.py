"""The mark in an object's metadata by which a later run knows its own work again, where Stripe has no lookup key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe._stripe_object import UntypedStripeObject

NAME = "tokentill"


def mark(role: str) -> dict[str, str]:
    """Give the metadata of an object that plays a role, such as `portal` or `subscription acme`."""
    return {NAME: role}


def role_of(metadata: UntypedStripeObject[str] | None) -> str:
    """Read an object's role; empty where it is not ours."""
    return str(metadata[NAME]) if metadata is not None and NAME in metadata else ""
