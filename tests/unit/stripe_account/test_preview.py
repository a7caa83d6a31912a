"""`preview`: Stripe's next invoice against our arithmetic, and what a difference is called."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.stripe_mock import Tier

from .conftest import Shop, event

CLIENT = ("--client", "acme", "--apply")
MINI = "ai_tokens_openai_gpt_4o_mini_input"
TERMS = ("markup: 2 ", "pricing: {free_tokens: 50000, retainer_billing: monthly, monthly_credit: 5}\nmarkup: 2 ")


@pytest.fixture
def billed(shop: Shop) -> Shop:
    """Give an account with a client on free tokens, a retainer and credit, and some usage."""
    shop.edit("meter-per-rate", TERMS)
    shop.run("provision", "meter-per-rate", *CLIENT)
    event(shop, MINI, "300050000")
    event(shop, MINI.replace("input", "output"), "7")
    return shop


def shown(shop: Shop, *options: str) -> dict[str, Any]:
    text = shop.run("preview", "meter-per-rate", "acme", *options, "--format", "json")
    found: dict[str, Any] = json.loads(text)
    return found


def causes(shop: Shop, *options: str) -> dict[str, str]:
    return {line["line"]: line["likely_cause"] for line in shown(shop, *options)["lines"] if line["likely_cause"]}


def reprice(shop: Shop, **change: Any) -> None:
    """Change the price that the client's subscription has for the model's input, as Stripe never would."""
    books = shop.mock._books
    [made] = books.subscriptions.values()
    items = tuple(
        replace(item, price=replace(item.price, **change)) if MINI in (item.price.lookup_key or "") else item
        for item in made.items
    )
    books.subscriptions[made.id] = replace(made, items=items)
    books.prices |= {item.price.id: item.price for item in items}


def test_both_agree_to_the_cent(billed: Shop) -> None:
    found = shown(billed)
    assert billed.code == 0
    assert (found["ours"], found["stripe"]) == (9000 + 150000 - 500,) * 2
    lines = {line["line"]: line["our_amount"] for line in found["lines"]}
    assert (lines["openai/gpt-4o-mini input tokens"], lines["retainer"], lines["credit"]) == ("9000", "150000", "-500")


def test_the_text_says_what_is_owed(billed: Shop) -> None:
    assert "owed: 158,500 by our arithmetic, 158,500 by Stripe's" in billed.run("preview", "meter-per-rate", "acme")
    assert billed.err == "both agree\n"


def test_a_wrong_rate_is_named(billed: Shop) -> None:
    tiers = (Tier(50000), Tier(None, Decimal("0.00004")))
    reprice(billed, tiers=tiers)
    assert causes(billed)["openai/gpt-4o-mini input tokens"].startswith("free tokens or tier: tiers is to 50000 at 0")
    assert billed.code == 1


def test_a_flat_rate_that_is_wrong_is_a_rate_error(shop: Shop) -> None:
    shop.run("provision", "meter-per-rate", *CLIENT)
    reprice(shop, unit_amount=Decimal("0.00004"))
    [cause] = causes(shop).values()
    assert cause == "rate error: rate is 0.00004, not 0.00003"


def test_a_missing_item_is_named(billed: Shop) -> None:
    books = billed.mock._books
    [made] = books.subscriptions.values()
    kept = tuple(item for item in made.items if MINI not in (item.price.lookup_key or ""))
    books.subscriptions[made.id] = replace(made, items=kept)
    assert causes(billed)["openai/gpt-4o-mini input tokens"].startswith("missing item")


def test_an_extra_item_is_named(billed: Shop) -> None:
    [made] = billed.mock._books.subscriptions.values()
    billed.mock.add_item(made.id, billed.mock.create_price(None, "700"))
    assert [cause for cause in causes(billed).values() if cause.startswith("extra item")]


def test_another_month_is_named(billed: Shop) -> None:
    billed.edit("meter-per-rate", ("2026-11-01T06:00:00Z", "2026-11-03T06:00:00Z"))
    assert set(causes(billed).values()) == {
        "period: Stripe's month ends 2026-12-01 06:00, the mapping's 2026-12-03 06:00"
    }


def test_missing_credit_is_named(billed: Shop) -> None:
    for identity, grant in billed.mock._books.grants.items():
        billed.mock._books.grants[identity] = replace(grant, voided_at=billed.now)
    assert causes(billed) == {"credit": "credit: this month has no grant, or another one is used up first"}


def test_usage_that_stripe_lacks_is_named_with_both_numbers(billed: Shop, tmp_path: Path) -> None:
    row = {"client": "acme", "model": "gpt-4o-mini", "time": "2026-11-18T12:00:00Z", "input": 400050000, "output": 7}
    (tmp_path / "usage.jsonl").write_text(json.dumps(row), encoding="utf-8")
    cause = causes(billed, "--usage", str(tmp_path / "usage.jsonl"))["openai/gpt-4o-mini input tokens"]
    assert cause.startswith("usage: Stripe has 300,050,000, we have 400,050,000; `reconcile` says")


def test_a_client_without_a_subscription_is_told_how_to_get_one(shop: Shop) -> None:
    assert shop.run("preview", "meter-per-rate", "acme") == ""
    assert (shop.code, shop.err) == (
        1,
        "acme has no subscription of ours; `provision --client acme` makes it\n",
    )


def test_pricing_plans_have_no_preview(shop: Shop) -> None:
    shop.run("preview", "example", "acme")
    assert shop.code == 2
    assert "`reconcile` compares" in shop.err


def test_usage_before_the_anchor_is_not_of_this_month(shop: Shop) -> None:
    shop.run("provision", "meter-per-rate", *CLIENT)
    event(shop, MINI, "1000000", datetime(2026, 11, 1, 5, 59, tzinfo=UTC))
    event(shop, MINI, "2000000", datetime(2026, 11, 1, 6, 0, tzinfo=UTC))
    lines = {line["line"]: line["our_quantity"] for line in shown(shop)["lines"]}
    assert lines["openai/gpt-4o-mini input tokens"] == "2000000"
    assert shop.code == 0
