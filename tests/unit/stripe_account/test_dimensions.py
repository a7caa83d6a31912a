"""`provision` in `dimensions`: the private preview's metered items, rate cards, service actions, pricing plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from generator.stripe_mock import Account, Limits, Switches

from .conftest import Shop

FREE = ("markup: 2 ", "pricing: {free_tokens: 50000, monthly_credit: 5}\nmarkup: 2 ")
FEW = [
    ("  openai/gpt-4o:\n    aliases: [gpt-4o, gpt-4o-2024-08-06]\n", ""),
    ("  openai/gpt-4o-mini:\n", "  openai/gpt-4o-mini:\n    token_types: [input]\n"),
    ("  anthropic/claude-3-haiku:\n    aliases: [claude-3-haiku, claude-3-haiku-20240307]\n", ""),
]


def kept(shop: Shop, kind: str) -> list[dict[str, Any]]:
    return [thing.rendered("v2") for thing in shop.mock._books.things.get(f"v2.billing.{kind}", {}).values()]


def test_one_meter_is_seen_through_two_conditions_per_pair(shop: Shop) -> None:
    shop.run("provision", "example", "--apply")
    items = kept(shop, "metered_item")
    assert len(items) == 10
    assert items[0]["meter_segment_conditions"] == [
        {"dimension": "model", "value": "openai/gpt-4o"},
        {"dimension": "token_type", "value": "input"},
    ]


def test_rates_are_those_of_the_mapping(shop: Shop) -> None:
    shop.run("provision", "example", "--apply")
    items = {item["id"]: item["display_name"] for item in kept(shop, "metered_item")}
    rates = {items[rate["metered_item"]]: rate["unit_amount"] for rate in kept(shop, "rate_card_rate")}
    assert rates["openai/gpt-4o-mini input tokens"] == "0.00003"
    assert rates["openai/gpt-4o-mini output tokens"] == "0.00012"


def test_a_plan_holds_a_card_and_a_credit_and_is_live(shop: Shop) -> None:
    shop.edit("example", FREE)
    shop.run("provision", "example", "--apply")
    [plan], [action] = kept(shop, "pricing_plan"), kept(shop, "service_action")
    assert plan["live_version"]
    assert action["credit_grant"]["amount"]["monetary"] == {"value": 500, "currency": "usd"}
    assert sorted(part["type"] for part in kept(shop, "pricing_plan_component")) == ["rate_card", "service_action"]
    assert kept(shop, "rate_card_rate")[0]["tiers"] == [
        {"unit_amount": "0", "up_to_decimal": "50000"},
        {"unit_amount": "0.0005", "up_to_inf": "inf"},
    ]


def test_a_run_that_is_killed_anywhere_is_completed_by_the_next(shop: Shop, kill_after: Callable[[int], None]) -> None:
    shop.edit("example", FREE, *FEW)
    shop.run("provision", "example", "--apply")
    whole, writes = shop.state(), len(shop.writes())
    for number in range(1, writes + 1):
        shop.open(Account(preview=True, limits=Limits.none()))
        kill_after(number)
        shop.run("provision", "example", "--apply")
        assert (shop.code, len(shop.writes())) == (130, number)
        shop.run("provision", "example", "--apply")
        assert shop.state() == whole, f"killed after write {number}"


def test_other_rates_are_another_card(shop: Shop) -> None:
    shop.edit("example", *FEW)
    shop.run("provision", "example", "--apply")
    shop.edit("example", ("markup: 2 ", "markup: 3 "))
    shop.run("provision", "example", "--apply")
    assert [rate["unit_amount"] for rate in kept(shop, "rate_card_rate")] == ["0.00003", "0.000045"]
    assert len(kept(shop, "metered_item")) == 1


def test_a_rate_that_somebody_changed_is_set_again(shop: Shop) -> None:
    shop.edit("example", *FEW)
    shop.run("provision", "example", "--apply")
    [rate] = shop.mock._books.things["v2.billing.rate_card_rate"].values()
    object.__setattr__(rate, "fields", {**rate.fields, "unit_amount": "0.5"})
    shop.run("provision", "example", "--apply")
    assert [rate["unit_amount"] for rate in kept(shop, "rate_card_rate")] == ["0.00003"]


def test_an_item_that_counts_something_else_is_refused(shop: Shop) -> None:
    shop.edit("example", *FEW)
    shop.run("provision", "example", "--apply")
    [item] = shop.mock._books.things["v2.billing.metered_item"].values()
    object.__setattr__(item, "fields", {**item.fields, "meter_segment_conditions": []})
    assert "refuse" in shop.actions("example", "--apply").values()


@pytest.mark.parametrize("status", ["404", "403", "400"])
def test_an_account_without_the_preview_gets_one_sentence_and_the_way_out(shop: Shop, status: Any) -> None:
    shop.open(Account(limits=Limits.none()), Switches(unenrolled=status))
    [row] = shop.rows("provision", "example", "--apply")
    assert (shop.code, row["action"]) == (1, "refuse")
    assert "ask Stripe for it, or bill with `meter_per_rate` or `weighted`" in row["why"]
    assert shop.writes() == []


def test_a_client_is_subscribed_by_hand_and_its_retainer_by_us(shop: Shop) -> None:
    shop.edit("example", ("markup: 2 ", "pricing: {retainer_billing: monthly}\nmarkup: 2 "))
    rows = shop.rows("provision", "example", "--client", "acme", "--apply")
    assert [row["name"].partition(":")[0] for row in rows if row["action"] == "by hand"] == ["acme"]
    [made] = shop.mock._books.subscriptions.values()
    assert [item.price.meter for item in made.items] == [None]
    assert "nothing to do" in (shop.run("provision", "example", "--client", "acme"), shop.err)[1]
