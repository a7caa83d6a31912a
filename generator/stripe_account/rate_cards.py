"""`dimensions`: metered items, one per model and token type of the one meter, and rate cards of their rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from generator.mapping.words import Shape
from generator.pricing.amounts import format_decimal
from generator.pricing.events import slug
from generator.pricing.price import Price, PriceList, Tier
from generator.stripe_account import meters
from generator.stripe_account.connection import Connection
from generator.stripe_account.preview_api import Found, by_key, create, listed
from generator.stripe_account.step import Action, Do, Ids, Step

ITEM, CARD, RATES = "metered item", "rate card", "rates"


@dataclass(frozen=True, slots=True)
class WantedCard:
    """A set of rates in one currency; clients with the same terms share it."""

    meter: str
    currency: str
    prices: tuple[Price, ...]

    @property
    def key(self) -> str:
        """Name the card by its content."""
        text = "\n".join(sorted(price.lookup_key for price in self.prices))
        return f"{self.meter}-{self.currency}-{sha256(text.encode()).hexdigest()[:10]}"

    @property
    def tax_behavior(self) -> str:
        """Give what the preview asks of every card and plan; exclusive where the mapping does not say."""
        behaviors = [price.tax.behavior.value for price in self.prices if price.tax.behavior]
        return behaviors[0] if behaviors else "exclusive"


def card_of(prices: PriceList, meter: str) -> WantedCard:
    """Give the card of a client's prices."""
    return WantedCard(meter, prices.currency, prices.prices)


def item_key(price: Price) -> str:
    """Name the metered item of a price: its amount is on the rate card, not on the item."""
    return f"{price.event_name}-{slug(price.model)}-{price.token_type or ''}"


def item_steps(account: Connection, prices: Sequence[Price], meter_ids: Mapping[str, str]) -> Iterator[Step]:
    """Plan the metered items of all prices."""
    wanted = {item_key(price): price for price in prices}
    known = by_key(account, "/metered_items", list(wanted))
    for key, price in wanted.items():
        found = known.get(key)
        if found is None:
            yield _create_item(account, key, price)
        elif wrong := _wrong_item(price, found, meter_ids):
            why = f"{found['id']} {wrong}: give it another lookup key in Stripe"
            yield Step(Action.REFUSE, ITEM, key, why, found["id"])
        else:
            yield Step(Action.KEEP, ITEM, key, price.title, found["id"])


def _create_item(account: Connection, key: str, price: Price) -> Step:
    def make(ids: Ids) -> str:
        params: dict[str, Any] = {
            "display_name": price.title,
            "meter": ids[meters.KIND, price.event_name],
            "lookup_key": key,
            "meter_segment_conditions": [{"dimension": k, "value": v} for k, v in price.dimensions.items()],
        }
        if price.tax.code:
            params["tax_details"] = {"tax_code": price.tax.code}
        return create(account, "/metered_items", params)

    return Step(Action.CREATE, ITEM, key, price.title, do=make)


def _wrong_item(price: Price, found: Found, meter_ids: Mapping[str, str]) -> str:
    conditions = {one["dimension"]: one["value"] for one in found.get("meter_segment_conditions") or ()}
    if found["meter"] != meter_ids.get(price.event_name):
        return "belongs to another meter"
    return "" if conditions == price.dimensions else f"counts {conditions}, not {price.dimensions}"


def card_steps(account: Connection, cards: Sequence[WantedCard], item_ids: Mapping[str, str]) -> Iterator[Step]:
    """Plan the cards, each with all of its rates in one call."""
    known = by_key(account, "/rate_cards", [card.key for card in cards])
    for card in cards:
        found = known.get(card.key)
        words = f"{len(card.prices)} rates in {card.currency}"
        if found is None:
            yield Step(Action.CREATE, CARD, card.key, words, do=_creating(account, card))
            yield Step(Action.CREATE, RATES, card.key, words, do=_setting(account, card, card.prices))
            continue
        yield Step(Action.KEEP, CARD, card.key, words, found["id"])
        missing = _missing(account, card, found, item_ids)
        if missing:
            why = f"{len(missing)} of {words} are missing or differ"
            yield Step(Action.CHANGE, RATES, card.key, why, found["id"], _setting(account, card, missing))
        else:
            yield Step(Action.KEEP, RATES, card.key, words, found["id"])


def _creating(account: Connection, card: WantedCard) -> Do:
    def make(_: Ids) -> str:
        params = {
            "display_name": f"Tokens, {card.currency}",
            "currency": card.currency,
            "service_interval": "month",
            "service_interval_count": 1,
            "tax_behavior": card.tax_behavior,
            "lookup_key": card.key,
        }
        return create(account, "/rate_cards", params)

    return make


def _setting(account: Connection, card: WantedCard, prices: Sequence[Price]) -> Do:
    def make(ids: Ids) -> str:
        rates = [{"metered_item": ids[ITEM, item_key(price)], **rate_params(price)} for price in prices]
        path = f"/rate_cards/{ids[CARD, card.key]}/modify_rates"
        return create(account, path, {"rates_to_create": rates, "rates_to_delete": []})

    return make


def _missing(account: Connection, card: WantedCard, found: Found, item_ids: Mapping[str, str]) -> list[Price]:
    there = {one["metered_item"]["id"]: one for one in listed(account, f"/rate_cards/{found['id']}/rates")}
    return [price for price in card.prices if not _same(price, there.get(item_ids.get(item_key(price), "")))]


def _same(price: Price, found: Found | None) -> bool:
    return found is not None and all((found.get(key) or None) == value for key, value in rate_params(price).items())


def rate_params(price: Price) -> dict[str, Any]:
    """Write a price as a rate: decimals and 64-bit integers are text in this API."""
    if price.tiers:
        mode = "volume" if price.shape is Shape.VOLUME else "graduated"
        return {"tiering_mode": mode, "tiers": [_tier(tier) for tier in price.tiers]}
    rate: dict[str, Any] = {"unit_amount": format_decimal(price.unit_amount or Decimal(0))}
    if price.divide_by > 1:
        rate["transform_quantity"] = {"divide_by": str(price.divide_by), "round": "up"}
    return rate


def _tier(tier: Tier) -> dict[str, str]:
    end = {"up_to_inf": "inf"} if tier.up_to is None else {"up_to_decimal": str(tier.up_to)}
    flat = {"flat_amount": format_decimal(tier.flat_amount)} if tier.flat_amount else {}
    return {"unit_amount": format_decimal(tier.unit_amount), **flat, **end}
