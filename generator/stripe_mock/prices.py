"""`/v1/prices`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from . import products
from .books import Books
from .call import Call
from .pages import page
from .price import ZERO, Price, Tier, Transform
from .price_rules import RULES
from .refusal import Refusal, missing_object, wrong

_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,12})?")


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a price after every rule about what fits with what."""
    for rule in RULES:
        rule(books, call.params)
    params, recurring = call.params, call.params.get("recurring", {})
    transform = params.get("transform_quantity")
    price = Price(
        id=books.new_id("price"),
        currency=params["currency"],
        product=_product(books, call),
        created=call.at,
        unit_amount=_amount(params, "unit_amount"),
        tiers=_tiers(params.get("tiers", ())),
        tiers_mode=params.get("tiers_mode"),
        transform=Transform(transform["divide_by"], transform["round"]) if transform else None,
        meter=recurring.get("meter"),
        interval=recurring.get("interval"),
        interval_count=recurring.get("interval_count", 1),
        lookup_key=_claim(books, params),
        nickname=params.get("nickname"),
        tax_behavior=params.get("tax_behavior", "unspecified"),
        metadata=params.get("metadata", {}),
        active=params.get("active", True),
        livemode=books.account.livemode,
    )
    books.prices[price.id] = price
    return _shown(price, call)


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one price; tiers if expanded."""
    return _shown(_found(books, call), call)


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List prices, newest first."""
    params, recurring = call.params, call.params.get("recurring", {})
    wanted = [price for price in reversed(books.prices.values()) if _fits(price, params, recurring)]
    return page([_shown(price, call, "data.tiers") for price in wanted], call, "price")


def update(books: Books, call: Call) -> dict[str, Any]:
    """Change what may change: never an amount."""
    found = _found(books, call)
    given = {key: call.params[key] for key in ("active", "nickname", "metadata") if key in call.params}
    if given.get("metadata"):
        given["metadata"] = {k: v for k, v in {**found.metadata, **given["metadata"]}.items() if v}
    behavior = _behavior(found, call.params)
    lookup_key = _claim(books, call.params, found.id) or found.lookup_key
    books.prices[found.id] = replace(found, lookup_key=lookup_key, tax_behavior=behavior, **given)
    return _shown(books.prices[found.id], call)


def _shown(price: Price, call: Call, field: str = "tiers") -> dict[str, Any]:
    return price.rendered(tiers=field in call.params.get("expand", ()))


def _fits(price: Price, params: dict[str, Any], recurring: dict[str, str]) -> bool:
    kind = "metered" if price.meter else "licensed"
    tests = [
        (params.get("active"), price.active),
        (params.get("currency"), price.currency),
        (params.get("product"), price.product),
        (recurring.get("interval"), price.interval),
        (recurring.get("meter"), price.meter),
        (recurring.get("usage_type"), kind),
    ]
    keys = params.get("lookup_keys")
    return all(asked in (None, own) for asked, own in tests) and (keys is None or price.lookup_key in keys)


def _found(books: Books, call: Call) -> Price:
    if call.ids[0] not in books.prices:
        raise missing_object("price", call.ids[0])
    return books.prices[call.ids[0]]


def _product(books: Books, call: Call) -> str:
    product, data = call.params.get("product"), call.params.get("product_data")
    if (product is None) == (data is None):
        raise wrong("product", "Give either product or product_data.")
    if data is not None:
        return products.add(books, call, data).id
    if product not in books.products:
        raise missing_object("product", str(product), "product")
    return str(product)


def _claim(books: Books, params: dict[str, Any], own: str = "") -> str | None:
    """Take a lookup key, from another price only if the call says so."""
    key: str | None = params.get("lookup_key")
    holder = next((p for p in books.prices.values() if key and p.lookup_key == key and p.id != own), None)
    if holder is None:
        return key
    if not params.get("transfer_lookup_key"):
        words = f"A price ({holder.id}) already uses the lookup key {key}."
        raise Refusal(400, words, "resource_already_exists", param="lookup_key")
    books.prices[holder.id] = replace(holder, lookup_key=None)
    return key


def _behavior(price: Price, params: dict[str, Any]) -> str:
    """A tax behaviour, once said, stays (Stripe API, *Prices*)."""
    asked: str = params.get("tax_behavior", price.tax_behavior)
    if price.tax_behavior not in ("unspecified", asked):
        raise wrong("tax_behavior", "The tax_behavior of a price cannot be changed once it is set.")
    return asked


def _tiers(tiers: Any) -> tuple[Tier, ...]:
    return tuple(_tier(tier) for tier in tiers)


def _tier(tier: dict[str, Any]) -> Tier:
    end = None if tier["up_to"] == "inf" else int(tier["up_to"])
    return Tier(end, _amount(tier, "unit_amount") or ZERO, _amount(tier, "flat_amount") or ZERO)


def _amount(params: dict[str, Any], name: str) -> Decimal | None:
    """Read an amount in minor units, at most 12 decimal places."""
    text = params.get(f"{name}_decimal")
    if text is None:
        return Decimal(params[name]) if name in params else None
    if not _AMOUNT.fullmatch(text):
        words = f"Invalid decimal: {text}; at most 12 decimal places."
        raise wrong(f"{name}_decimal", words, "parameter_invalid_decimal")
    return Decimal(text)
