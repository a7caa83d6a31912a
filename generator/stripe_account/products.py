"""Products: what an invoice line calls a price. Their ids are our own, so a product is found whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pricing.events import slug
from generator.pricing.price import FixedPrice, Price
from generator.stripe_account.connection import Connection
from generator.stripe_account.marks import mark
from generator.stripe_account.step import Action, Ids, Step

if TYPE_CHECKING:
    from stripe import Product
    from stripe.params import ProductCreateParams, ProductUpdateParams

KIND = "product"
AT_ONCE = 100
"""Ids of one list call."""


@dataclass(frozen=True, slots=True)
class WantedProduct:
    """A product by its id, with the name that a client reads on the invoice."""

    id: str
    name: str
    tax_code: str | None = None


def product_of(price: Price | FixedPrice, meter: str) -> WantedProduct:
    """Name the product of a price: one per meter, and one for all retainers."""
    if isinstance(price, FixedPrice):
        return WantedProduct(f"tokentill_{slug(meter)}_retainer", "Retainer", price.tax.code)
    return WantedProduct(f"tokentill_{slug(price.event_name)}", price.title, price.tax.code)


def read_products(account: Connection, ids: Sequence[str]) -> dict[str, Product]:
    """Find products by id."""
    found: dict[str, Product] = {}
    for start in range(0, len(ids), AT_ONCE):
        listed = account.client.v1.products.list({"ids": list(ids[start : start + AT_ONCE]), "limit": AT_ONCE})
        found |= {product.id: product for product in listed.auto_paging_iter()}
    return found


def product_steps(account: Connection, wanted: Sequence[WantedProduct], known: dict[str, Product]) -> Iterator[Step]:
    """Plan every product."""
    for product in dict.fromkeys(wanted):
        found = known.get(product.id)
        yield _create(account, product) if found is None else _found(account, product, found)


def _create(account: Connection, product: WantedProduct) -> Step:
    params: ProductCreateParams = {"id": product.id, "name": product.name, "metadata": mark("product")}
    if product.tax_code:
        params["tax_code"] = product.tax_code

    def create(_: Ids) -> str:
        return account.client.v1.products.create(params).id

    return Step(Action.CREATE, KIND, product.id, product.name, do=create)


def _found(account: Connection, product: WantedProduct, found: Product) -> Step:
    if found.livemode != account.livemode:
        return Step(Action.REFUSE, KIND, product.id, "belongs to the other side of the account", found.id)
    new: ProductUpdateParams = {}
    if not found.active:
        new["active"] = True
    if found.name != product.name:
        new["name"] = product.name
    if product.tax_code and (found.tax_code or "") != product.tax_code:
        new["tax_code"] = product.tax_code
    if not new:
        return Step(Action.KEEP, KIND, product.id, product.name, found.id)

    def change(_: Ids) -> str:
        return account.client.v1.products.update(found.id, new).id

    words = ", ".join(f"{key} becomes {value}" for key, value in new.items())
    return Step(Action.CHANGE, KIND, product.id, words, found.id, change)
