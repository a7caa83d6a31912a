"""`/v1/products`."""

from __future__ import annotations

from typing import Any

from .books import Books
from .call import Call
from .pages import page
from .product import Product
from .refusal import Refusal, missing_object


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a product, with an id of the caller's choice if there is one."""
    return add(books, call, call.params).rendered()


def add(books: Books, call: Call, params: dict[str, Any]) -> Product:
    """Put a product into the catalogue."""
    identity = params.get("id") or books.new_id("prod")
    if identity in books.products:
        raise Refusal(400, f"Product already exists: {identity}", "resource_already_exists", param="id")
    given = {key: params[key] for key in ("active", "description", "metadata") if key in params}
    product = Product(identity, params["name"], call.at, livemode=books.account.livemode, **given)
    books.products[product.id] = product
    return product


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one product."""
    if call.ids[0] not in books.products:
        raise missing_object("product", call.ids[0])
    return books.products[call.ids[0]].rendered()


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List products, newest first."""
    return page([product.rendered() for product in reversed(books.products.values())], call, "product")
