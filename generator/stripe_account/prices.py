"""Prices: named by their content, so a new rate is a new price; the old one stays while a subscription uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from generator.mapping.words import Shape
from generator.pricing.amounts import format_decimal
from generator.pricing.price import FixedPrice, Price, Tier
from generator.stripe_account import meters, products
from generator.stripe_account.connection import Connection
from generator.stripe_account.marks import mark, role_of
from generator.stripe_account.plain import Plain
from generator.stripe_account.step import Action, Ids, Step

if TYPE_CHECKING:
    import stripe
    from stripe.params import PriceCreateParams, PriceCreateParamsTier

KIND = "price"
ROLE = "price"
AT_ONCE = 10
"""Lookup keys of one list call (Stripe API, *Prices*)."""

Wanted = Price | FixedPrice


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the account has of prices: by lookup key, and all active ones of our products."""

    by_key: Mapping[str, stripe.Price]
    active: Sequence[stripe.Price]


def read_prices(account: Connection, wanted: Sequence[Wanted], product_ids: Sequence[str]) -> Shelf:
    """Find prices by lookup key, and those that earlier mappings left on our products."""
    by_key: dict[str, stripe.Price] = {}
    keys = [price.lookup_key for price in wanted]
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        listed = account.client.v1.prices.list({"lookup_keys": some, "limit": 100, "expand": ["data.tiers"]})
        by_key |= {price.lookup_key: price for price in listed.auto_paging_iter() if price.lookup_key}
    active: list[stripe.Price] = []
    for product in product_ids:
        listed = account.client.v1.prices.list({"product": product, "active": True, "limit": 100})
        active += [price for price in listed.auto_paging_iter() if role_of(price.metadata) == ROLE]
    return Shelf(by_key, active)


def price_steps(
    account: Connection, wanted: Sequence[Wanted], shelf: Shelf, meter_ids: Mapping[str, str], meter: str
) -> Iterator[Step]:
    """Plan every wanted price; `meter_ids` are those of meters that are there, by event name."""
    for price in dict.fromkeys(wanted):
        found = shelf.by_key.get(price.lookup_key)
        event = price.event_name if isinstance(price, Price) else ""
        wrong = [] if found is None else differences(price, found, meter_ids.get(event, ""), meter)
        if found is None or wrong:
            yield _create(account, price, meter, wrong)
        elif found.livemode != account.livemode:
            yield Step(Action.REFUSE, KIND, price.lookup_key, "belongs to the other side of the account", found.id)
        else:
            yield _keep(account, price, found)


def archive_steps(
    account: Connection, shelf: Shelf, kept: Sequence[str], leaving: Mapping[str, Sequence[str]]
) -> Iterator[Step]:
    """Plan what becomes of prices that no terms name any more; `leaving`: subscriptions that the plan takes off one."""
    for price in shelf.active:
        if price.id in kept:
            continue
        users = account.client.v1.subscriptions.list({"price": price.id, "limit": 100}).auto_paging_iter()
        staying = [one.id for one in users if one.id not in leaving.get(price.id, ())]
        name = f"{price.lookup_key or 'no lookup key'} ({price.id})"
        if staying:
            yield Step(Action.KEEP, KIND, name, f"of earlier terms, used by {', '.join(staying)}", price.id)
            continue

        def archive(_: Ids, identity: str = price.id) -> str:
            return account.client.v1.prices.update(identity, {"active": False}).id

        yield Step(Action.CHANGE, KIND, name, "of earlier terms, used by none: archive it", price.id, archive)


def differences(price: Wanted, found: stripe.Price, meter_id: str, meter: str) -> list[str]:
    """Say in what a price of the account differs from the wanted one; prices never change, so it takes a new one."""
    recurring = found.recurring
    pairs: list[tuple[str, object, object]] = [
        ("currency", price.currency, found.currency),
        ("product", products.product_of(price, meter).id, found.product),
        ("interval", price.interval if isinstance(price, FixedPrice) else "month", recurring and recurring.interval),
        ("interval count", 1, recurring and recurring.interval_count),
        ("meter", meter_id if isinstance(price, Price) else None, recurring and recurring.meter),
        ("tax behavior", price.tax.behavior or "unspecified", found.tax_behavior or "unspecified"),
    ]
    pairs += _amounts(price, found)
    return [f"{name} is {has}, not {needs}" for name, needs, has in pairs if str(needs) != str(has)]


def _amounts(price: Wanted, found: stripe.Price) -> list[tuple[str, object, object]]:
    if isinstance(price, FixedPrice):
        return [("amount", _text(Decimal(price.amount)), _text(found.unit_amount_decimal))]
    mode = None if price.shape is Shape.FLAT else price.shape.value
    divided = found.transform_quantity
    return [
        ("rate", _text(price.unit_amount), None if price.tiers else _text(found.unit_amount_decimal)),
        ("tiering", mode, found.tiers_mode),
        ("tiers", _tier_words(price.tiers), _found_tiers(found)),
        ("divisor", price.divide_by, divided.divide_by if divided else 1),
        ("rounding", "up" if price.divide_by > 1 else None, divided.round if divided else None),
    ]


def _tier_words(tiers: Sequence[Tier]) -> str:
    return " · ".join(
        f"to {tier.up_to or 'inf'} at {_text(tier.unit_amount)} + {_text(tier.flat_amount)}" for tier in tiers
    )


def _found_tiers(found: stripe.Price) -> str:
    tiers = getattr(found, "tiers", None) or ()
    return " · ".join(
        f"to {tier.up_to or 'inf'} at {_text(tier.unit_amount_decimal or Decimal(0))} + "
        f"{_text(tier.flat_amount_decimal or Decimal(0))}"
        for tier in tiers
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else format_decimal(Decimal(amount))


def _keep(account: Connection, price: Wanted, found: stripe.Price) -> Step:
    if found.active:
        return Step(Action.KEEP, KIND, price.lookup_key, describe(price), found.id)

    def activate(_: Ids) -> str:
        return account.client.v1.prices.update(found.id, {"active": True}).id

    return Step(Action.CHANGE, KIND, price.lookup_key, "is archived: take it back into use", found.id, activate)


def _create(account: Connection, price: Wanted, meter: str, wrong: Sequence[str]) -> Step:
    def create(ids: Ids) -> str:
        return account.client.v1.prices.create(_params(price, ids, meter)).id

    if not wrong:
        return Step(Action.CREATE, KIND, price.lookup_key, describe(price), do=create)
    why = f"{', '.join(wrong)}: a new price takes over the lookup key"
    return Step(Action.CHANGE, KIND, price.lookup_key, why, do=create)


def _params(price: Wanted, ids: Ids, meter: str) -> PriceCreateParams:
    params: PriceCreateParams = {
        "currency": price.currency,
        "product": ids[products.KIND, products.product_of(price, meter).id],
        "lookup_key": price.lookup_key,
        "transfer_lookup_key": True,
        "metadata": mark(ROLE),
    }
    if price.tax.behavior:
        params["tax_behavior"] = price.tax.behavior.value
    if isinstance(price, FixedPrice):
        params["recurring"] = {"interval": "year" if price.interval == "year" else "month"}
        params["unit_amount"] = price.amount
        return params
    meter_id = ids[meters.KIND, price.event_name]
    params["recurring"] = {"interval": "month", "usage_type": "metered", "meter": meter_id}
    if price.tiers:
        params["billing_scheme"] = "tiered"
        params["tiers_mode"] = "volume" if price.shape is Shape.VOLUME else "graduated"
        params["tiers"] = [_tier(tier) for tier in price.tiers]
    elif price.unit_amount is not None:
        params["unit_amount_decimal"] = Plain(price.unit_amount)
    if price.divide_by > 1:
        params["transform_quantity"] = {"divide_by": price.divide_by, "round": "up"}
    return params


def _tier(tier: Tier) -> PriceCreateParamsTier:
    params: PriceCreateParamsTier = {"up_to": tier.up_to or "inf", "unit_amount_decimal": Plain(tier.unit_amount)}
    if tier.flat_amount:
        params["flat_amount_decimal"] = Plain(tier.flat_amount)
    return params


def describe(price: Wanted) -> str:
    """Say what a price charges, in the words and units of Stripe's API."""
    if isinstance(price, FixedPrice):
        return f"unit_amount {price.amount} {price.currency} per {price.interval}, in advance"
    if price.tiers:
        return f"{price.shape.value}, {price.currency}: {_tier_words(price.tiers)}"
    divided = f" per {price.divide_by:,}, rounded up" if price.divide_by > 1 else ""
    return f"unit_amount_decimal {_text(price.unit_amount)} {price.currency}{divided}"
