"""Invoice arithmetic: worked examples of Stripe's documentation, and the figures of the project's own text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from generator import resources
from generator.mapping.load import load_text
from generator.mapping.words import Shape, TokenType
from generator.pricing.amounts import format_decimal
from generator.pricing.catalogue import parse_catalogue
from generator.pricing.invoice import lines, make_invoice
from generator.pricing.price import Price, PriceList, Tier
from generator.pricing.price_lists import make_price_lists, price_list_at
from generator.stripe_mock.price import Price as MockPrice
from generator.stripe_mock.price import Tier as MockTier

CATALOGUE = parse_catalogue(resources.catalogue_text())
MINI = "openai/gpt-4o-mini"
HEAD = """
version: 1
name: Northwind
since: 2026-11-01
stripe: sandbox
windows: {zone: America/Chicago, run_at: "00:20"}
period: {anchor: 2026-11-01T06:00:00Z}
source: {url: https://usage.example.com/v1/usage}
slack: {ops: C0OPS00001}
"""
PLAIN = "billing: meter_per_rate\nmarkup: 2\nmodels: {openai/gpt-4o-mini: }\n"


def lists(text: str, client: str = "") -> list[PriceList]:
    own = f"clients: {{acme: {{name: Acme, customer: {{sandbox: cus_Acme1}}{client}}}}}\n"
    loaded = load_text(HEAD + text + own, "mapping.yml")
    assert loaded.mapping, loaded.findings
    return make_price_lists(loaded.mapping, CATALOGUE)


def one(text: str, client: str = "") -> PriceList:
    [found] = lists(text, client)
    return found


def unit_amounts(prices: PriceList) -> dict[str, str]:
    return {p.token_type or "": format_decimal(p.unit_amount or p.tiers[-1].unit_amount) for p in prices.prices}


def usage(input: int, output: int) -> dict[tuple[str, TokenType | None], int]:
    return {(MINI, TokenType.INPUT): input, (MINI, TokenType.OUTPUT): output}


def ours(price: Price, units: int) -> list[int]:
    return [line.amount for line in lines(price, units)]


def tiered(shape: Shape, tiers: list[tuple[int | None, int]]) -> tuple[Price, MockPrice]:
    """The same price in our model and in the mock's."""
    own = tuple(Tier(end, Decimal(amount), Decimal(amount)) for end, amount in tiers)
    theirs = tuple(MockTier(end, Decimal(amount)) for end, amount in tiers)
    price = Price("fonts", "", None, "usd", shape, None, Decimal(0), own)
    return price, MockPrice("p", "usd", "prod", datetime(2026, 11, 1, tzinfo=UTC), None, theirs, shape.value)


FONTS = [(5, 700), (10, 650), (None, 600)]
STAIRS = [(5, 500), (10, 400), (15, 300), (20, 200), (None, 100)]
EXAMPLES = [
    # Stripe docs, "Set up tiered pricing": a business that sells fonts
    (Shape.VOLUME, FONTS, {1: 700, 5: 3500, 6: 3900, 20: 12_000, 25: 15_000}),
    (Shape.GRADUATED, FONTS, {1: 700, 5: 3500, 6: 4150, 20: 12_750, 25: 15_750}),
    # Stripe docs, "Tiered pricing" (the older page): five tiers that fall by a dollar
    (Shape.VOLUME, STAIRS, {1: 500, 5: 2500, 6: 2400, 20: 4000, 25: 2500}),
    (Shape.GRADUATED, STAIRS, {5: 2500, 6: 2900}),
]


@pytest.mark.parametrize(("shape", "tiers", "totals"), EXAMPLES)
def test_tiers_cost_what_stripes_documentation_says(
    shape: Shape, tiers: list[tuple[int | None, int]], totals: Mapping[int, int]
):
    own, theirs = tiered(shape, tiers)
    assert {units: sum(ours(own, units)) for units in totals} == totals
    assert {units: sum(c.amount for c in theirs.charges(Decimal(units))) for units in totals} == totals


def test_a_line_of_one_and_a_half_cents_is_two():
    """Stripe docs, "Decimal amounts": a line is rounded to the nearest cent before lines are added."""
    half = Price("tokens", "", None, "usd", Shape.FLAT, Decimal("0.5"), Decimal("0.5"))
    assert (ours(half, 3), ours(half, 1)) == ([2], [1])


def test_gpt_4o_mini_at_twice_its_cost_is_0_03_and_0_12_cents_per_1000():
    prices = one(PLAIN)
    assert unit_amounts(prices) == {"input": "0.00003", "cached_input": "0.000015", "output": "0.00012"}
    assert [format_decimal((p.unit_amount or 0) * 1000) for p in prices.prices] == ["0.03", "0.015", "0.12"]


READINGS = [
    # 50,000 queries of 2,000 tokens: input and output per query, lines in cents, invoice, margin
    (1000, 1000, (1499, 5994), "74.93", "37.43", "49.95"),
    (1500, 500, (2249, 2994), "52.43", "26.18", "49.93"),
    (1600, 400, (2399, 2394), "47.93", "23.93", "49.93"),
    (1800, 200, (2699, 1194), "38.93", "19.43", "49.91"),
]


@pytest.mark.parametrize(("input", "output", "amounts", "total", "margin", "percent"), READINGS)
def test_the_four_readings_of_50000_queries(
    input: int, output: int, amounts: tuple[int, int], total: str, margin: str, percent: str
):
    used = usage(50_000 * input, 50_000 * output)
    invoice = make_invoice(one(PLAIN + "pricing: {free_tokens: 50000}\n"), used)
    charged = {
        (line.price.token_type, line.tier): line.amount for line in invoice.lines if isinstance(line.price, Price)
    }
    assert (charged[TokenType.INPUT, 2], charged[TokenType.OUTPUT, 2]) == amounts
    money = Decimal(invoice.total) / 100
    left = money - Decimal(50_000) * (input * Decimal("0.15") + output * Decimal("0.60")) / 1_000_000
    assert (f"{money:.2f}", f"{left:.2f}", f"{100 * left / money:.2f}") == (total, margin, percent)


def test_free_tokens_of_every_price_come_back_each_month_and_nothing_below_them_is_charged():
    prices = one(PLAIN + "pricing: {free_tokens: 50000}\n")
    assert make_invoice(prices, usage(50_000, 50_000)).total == 0
    assert make_invoice(prices, usage(50_000 + 16_667, 0)).total == 1


def test_a_retainer_with_an_allowance_charges_the_fixed_price_and_the_overage_on_one_invoice():
    terms = ", retainer: 1500, pricing: {retainer_billing: monthly, free_tokens: {input: 20000000, output: 4000000}}"
    prices = one(PLAIN, terms)
    assert prices.items == 4
    assert make_invoice(prices, usage(20_000_000, 4_000_000)).total == 150_000
    assert make_invoice(prices, usage(30_000_000, 5_000_000)).total == 150_000 + 300 + 120
    assert make_invoice(prices, usage(0, 5_000_000), renews=False).total == 120


def test_a_yearly_retainer_is_not_on_a_months_invoice():
    prices = one(PLAIN, ", retainer: 1500, pricing: {retainer_billing: yearly}")
    assert prices.retainer is not None
    assert (prices.retainer.amount, make_invoice(prices, {}).total, prices.items) == (1_800_000, 0, 3)


def test_a_monthly_credit_pays_for_usage_and_never_for_the_retainer():
    prices = one(PLAIN, ", retainer: 1500, pricing: {retainer_billing: monthly, monthly_credit: 25}")
    small, large = make_invoice(prices, usage(0, 10_000_000)), make_invoice(prices, usage(0, 100_000_000))
    assert (small.credit, small.total) == (1200, 150_000)
    assert (large.credit, large.total) == (2500, 150_000 + 12_000 - 2500)


def test_retainer_and_tokens_at_twice_their_cost_leave_73_29_percent():
    revenue, cost = 1500 + 2 * 860, 860
    assert f"{100 * cost / Decimal(1500):.2f}" == "57.33"
    assert f"{100 * (revenue - cost) / Decimal(revenue):.2f}" == "73.29"


def test_per_thousand_rounds_the_month_up_to_whole_thousands():
    prices = one(PLAIN + "pricing: {unit: per_thousand}\n")
    [line] = lines(prices.prices[0], 1_000_001)
    assert (line.quantity, format_decimal(line.exact)) == (1001, "30.03")


def test_yen_have_no_cents_and_rates_follow_the_exchange():
    rates = "exchange: {jpy: {rate: 150, as_of: 2026-11-20}}\n"
    prices = one(PLAIN + rates, ", currency: jpy, retainer: 200000, pricing: {retainer_billing: monthly}")
    assert unit_amounts(prices)["input"] == "0.000045"
    assert make_invoice(prices, usage(100_000_000, 0)).total == 4500 + 200_000


WEIGHTED = "billing: {mode: weighted, credit: 0.000001}\nmarkup: 2\nmodels: {openai/gpt-4o-mini: }\n"


def test_a_pool_of_37500_input_and_12500_output_tokens_is_worth_2_625_cents():
    terms = "pricing: {pool: openai/gpt-4o-mini, free_tokens: {input: 37500, output: 12500}}\n"
    [price] = one(WEIGHTED + terms).prices
    assert format_decimal((price.tiers[0].up_to or 0) * Decimal("0.000001")) == "2.625"
    assert make_invoice(one(WEIGHTED + terms), {("", None): 2_625_000 + 500_000}).total == 1


def test_the_steps_of_a_weighted_price_are_money():
    [price] = one(WEIGHTED + "pricing: {tiers: [{up_to_spend: 10}, {factor: 0.9}]}\n").prices
    assert [(tier.up_to, format_decimal(tier.unit_amount)) for tier in price.tiers] == [
        (1_000_000_000, "0.000001"),
        (None, "0.0000009"),
    ]


def test_the_most_special_block_speaks_for_a_price():
    text = """billing: meter_per_rate
markup: {default: 2, output: 3}
pricing: {free_tokens: 100}
models:
  openai/gpt-4o-mini:
    pricing: {tiers: [{up_to: 1000}, {factor: 0.5}], types: {output: {shape: flat, free_tokens: 0}}}
"""
    by_type = {price.token_type: price for price in one(text).prices}
    assert by_type[TokenType.OUTPUT].tiers == ()
    assert unit_amounts(one(text))["output"] == "0.00018"
    assert [tier.up_to for tier in by_type[TokenType.INPUT].tiers] == [100, 1000, None]
    assert {p.shape for p in one(text, ", pricing: {shape: flat, free_tokens: 0}").prices} == {Shape.FLAT}
    assert unit_amounts(one(text, ", markup: 4")) == {
        "input": "0.00003",
        "cached_input": "0.000015",
        "output": "0.00024",
    }


def test_a_tier_may_name_its_own_rate_per_million():
    text = PLAIN.replace("mini: }", "mini: {pricing: {tiers: [{up_to: 1000}, {rate: 0.25}]}}}")
    assert unit_amounts(one(text))["input"] == "0.000025"


CHANGE = PLAIN + "changes: [{since: 2026-12-10, markup: 3}]\n"


def test_a_change_begins_with_the_first_period_that_starts_on_its_day_or_later():
    before, after = lists(CHANGE)
    boundary = datetime(2027, 1, 1, 6, tzinfo=UTC)
    assert (before.until, after.since, after.until) == (boundary, boundary, None)
    assert [unit_amounts(found)["input"] for found in (before, after)] == ["0.00003", "0.000045"]
    assert price_list_at([before, after], "acme", boundary) == after


def test_a_change_before_the_first_day_is_the_first_price():
    [only] = lists(CHANGE, ", since: 2027-02-01")
    assert unit_amounts(only)["input"] == "0.000045"


def test_a_change_that_changes_nothing_makes_no_new_prices():
    assert len(lists(CHANGE.replace("markup: 3", "markup: 2"))) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("markup: 2", "markup: 2.5"),
        lambda text: text + "pricing: {free_tokens: 1}\n",
        lambda text: text + "pricing: {unit: per_thousand}\n",
        lambda text: text + "pricing: {tax: {behavior: inclusive}}\n",
        lambda text: text + "pricing: {tax: {code: txcd_10103001}}\n",
        lambda text: text.replace("meter_per_rate", "dimensions"),
    ],
)
def test_another_price_has_another_lookup_key(change: Callable[[str], str]):
    """A price cannot be changed at Stripe: the key names the content, so what differs is created anew."""
    assert not {p.lookup_key for p in one(PLAIN).prices} & {p.lookup_key for p in one(change(PLAIN)).prices}


def test_a_lookup_key_depends_on_the_content_alone():
    """Pinned: `provision` finds by these keys what an earlier run created; other keys would create everything twice."""
    assert [price.lookup_key for price in one(PLAIN).prices] == [
        "ai_tokens_openai_gpt_4o_mini_input-usd-72e4c4d326",
        "ai_tokens_openai_gpt_4o_mini_cached_input-usd-b63cf92fab",
        "ai_tokens_openai_gpt_4o_mini_output-usd-f43eaad59e",
    ]
