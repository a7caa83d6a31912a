"""`/v1/customers`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .books import Books
from .call import Call
from .customer import Customer
from .pages import page
from .refusal import missing_object


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a customer."""
    given = {key: value for key, value in call.params.items() if key in ("name", "email", "metadata")}
    customer = Customer(books.new_id("cus"), call.at, livemode=books.account.livemode, **given)
    books.customers[customer.id] = customer
    return customer.rendered()


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one customer."""
    return _found(books, call).rendered()


def update(books: Books, call: Call) -> dict[str, Any]:
    """Change a customer."""
    given = {key: value for key, value in call.params.items() if key in ("name", "email", "metadata")}
    changed = replace(_found(books, call), **given)
    books.customers[changed.id] = changed
    return changed.rendered()


def delete(books: Books, call: Call) -> dict[str, Any]:
    """Delete a customer; its events from now on find nobody."""
    customer = _found(books, call)
    books.customers.pop(customer.id, None)
    return {"id": customer.id, "object": "customer", "deleted": True}


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List customers, newest first."""
    email = call.params.get("email")
    wanted = [c for c in reversed(books.customers.values()) if email in (None, c.email)]
    return page([customer.rendered() for customer in wanted], call, "customer")


def _found(books: Books, call: Call) -> Customer:
    if not books.has_customer(call.ids[0]):
        raise missing_object("customer", call.ids[0])
    return books.customers.get(call.ids[0]) or Customer(call.ids[0], call.at, livemode=books.account.livemode)
