"""Our arithmetic and the mock's, written apart: random terms and usage give the same invoice, line by line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.mapping.words import Shape, TokenType
from generator.pricing.amounts import round_places
from generator.pricing.invoice import joined, lines, make_invoice
from generator.pricing.price import FixedPrice, Price, PriceList, Tier
from generator.stripe_mock import Account, Limits, Request, StripeMock, Switches
from generator.stripe_mock.account import GA_VERSION
from generator.stripe_mock.invoice import Invoice as MockInvoice
from generator.stripe_mock.price import Price as MockPrice
from generator.stripe_mock.price import Tier as MockTier
from generator.stripe_mock.price import Transform

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
FINAL = datetime(2026, 12, 1, 7, 30, tzinfo=UTC)
AMOUNTS = st.decimals(0, 3, places=12).map(round_places) | st.sampled_from([Decimal("0.00003"), Decimal("0.5")])
FEES = st.integers(0, 5_000).map(Decimal)
UNITS = st.integers(0, 10**6) | st.integers(0, 10**14) | st.sampled_from([0, 1, 999, 1000, 1001, 16_667, 50_000])
CURRENCIES = st.sampled_from(["usd", "eur", "jpy", "kwd"])


@st.composite
def price(draw: st.DrawFn, name: str, currency: str) -> Price:
    shape = draw(st.sampled_from(Shape))
    if shape is Shape.FLAT:
        divide_by, amount = draw(st.sampled_from([1, 1000])), draw(AMOUNTS)
        return Price(name, name, TokenType.INPUT, currency, shape, amount, amount, (), divide_by)
    ends = sorted(draw(st.sets(st.integers(1, 10**6), max_size=4)))
    tiers = [Tier(end, amount := draw(AMOUNTS), amount, draw(FEES)) for end in [*ends, None]]
    return Price(name, name, TokenType.INPUT, currency, shape, None, Decimal(0), tuple(tiers))


@st.composite
def price_list(draw: st.DrawFn) -> PriceList:
    currency = draw(CURRENCIES)
    prices = tuple(draw(price(f"meter_{n}", currency)) for n in range(draw(st.integers(1, 3))))
    fixed = FixedPrice(draw(st.integers(0, 10**7)), currency, "month")
    retainer = draw(st.sampled_from([None, fixed]))
    return PriceList("acme", currency, START, None, prices, retainer, draw(st.integers(0, 10**6) | st.just(0)))


def mocked(of: PriceList, usage: dict[tuple[str, TokenType | None], int], lines_per: str) -> MockInvoice:
    """Let the mock bill November: the same prices, one event per price, the credit as a grant."""
    now = [START]
    account, switches = Account(limits=Limits.none()), Switches(tier_lines=lines_per)  # type: ignore[arg-type]
    mock = StripeMock(clock=lambda: now[0], account=account, switches=switches)
    mock.add_key("owner", "sk_test_fake_owner")
    mock.create_customer("cus_acme")
    for price in of.prices:
        mock.create_meter(price.event_name)
    prices = [as_mock(mock, price) for price in of.prices]
    fixed = mock.create_price(None, Decimal(of.retainer.amount), currency=of.currency) if of.retainer else None
    mock.subscribe("cus_acme", [*prices, *([fixed] if fixed else [])], start=START, anchor=START)
    if of.credit:
        send(mock, "/v1/billing/credit_grants", grant(of), "application/x-www-form-urlencoded")
    for price in of.prices:
        if units := usage[price.model, price.token_type]:
            payload = {"stripe_customer_id": "cus_acme", "value": str(units)}
            body = json.dumps({"event_name": price.event_name, "payload": payload})
            send(mock, "/v2/billing/meter_events", body, "application/json")
    now[0] = FINAL
    return next(invoice for invoice in mock.invoices if invoice.period_end > START)


def as_mock(mock: StripeMock, of: Price) -> MockPrice:
    tiers = [MockTier(tier.up_to, tier.unit_amount, tier.flat_amount) for tier in of.tiers]
    transform = Transform(of.divide_by, "up") if of.divide_by > 1 else None
    mode = None if of.shape is Shape.FLAT else of.shape.value
    event, amount = of.event_name, of.unit_amount
    return mock.create_price(event, amount, tiers=tiers, tiers_mode=mode, transform=transform, currency=of.currency)


def grant(of: PriceList) -> str:
    words = {
        "customer": "cus_acme",
        "amount[type]": "monetary",
        "amount[monetary][currency]": of.currency,
        "amount[monetary][value]": str(of.credit),
        "applicability_config[scope][price_type]": "metered",
    }
    return urlencode(words)


def send(mock: StripeMock, path: str, body: str, kind: str) -> None:
    headers = {"authorization": "Bearer sk_test_fake_owner", "stripe-version": GA_VERSION, "content-type": kind}
    answer = mock.handle(Request("POST", "api.stripe.com", path, "", headers, body.encode()))
    assert answer.status == 200, answer.body


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_an_invoice_is_the_same_in_our_arithmetic_and_in_the_mock(data: st.DataObject) -> None:
    terms = data.draw(price_list())
    usage: dict[tuple[str, TokenType | None], int] = {(p.model, p.token_type): data.draw(UNITS) for p in terms.prices}
    ours, theirs = make_invoice(terms, usage), mocked(terms, usage, "one_per_tier")
    assert [(line.quantity, line.amount) for line in ours.lines] == [
        (line.quantity, line.amount) for line in theirs.lines
    ]
    assert (ours.credit, ours.total, ours.currency) == (sum(theirs.credits.values()), theirs.total, theirs.currency)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_price_on_one_line_is_the_same_too(data: st.DataObject) -> None:
    terms = replace(data.draw(price_list()), credit=0, retainer=None)
    usage: dict[tuple[str, TokenType | None], int] = {(p.model, p.token_type): data.draw(UNITS) for p in terms.prices}
    ours = [joined(lines(price, usage[price.model, price.token_type])) for price in terms.prices]
    theirs = mocked(terms, usage, "one_per_price")
    assert [(line.quantity, line.amount) for line in ours] == [(line.quantity, line.amount) for line in theirs.lines]
