"""`/v2/billing/rate_cards` (private preview): versioned sets of rates, one per metered item."""

from __future__ import annotations

import re
from typing import Any

from .books import Books
from .call import Call
from .metered_items import KIND as ITEM
from .metered_items import keyed, require_free_key
from .pages_v2 import page_v2
from .refusal import Refusal
from .thing import Thing, change, every, found, keep
from .times import rfc3339

KIND, RATE = "v2.billing.rate_card", "v2.billing.rate_card_rate"
_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,12})?")


def create(books: Books, call: Call) -> dict[str, Any]:
    """Create a card without rates."""
    require_free_key(books, call, KIND)
    cycle = {name: call.params.pop(f"service_{name}") for name in ("interval", "interval_count")}
    version = books.new_id("rcdv")
    extra: dict[str, Any] = {"active": True, "lookup_key": None, "service_cycle": cycle, "live_version": version}
    return keep(books, call, KIND, "rcd", **extra, metadata={}).rendered("v2")


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List cards, newest first."""
    return page_v2([thing.rendered("v2") for thing in keyed(books, call, KIND)], call)


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one card."""
    return found(books, KIND, call.ids[0]).rendered("v2")


def create_rate(books: Books, call: Call) -> dict[str, Any]:
    """Set the rate of one item; a rate that is there already gives way, on a new version."""
    card = found(books, KIND, call.ids[0])
    return _set(books, call, card, call.params)


def list_rates(books: Books, call: Call) -> dict[str, Any]:
    """List a card's rates, newest first."""
    card, item = found(books, KIND, call.ids[0]), call.params.get("metered_item")
    return page_v2([r for r in _rates(books, card) if item in (None, r["metered_item"]["id"])], call)


def modify_rates(books: Books, call: Call) -> dict[str, Any]:
    """Set and delete many rates at once: all of them or none."""
    card = found(books, KIND, call.ids[0])
    for rate in call.params["rates_to_create"]:
        _require_whole(books, rate)
    for rate in call.params["rates_to_delete"]:
        found(books, RATE, rate["id"], "rates_to_delete")
        del books.things[RATE][rate["id"]]
    for rate in call.params["rates_to_create"]:
        _set(books, call, card, rate)
    return found(books, KIND, card.id).rendered("v2")


def _set(books: Books, call: Call, card: Thing, rate: dict[str, Any]) -> dict[str, Any]:
    _require_whole(books, rate)
    old = [one for one in _rates(books, card) if one["metered_item"]["id"] == rate["metered_item"]]
    if old:
        del books.things[RATE][old[0]["id"]]
        change(books, call, card, live_version=books.new_id("rcdv"))
    call.params = rate
    extra: dict[str, Any] = {"tiers": [], "tiering_mode": None, "transform_quantity": None, "unit_amount": None}
    version = found(books, KIND, card.id).fields["live_version"]
    thing = keep(books, call, RATE, "rcdr", **extra, rate_card=card.id, rate_card_version=version, metadata={})
    return _shown(books, thing)


def _rates(books: Books, card: Thing) -> list[dict[str, Any]]:
    return [_shown(books, thing) for thing in every(books, RATE) if thing.fields["rate_card"] == card.id]


def _shown(books: Books, thing: Thing) -> dict[str, Any]:
    item = found(books, ITEM, thing.fields["metered_item"]).rendered("v2")
    return thing.rendered("v2") | {"metered_item": item, "created": rfc3339(thing.created)}


def _require_whole(books: Books, rate: dict[str, Any]) -> None:
    """A rate has one item and either an amount or tiers; amounts have at most 12 decimals; tiers rise to `inf`."""
    if "metered_item" not in rate:
        raise _wrong("metered_item: is required")
    found(books, ITEM, rate["metered_item"], "metered_item")
    if ("unit_amount" in rate) == ("tiers" in rate) or ("tiers" in rate) != ("tiering_mode" in rate):
        raise _wrong("unit_amount: give either unit_amount, or tiers with tiering_mode")
    if "tiers" in rate and "transform_quantity" in rate:
        raise _wrong("transform_quantity: cannot be used with tiers")
    named = [rate, *rate.get("tiers", ())]
    for amount in [one.get(key) for one in named for key in ("unit_amount", "flat_amount")]:
        if amount is not None and not _AMOUNT.fullmatch(amount):
            raise _wrong(f"unit_amount: {amount} is no decimal with at most 12 places")
    _require_rising(rate.get("tiers"))


def _require_rising(tiers: list[dict[str, Any]] | None) -> None:
    if tiers is None:
        return
    ends = [tier.get("up_to_decimal") for tier in tiers]
    numbers = [int(end) for end in ends[:-1] if end and re.fullmatch(r"[1-9][0-9]{0,17}", end)]
    if tiers[-1].get("up_to_inf") != "inf" or len(numbers) != len(ends) - 1 or sorted(set(numbers)) != numbers:
        raise _wrong("tiers: must rise, and the last must be up_to_inf")


def _wrong(words: str) -> Refusal:
    return Refusal(400, words, "invalid_fields", kept=False)
