"""`/v1/products`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .books import Books
from .call import Call
from .pages import page
from .product import Product
from .refusal import Refusal, missing_object

CHANGEABLE = ("name", "active", "description", "metadata", "tax_code", "unit_label")


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a product, with an id of the caller's choice if there is one."""
    return add(books, call, call.params).rendered()


def add(books: Books, call: Call, params: dict[str, Any]) -> Product:
    """Put a product into the catalogue."""
    identity = params.get("id") or books.new_id("prod")
    if identity in books.products:
        raise Refusal(400, f"Product already exists: {identity}", "resource_already_exists", param="id")
    given = {key: params[key] for key in CHANGEABLE if key != "name" and key in params}
    product = Product(identity, params["name"], call.at, livemode=books.account.livemode, **given)
    books.products[product.id] = product
    return product


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one product."""
    return _found(books, call).rendered()


def update(books: Books, call: Call) -> dict[str, Any]:
    """Change a product; metadata is merged by key."""
    known = _found(books, call)
    given = {key: call.params[key] for key in CHANGEABLE if key in call.params}
    metadata = {**known.metadata, **given.pop("metadata", {})}
    books.products[known.id] = replace(known, metadata={k: v for k, v in metadata.items() if v}, **given)
    return books.products[known.id].rendered()


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List products, newest first, of some ids or of one state if asked."""
    active, ids = call.params.get("active"), call.params.get("ids")
    wanted = [p for p in reversed(books.products.values()) if active in (None, p.active) and (not ids or p.id in ids)]
    return page([product.rendered() for product in wanted], call, "product")


def _found(books: Books, call: Call) -> Product:
    if call.ids[0] not in books.products:
        raise missing_object("product", call.ids[0])
    return books.products[call.ids[0]]
