"""What is charged for a period: which events, by which arithmetic, on which line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.stripe_mock import Account, Limits, Switches
from generator.stripe_mock.periods import boundary, next_boundary, previous_boundary
from generator.stripe_mock.price import Price, Tier, Transform

from .conftest import START, Bench, MakeBench, data

ANCHOR = datetime(2026, 11, 1, 6, tzinfo=UTC)
END = datetime(2026, 12, 1, 6, tzinfo=UTC)


def metered(bench: Bench, rate: str = "1", **more: Any) -> Any:
    return bench.mock.subscribe("cus_acme", [bench.mock.create_price("tokens", rate)], anchor=ANCHOR, **more)


def at(bench: Bench, instant: datetime) -> None:
    bench.clock.now = instant


def totals(bench: Bench) -> list[tuple[datetime, int]]:
    return [(invoice.period_end, invoice.total) for invoice in bench.mock.invoices]


def test_a_period_ends_at_the_anchor_and_is_final_after_the_grace(bench: Bench) -> None:
    metered(bench)
    bench.event("10")
    at(bench, END + timedelta(minutes=59, seconds=59))
    assert totals(bench) == []
    at(bench, END + timedelta(hours=1))
    [invoice] = bench.mock.invoices
    assert (invoice.period_start, invoice.period_end) == (START, END)
    assert (invoice.finalized_at, invoice.total, invoice.currency) == (END + timedelta(hours=1), 10, "usd")


def test_usage_of_a_closed_period_counts_but_is_on_no_invoice(bench: Bench) -> None:
    metered(bench)
    stamp = "2026-12-01T05:59:59Z"
    at(bench, END + timedelta(minutes=59))
    assert bench.event("1", timestamp=stamp).status == 200
    at(bench, END + timedelta(hours=1))
    assert bench.event("2", timestamp=stamp).status == 200
    at(bench, END + timedelta(days=40))
    assert totals(bench) == [(END, 1), (datetime(2027, 1, 1, 6, tzinfo=UTC), 0)]
    assert bench.mock.counted("cus_acme", "tokens") == 3


def test_the_boundary_itself_belongs_to_the_next_period(bench: Bench) -> None:
    metered(bench)
    at(bench, END)
    bench.event("1", timestamp="2026-12-01T06:00:00Z")
    bench.event("2", timestamp="2026-12-01T05:59:59.999Z")
    at(bench, END + timedelta(days=40))
    assert [total for _, total in totals(bench)] == [2, 1]


def test_a_cancelled_event_is_not_billed_unless_the_invoice_is_final(bench: Bench) -> None:
    metered(bench)
    at(bench, END)
    for name in "ab":
        bench.event("1", identifier=name, timestamp="2026-12-01T05:00:00Z")
    bench.mock.cancel_event("a", "tokens")
    at(bench, END + timedelta(hours=2))
    bench.mock.cancel_event("b", "tokens")
    assert totals(bench) == [(END, 1)]
    assert bench.mock.counted("cus_acme", "tokens") == 0


def test_the_grace_may_be_longer(make_bench: MakeBench) -> None:
    bench = make_bench(account=Account(limits=Limits.none(), grace=timedelta(hours=72)))
    metered(bench)
    at(bench, END + timedelta(hours=71))
    bench.event("5", timestamp="2026-12-01T05:00:00Z")
    at(bench, END + timedelta(hours=72))
    assert totals(bench) == [(END, 5)]


def test_an_item_added_later_bills_from_its_own_start(bench: Bench) -> None:
    subscription = metered(bench)
    bench.mock.create_meter("other")
    bench.event("1", event_name="other")
    bench.clock.advance(days=1)
    bench.mock.add_item(subscription.id, bench.mock.create_price("other", "1"))
    bench.event("2", event_name="other")
    at(bench, END + timedelta(hours=1))
    assert [(line.event_name, line.amount) for line in bench.mock.invoices[0].lines] == [("tokens", 0), ("other", 2)]


def test_usage_before_the_subscription_is_not_billed(bench: Bench) -> None:
    bench.event("7", timestamp="2026-11-20T11:59:59Z")
    metered(bench)
    at(bench, END + timedelta(hours=1))
    assert totals(bench) == [(END, 0)]


def test_other_customers_and_meters_stay_off_the_invoice(bench: Bench) -> None:
    metered(bench)
    bench.mock.create_customer("cus_globex")
    bench.mock.create_meter("other")
    bench.event(payload={"stripe_customer_id": "cus_globex", "value": "5"})
    bench.event("6", event_name="other")
    bench.event("7")
    at(bench, END + timedelta(hours=1))
    assert totals(bench) == [(END, 7)]


def test_an_ended_subscription_bills_its_last_period(bench: Bench) -> None:
    subscription = metered(bench)
    bench.form(f"/v1/subscriptions/{subscription.id}", "cancel_at_period_end=true")
    bench.event("3")
    at(bench, END + timedelta(days=90))
    assert totals(bench) == [(END, 3)]
    status = data(bench.call("GET", f"/v1/subscriptions/{subscription.id}"))["status"]
    assert status == "canceled"


@pytest.mark.parametrize(("form", "expected"), [("invoice_now=true", [3]), ("", [])])
def test_cancelling_now_bills_only_if_asked(bench: Bench, form: str, expected: list[int]) -> None:
    subscription = metered(bench)
    bench.event("3")
    bench.clock.advance(days=1)
    bench.call("DELETE", f"/v1/subscriptions/{subscription.id}", None, form)
    bench.clock.advance(days=90)
    assert [total for _, total in totals(bench)] == expected


@pytest.mark.parametrize(("form", "expected"), [("invoice_now=true", [7, 3]), ("", [7])])
def test_cancelling_in_the_grace_does_not_lose_the_period_before(bench: Bench, form: str, expected: list[int]) -> None:
    subscription = metered(bench)
    bench.event("7")
    at(bench, END + timedelta(minutes=30))
    bench.event("3", timestamp="2026-12-01T06:10:00Z")
    bench.clock.advance(minutes=1)
    bench.call("DELETE", f"/v1/subscriptions/{subscription.id}", None, form)
    bench.clock.advance(days=90)
    assert sorted(total for _, total in totals(bench)) == sorted(expected)


def test_each_pair_of_dimensions_has_its_rate_and_line(preview: Bench) -> None:
    rates = {("a", "input"): "0.00025", ("a", "output"): "0.001", ("b", "input"): "0.5"}
    preview.mock.price_dimensions("cus_acme", "tokens", rates, anchor=ANCHOR)
    for model, kind, value in (("a", "input", "2000"), ("a", "output", "1500"), ("b", "output", "9")):
        payload = {"stripe_customer_id": "cus_acme", "value": value, "model": model, "token_type": kind}
        preview.event(payload=payload)
    at(preview, END + timedelta(hours=1))
    [invoice] = preview.mock.invoices
    assert [(dict(line.conditions), line.quantity, line.amount) for line in invoice.lines] == [
        ({"model": "a", "token_type": "input"}, 2000, 1),
        ({"model": "a", "token_type": "output"}, 1500, 2),
        ({"model": "b", "token_type": "input"}, 0, 0),
    ]


def test_a_retainer_is_charged_ahead_and_usage_behind(bench: Bench) -> None:
    retainer = bench.mock.create_price(None, "150000")
    bench.mock.subscribe("cus_acme", [retainer, bench.mock.create_price("tokens", "1")])
    bench.event("5")
    assert [invoice.total for invoice in bench.mock.invoices] == [150000]
    bench.clock.advance(days=30, hours=1)
    assert [invoice.total for invoice in bench.mock.invoices] == [150000, 150005]


def test_a_short_first_period_charges_its_share_of_a_retainer(bench: Bench) -> None:
    bench.mock.subscribe("cus_acme", [bench.mock.create_price(None, "3000")], anchor=ANCHOR)
    [invoice] = bench.mock.invoices
    assert invoice.total == round(3000 * (END - START) / timedelta(days=30))


def test_twenty_items_fit_and_twenty_one_do_not(bench: Bench) -> None:
    prices = [bench.mock.create_price("tokens", "1").id for _ in range(21)]
    for count, status in ((20, 200), (21, 400)):
        items = "&".join(f"items[{n}][price]={price}" for n, price in enumerate(prices[:count]))
        assert bench.form("/v1/subscriptions", f"customer=cus_acme&{items}").status == status


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("", START),
        ("&billing_cycle_anchor=1796104800", END),
        ("&billing_cycle_anchor_config[day_of_month]=1&billing_cycle_anchor_config[hour]=6", END),
        ("&billing_cycle_anchor_config[day_of_month]=31", datetime(2026, 11, 30, 12, tzinfo=UTC)),
    ],
)
def test_the_anchor_is_given_configured_or_the_start(bench: Bench, form: str, expected: datetime) -> None:
    price = bench.mock.create_price("tokens", "1").id
    made = data(bench.form("/v1/subscriptions", f"customer=cus_acme&items[0][price]={price}{form}"))
    assert made["billing_cycle_anchor"] == int(expected.timestamp())


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        (datetime(2027, 1, 31, 6, tzinfo=UTC), ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        (datetime(2027, 1, 30, 6, tzinfo=UTC), ["2027-02-28", "2027-03-30", "2027-04-30", "2027-05-30"]),
    ],
)
def test_months_are_clamped_to_their_length(anchor: datetime, expected: list[str]) -> None:
    assert [f"{boundary(anchor, number, 'month'):%Y-%m-%d}" for number in range(1, 5)] == expected


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["day", "week", "month", "year"]),
    st.integers(1, 5),
)
def test_boundaries_enclose_every_instant(anchor: datetime, instant: datetime, interval: str, count: int) -> None:
    before = previous_boundary(instant, anchor, interval, count)
    after = next_boundary(before, anchor, interval, count)
    assert before < instant <= after
    assert next_boundary(instant, anchor, interval, count) > instant


def price(**more: Any) -> Price:
    return Price("price_1", "usd", "prod_1", START, **more)


FREE = (Tier(50_000, Decimal(0)), Tier(None, Decimal("0.00025")))
STEPS = (Tier(10, Decimal("1.5"), Decimal(100)), Tier(20, Decimal(1)), Tier(None, Decimal("0.5"), Decimal(7)))


@pytest.mark.parametrize(
    ("made", "quantity", "amounts"),
    [
        (price(unit_amount=Decimal("0.00025")), 1_999, [0]),
        (price(unit_amount=Decimal("0.00025")), 2_000, [1]),
        (price(unit_amount=Decimal("0.5")), 1, [1]),
        (price(unit_amount=Decimal("0.5")), 5, [3]),
        (price(unit_amount=Decimal(3), transform=Transform(1000, "up")), 1001, [6]),
        (price(unit_amount=Decimal(3), transform=Transform(1000, "down")), 1999, [3]),
        (price(tiers=FREE, tiers_mode="graduated"), 50_000, [0]),
        (price(tiers=FREE, tiers_mode="graduated"), 1_050_000, [0, 250]),
        (price(tiers=FREE, tiers_mode="volume"), 50_000, [0]),
        (price(tiers=FREE, tiers_mode="volume"), 60_000, [15]),
        (price(tiers=STEPS, tiers_mode="graduated"), 0, [100]),
        (price(tiers=STEPS, tiers_mode="graduated"), 10, [115]),
        (price(tiers=STEPS, tiers_mode="graduated"), 11, [115, 1]),
        (price(tiers=STEPS, tiers_mode="graduated"), 23, [115, 10, 9]),
        (price(tiers=STEPS, tiers_mode="volume"), 20, [20]),
        (price(unit_amount=Decimal(1)), -5, [0]),
    ],
)
def test_the_arithmetic_of_prices(made: Price, quantity: int, amounts: list[int]) -> None:
    assert [charge.amount for charge in made.charges(Decimal(quantity))] == amounts


@pytest.mark.parametrize(("lines", "expected"), [("one_per_tier", [3, 1]), ("one_per_price", [4])])
def test_rounding_is_once_per_line(make_bench: MakeBench, lines: Any, expected: list[int]) -> None:
    bench = make_bench(Switches(tier_lines=lines))
    tiers = (Tier(5, Decimal("0.5")), Tier(None, Decimal("0.3")))
    bench.mock.subscribe("cus_acme", [bench.mock.create_price("tokens", tiers=tiers)])
    bench.event("8")
    bench.clock.advance(days=31)
    assert [line.amount for line in bench.mock.invoices[0].lines] == (expected if lines == "one_per_tier" else [3])
