"""A statement leads from an invoice's lines down to days, and every step adds up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import resources
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.mapping.words import Shape, TokenType
from generator.pricing.catalogue import parse_catalogue
from generator.pricing.price import Price, PriceList, Tier
from generator.pricing.statement import (
    Statement,
    Used,
    billing_period,
    days_of,
    list_of,
    make_statement,
    metered,
    weights_of,
)
from generator.pricing.stripe_invoice import differences, parse_invoice

MAPPINGS = Path(__file__).parents[3] / "mappings"
PRICES = parse_catalogue(resources.catalogue_text())
START, END = datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 12, 1, 6, tzinfo=UTC)
MINI = "openai/gpt-4o-mini"


def example(name: str = "example", old: str = "markup: 2", new: str = "markup: 2", path: Path | None = None) -> Mapping:
    file = MAPPINGS / f"{name}.yaml"
    if path:
        (path / "own.yaml").write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        file = path / "own.yaml"
    mapping = load(file).mapping
    assert mapping
    return mapping


def november(mapping: Mapping, used: list[Used], client: str = "acme") -> Statement:
    prices = list_of(mapping, PRICES, client, START, END)
    assert prices
    return make_statement(prices, weights_of(mapping, PRICES), used, START, END)


def daily(tokens: int, kind: TokenType, model: str = MINI) -> list[Used]:
    """Spread a month's tokens over its first ten days, unevenly."""
    parts = [tokens // 20 * 2] * 9
    days = [date(2026, 11, 1) + timedelta(n) for n in range(10)]
    return [Used(day, model, kind, n) for day, n in zip(days, [*parts, tokens - sum(parts)], strict=True)]


def test_the_reading_of_75_and_25_million_tokens_is_52_dollars_43(tmp_path: Path):
    mapping = example(new="markup: 2\npricing: {free_tokens: 50000}", path=tmp_path)
    used = daily(75_000_000, TokenType.INPUT) + daily(25_000_000, TokenType.OUTPUT)
    made = november(mapping, used)
    charged = {line.exact: line.amount for line in made.invoice.lines if line.amount}
    assert charged == {Decimal("2248.5"): 2249, Decimal(2994): 2994}
    assert (made.invoice.total, made.tokens, made.exact) == (5243, 100_000_000, Decimal("5242.5"))


def test_free_tokens_are_used_up_by_the_first_days(tmp_path: Path):
    mapping = example(new="markup: 2\npricing: {free_tokens: 50000}", path=tmp_path)
    days = [Used(date(2026, 11, day), MINI, TokenType.INPUT, 40_000) for day in (1, 2, 3)]
    made = november(mapping, list(reversed(days)))
    shares = next(charge.shares for charge in made.charges if charge.shares)
    assert [share.exact for share in shares] == [Decimal(0), Decimal("0.9"), Decimal("1.2")]


def test_a_day_belongs_to_the_period_that_holds_its_last_second():
    mapping = example()
    start, end = billing_period(mapping, mapping.clients["acme"], 2026, 11)
    assert (start, end) == (START, END)
    assert days_of(start, end, "America/Chicago") == (date(2026, 11, 1), date(2026, 11, 30))
    assert days_of(start - timedelta(hours=1), end, "America/Chicago")[0] == date(2026, 11, 1)


def test_what_no_price_charges_is_named_and_what_lies_before_the_first_day_is_not_metered():
    mapping = example()
    rows = [
        Used(date(2026, 11, 2), "acme/unknown", TokenType.INPUT, 7),
        Used(date(2026, 10, 31), MINI, TokenType.INPUT, 9),
    ]
    kept = metered(mapping, mapping.clients["acme"], rows)
    assert november(mapping, kept).left_out == (rows[0],)
    assert len(kept) == 1


def test_credits_of_the_weighted_mode_lead_back_to_tokens():
    mapping = example("weighted")
    used = daily(1_000_000, TokenType.INPUT) + daily(400_000, TokenType.OUTPUT, "openai/gpt-4o")
    made = november(mapping, used, next(iter(mapping.clients)))
    (charge,) = made.charges
    assert made.tokens == 1_400_000
    assert sum(share.units for share in charge.shares) == charge.lines[0].quantity
    assert charge.lines[0].exact == 1_000_000 * Decimal("0.00003") + 400_000 * Decimal("0.002")


AMOUNTS = st.decimals(0, 1, places=12, allow_nan=False)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    shape = draw(st.sampled_from(list(Shape)))
    ends = sorted(draw(st.sets(st.integers(1, 10**6), max_size=3)))
    fees = st.decimals(0, 500, places=0, allow_nan=False)
    tiers = tuple(Tier(end, amount, amount, draw(fees)) for end in [*ends, None] for amount in [draw(AMOUNTS)])
    amount = draw(AMOUNTS)
    flat = shape is Shape.FLAT
    divide_by = draw(st.sampled_from((1, 1000))) if flat else 1
    return Price(
        "m", MINI, TokenType.INPUT, "usd", shape, amount if flat else None, amount, () if flat else tiers, divide_by
    )


@settings(max_examples=60)
@given(prices(), st.lists(st.tuples(st.integers(1, 28), st.integers(0, 400_000)), max_size=12))
def test_the_days_of_every_price_add_up_to_its_lines(price: Price, days: list[tuple[int, int]]):
    used = [Used(date(2026, 11, day), MINI, TokenType.INPUT, tokens) for day, tokens in days]
    made = make_statement(PriceList("acme", "usd", START, None, (price,)), {}, used, START, END)
    (charge,) = made.charges
    assert sum((share.exact for share in charge.shares), charge.fixed) == sum(line.exact for line in charge.lines)
    assert made.invoice.total == sum(line.amount for line in made.invoice.lines)
    assert made.tokens == sum(tokens for _, tokens in days)
    assert charge.fixed >= 0


def saved(made: Statement, **changes: int) -> str:
    """Write our invoice as Stripe would, with one line's quantity or amount changed."""
    lines = [
        {
            "amount": line.amount,
            "quantity": line.quantity,
            "description": f"{line.quantity} × {line.price.title} (Tier)",
        }
        for line in made.invoice.lines
    ]
    lines[0] |= changes
    total = sum(int(str(line["amount"])) for line in lines)
    return json.dumps({"object": "invoice", "currency": "usd", "total": total, "lines": {"data": lines}})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"quantity": 2_999_000}, ["Stripe counted 1000 fewer"]),
        ({"amount": 1400}, ["1500 here, 1400 on the invoice for the same quantity; the rate differs", "total: "]),
    ],
)
def test_a_saved_invoice_is_compared_line_by_line(changes: dict[str, int], words: list[str]):
    made = november(example(), daily(3_000_000, TokenType.INPUT, "openai/gpt-4o") + daily(9_000_000, TokenType.OUTPUT))
    found = list(differences(made.invoice, parse_invoice(saved(made, **changes), "invoice.json")))
    assert len(found) == len(words)
    assert all(word in line for word, line in zip(words, found, strict=True))
