"""`provision`: the plan, the deed, and that doing it again or after a crash ends in the same account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from generator.stripe_mock import Account, Limits, Transform
from generator.stripe_mock.price import plain

from .conftest import Shop, days, event

ANCHOR = datetime(2026, 11, 1, 6, tzinfo=UTC)

INPUT = "ai_tokens_openai_gpt_4o_mini_input"
FEW = (
    ("  openai/gpt-4o-mini:\n", "  openai/gpt-4o-mini:\n    token_types: [output]\n"),
    ("  anthropic/claude-3-haiku:\n    aliases: [claude-3-haiku, claude-3-haiku-20240307]\n", ""),
)
MONTHLY = ("markup: 2 ", "pricing: {retainer_billing: monthly, monthly_credit: 5}\nmarkup: 2 ")
SMALL = ("  openai/gpt-4o:\n    aliases: [gpt-4o, gpt-4o-2024-08-06]\n", "")
EVERYTHING = (
    "--webhooks",
    "https://n8n.example.com/webhook/events",
    "--thin-webhooks",
    "https://n8n.example.com/webhook/errors",
    "--portal",
)


def test_a_plan_writes_nothing(shop: Shop) -> None:
    assert set(shop.actions("meter-per-rate", *EVERYTHING).values()) == {"create"}
    assert shop.writes() == []
    assert "--apply does it" in shop.err


@pytest.mark.parametrize("name", ["example", "meter-per-rate", "weighted"])
def test_a_second_run_has_nothing_to_do(shop: Shop, name: str) -> None:
    assert set(shop.actions(name, *EVERYTHING, "--apply").values()) == {"created"}
    before, calls = shop.state(), len(shop.writes())
    assert set(shop.actions(name, *EVERYTHING).values()) == {"keep"}
    assert "nothing to do" in shop.err
    shop.run("provision", name, *EVERYTHING, "--apply")
    assert (shop.state(), len(shop.writes())) == (before, calls)


def test_a_run_that_is_killed_anywhere_is_completed_by_the_next(shop: Shop, kill_after: Callable[[int], None]) -> None:
    shop.edit("meter-per-rate", SMALL, MONTHLY, *FEW)
    everything = (*EVERYTHING, "--client", "acme", "--apply")
    shop.run("provision", "meter-per-rate", *everything)
    whole, writes = shop.state(), len(shop.writes())
    for number in range(1, writes + 1):
        shop.open(Account(preview=True, limits=Limits.none()))
        kill_after(number)
        shop.run("provision", "meter-per-rate", *everything)
        assert (shop.code, len(shop.writes())) == (130, number)
        shop.run("provision", "meter-per-rate", *everything)
        assert shop.state() == whole, f"killed after write {number}"


def test_watch_needs_nothing(shop: Shop) -> None:
    assert shop.run("provision", "watch", "--apply") == ""
    assert (shop.code, shop.mock.calls) == (0, ())


@pytest.mark.parametrize(
    ("meter", "reason"),
    [
        ({"formula": "last"}, "aggregates by last, not by sum"),
        ({"event_time_window": "day"}, "is pre-aggregated by day"),
        ({"customer_key": "account"}, "reads the customer from `account`"),
        ({"value_key": "tokens"}, "reads the value from `tokens`"),
        ({"livemode": True}, "belongs to the other side of the account"),
    ],
)
def test_an_unsuitable_meter_is_refused_with_the_reason(shop: Shop, meter: dict[str, str], reason: str) -> None:
    shop.mock.create_meter(INPUT, **meter)  # type: ignore[arg-type]
    rows = {row["name"]: row for row in shop.rows("provision", "meter-per-rate", "--apply")}
    assert shop.code == 1
    assert rows[INPUT]["action"] == "refuse"
    assert reason in rows[INPUT]["why"]
    assert shop.writes() == []


def test_a_meter_without_our_dimensions_is_refused(shop: Shop) -> None:
    shop.mock.create_meter("ai_tokens", dimensions=["model"])
    [row] = [row for row in shop.rows("provision", "example") if row["kind"] == "meter"]
    assert row["why"].startswith("mtr_test_1 has dimensions model where dimensions model, token_type are needed")


def test_an_inactive_meter_is_taken_back_into_use(shop: Shop) -> None:
    shop.mock.create_meter(INPUT, active=False)
    assert shop.actions("meter-per-rate", "--apply")[INPUT] == "changed"
    assert len([meter for meter in shop.mock.meters if meter.event_name == INPUT and meter.active]) == 1


def test_a_webhook_endpoint_that_lacks_events_gets_them_and_keeps_its_own(shop: Shop) -> None:
    url = EVERYTHING[1]
    shop.run("provision", "weighted", *EVERYTHING, "--apply")
    [hook] = shop.mock._books.things["webhook_endpoint"].values()
    fewer = {**hook.fields, "enabled_events": ["invoice.upcoming", "charge.failed"], "status": "disabled"}
    object.__setattr__(hook, "fields", fewer)
    assert shop.actions("weighted", *EVERYTHING, "--apply")[url] == "changed"
    [hook] = shop.mock._books.things["webhook_endpoint"].values()
    assert {"charge.failed", "invoice.payment_failed"} <= set(hook.fields["enabled_events"])
    assert hook.fields["status"] == "enabled"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sk_live_fake_owner", "the key is one of the live account"),
        ("whatever", "no Stripe API key"),
        ("", "put a restricted key into STRIPE_API_KEY"),
    ],
)
def test_a_wrong_key_is_refused_before_any_call(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, key: str, words: str
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", key)
    shop.run("provision", "weighted")
    assert (shop.code, shop.mock.calls) == (2, ())
    assert words in shop.err
    assert not key or key not in shop.err


def test_a_key_without_permission_is_named_by_what_it_lacks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.mock.add_key("poor", "rk_test_fake_poor", ["rak_billing_meter_read"])
    monkeypatch.setenv("STRIPE_API_KEY", "rk_test_fake_poor")
    shop.run("provision", "weighted", "--portal")
    assert shop.code == 3
    assert "rak_product_read" in shop.err
    assert "docs/stripe.md" in shop.err
    assert "rk_test" not in shop.err


def test_an_unknown_key_is_said_without_showing_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_fake_stranger")
    shop.run("provision", "weighted")
    assert shop.code == 3
    assert "Stripe does not know the key" in shop.err
    assert "sk_test" not in shop.err


def test_calls_that_come_too_fast_are_repeated(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(
        "time.sleep",
        lambda seconds: (waits.append(seconds), setattr(shop, "now", shop.now.replace(second=shop.now.second + 2))),
    )
    shop.open(Account(limits=Limits(account=5, endpoint=None, meter_events=None)))
    shop.run("provision", "meter-per-rate", "--apply")
    assert (shop.code, len(shop.mock.meters)) == (0, 10)
    assert waits


@pytest.mark.parametrize("base", ["https://stripe.example.com", "http://127.0.0.1:1/v1", "ftp://localhost"])
def test_a_key_leaves_for_nowhere_but_stripe_and_this_machine(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", base)
    shop.run("provision", "weighted")
    assert shop.code == 2
    assert "not an address of this machine" in shop.err


CLIENT = ("--client", "acme", "--apply")
MARKUP = ("markup: 2 ", "markup: 3 ")


def active(shop: Shop) -> dict[str, str | None]:
    """Give the amount of every active price, by the beginning of its lookup key."""
    return {p.lookup_key or p.id: plain(p.unit_amount) for p in shop.mock._books.prices.values() if p.active}


def items(shop: Shop) -> list[str | None]:
    [subscription] = shop.mock._books.subscriptions.values()
    return [item.price.lookup_key for item in subscription.current]


def test_prices_are_made_as_rates_says(shop: Shop) -> None:
    shop.run("provision", "meter-per-rate", "--apply")
    found = active(shop)
    assert [found[key] for key in found if key.startswith(INPUT)] == ["0.00003"]
    assert [found[key] for key in found if "4o_mini_output" in key] == ["0.00012"]


def test_a_tiny_amount_is_written_without_an_exponent(shop: Shop) -> None:
    shop.edit("weighted", ("credit: 0.000001", "credit: 0.0000001"))
    shop.run("provision", "weighted", "--apply")
    assert list(active(shop).values()) == ["0.0000001"]


def test_a_new_rate_is_a_new_price_and_the_old_one_goes_when_none_uses_it(shop: Shop) -> None:
    shop.run("provision", "meter-per-rate", "--apply")
    shop.edit("meter-per-rate", MARKUP)
    actions = shop.actions("meter-per-rate", "--apply")
    assert (list(actions.values()).count("created"), list(actions.values()).count("changed")) == (10, 10)
    assert sorted(set(active(shop).values()))[0] == "0.000009"
    assert len(active(shop)) == 10
    assert set(shop.actions("meter-per-rate").values()) == {"keep"}


def test_an_old_price_stays_while_a_client_is_on_it(shop: Shop) -> None:
    shop.run("provision", "meter-per-rate", *CLIENT)
    shop.edit("meter-per-rate", MARKUP)
    shop.run("provision", "meter-per-rate", "--apply")
    assert len(active(shop)) == 20
    shop.run("provision", "meter-per-rate", *CLIENT)
    assert len(active(shop)) == 10
    assert set(shop.actions("meter-per-rate", "--client", "acme").values()) == {"keep"}


def test_a_price_that_somebody_made_under_our_key_gives_the_key_up(shop: Shop) -> None:
    shop.run("provision", "weighted", "--apply")
    [price] = shop.mock._books.prices.values()
    object.__setattr__(price, "unit_amount", Decimal("0.5"))
    row, old = [row for row in shop.rows("provision", "weighted", "--apply") if row["kind"] == "price"]
    assert (row["action"], old["action"]) == ("changed", "changed")
    assert "rate is 0.5, not 0.000001" in row["why"]
    assert {p.lookup_key: p.active for p in shop.mock._books.prices.values()} == {price.lookup_key: True, None: False}


def test_a_client_gets_one_flexible_subscription_on_its_anchor(shop: Shop) -> None:
    shop.edit("meter-per-rate", MONTHLY)
    shop.run("provision", "meter-per-rate", *CLIENT)
    [made] = shop.mock._books.subscriptions.values()
    assert (made.customer, made.billing_mode, len(made.items)) == ("cus_SandboxAcme001", "flexible", 11)
    assert (made.start, made.anchor) == (ANCHOR, datetime(2026, 12, 1, 6, tzinfo=UTC))
    assert [item.price.unit_amount for item in made.items if item.price.meter is None] == [Decimal(150000)]


def test_usage_is_billed_and_credit_taken_off_month_by_month(shop: Shop) -> None:
    shop.edit("weighted", MONTHLY)
    shop.run("provision", "weighted", *CLIENT)
    event(shop, "ai_tokens_weighted", "1000000000")
    shop.now = datetime(2026, 12, 2, tzinfo=UTC)
    _, first = shop.mock.invoices
    assert [line.amount for line in first.lines] == [1000, 150000]
    assert sum(first.credits.values()) == 500
    shop.run("provision", "weighted", *CLIENT)
    event(shop, "ai_tokens_weighted", "300000000")
    shop.now = datetime(2027, 1, 2, tzinfo=UTC)
    assert sum(shop.mock.invoices[-1].credits.values()) == 300


def test_a_yearly_retainer_gets_a_subscription_of_its_own(shop: Shop) -> None:
    shop.edit("weighted", (MONTHLY[0], MONTHLY[1].replace("monthly, monthly_credit: 5", "yearly")))
    shop.run("provision", "weighted", *CLIENT)
    tokens, retainer = shop.mock._books.subscriptions.values()
    assert (len(tokens.items), tokens.items[0].price.interval) == (1, "month")
    assert (retainer.items[0].price.unit_amount, retainer.items[0].price.interval) == (Decimal(1800000), "year")
    assert set(shop.actions("weighted", *CLIENT).values()) == {"kept"}


def test_a_subscription_follows_the_terms_and_keeps_its_items(shop: Shop) -> None:
    shop.run("provision", "weighted", *CLIENT)
    [before] = shop.mock._books.subscriptions.values()
    event(shop, "ai_tokens_weighted", "1000000000")
    shop.now += days(1)
    shop.edit("weighted", ("credit: 0.000001", "credit: 0.0000005"))
    assert shop.actions("weighted", *CLIENT)["tokens acme"] == "changed"
    [after] = shop.mock._books.subscriptions.values()
    assert [item.id for item in after.current] == [item.id for item in before.current]
    shop.now = datetime(2026, 12, 2, tzinfo=UTC)
    assert shop.mock.invoices[-1].total == 1000


def test_a_metered_price_on_a_classic_subscription_is_not_changed_in_mid_period(shop: Shop) -> None:
    shop.run("provision", "weighted", *CLIENT)
    [made] = shop.mock._books.subscriptions.values()
    object.__setattr__(made, "billing_mode", "classic")
    shop.edit("weighted", ("credit: 0.000001", "credit: 0.0000005"))
    rows = {row["name"]: row for row in shop.rows("provision", "weighted", *CLIENT)}
    assert rows["tokens acme"]["action"] == "refuse"
    assert "classic mode" in rows["tokens acme"]["why"]


@pytest.mark.parametrize(
    ("mapping", "change", "words"),
    [
        (
            "weighted",
            ("customer: {sandbox: cus_SandboxAcme001", "customer: {sandbox: cus_SandboxNobody"),
            "no customer",
        ),
        ("example", ("  acme:\n", "  acme:\n    path: gateway\n"), "by a gateway"),
    ],
)
def test_a_client_that_cannot_be_subscribed_is_refused(
    shop: Shop, mapping: str, change: tuple[str, str], words: str
) -> None:
    shop.edit(mapping, change)
    refused = [row for row in shop.rows("provision", mapping, *CLIENT) if row["action"] == "refuse"]
    assert any(words in row["why"] for row in refused)
    assert shop.writes() == []


def test_usage_that_another_subscription_bills_is_not_billed_twice(shop: Shop) -> None:
    shop.mock.create_meter("ai_tokens_weighted")
    shop.mock.subscribe("cus_SandboxAcme001", [shop.mock.create_price("ai_tokens_weighted", "1")])
    rows = {row["name"]: row for row in shop.rows("provision", "weighted", *CLIENT)}
    assert "already bills our meters" in rows["tokens acme"]["why"]


def test_an_anchor_that_is_not_stripes_is_refused(shop: Shop) -> None:
    shop.run("provision", "weighted", *CLIENT)
    shop.edit("weighted", ("2026-11-01T06:00:00Z", "2026-11-05T06:00:00Z"))
    rows = {row["name"]: row for row in shop.rows("provision", "weighted", *CLIENT)}
    assert (
        "billed until 2026-12-01 06:00 UTC, the mapping's `period.anchor` says 2026-12-05" in rows["tokens acme"]["why"]
    )


def test_agreed_changes_are_made_ahead_and_told(shop: Shop) -> None:
    shop.edit("meter-per-rate", ("markup: 2 ", "changes: [{since: 2026-12-01, markup: 3}]\nmarkup: 2 "))
    shop.run("provision", "meter-per-rate", *CLIENT)
    assert len(active(shop)) == 20
    rows = {row["name"]: row for row in shop.rows("provision", "meter-per-rate", *CLIENT)}
    assert "other terms from 2026-12-01 06:00 UTC on" in rows["tokens acme"]["why"]
    shop.now = datetime(2026, 12, 1, 7, tzinfo=UTC)
    assert shop.actions("meter-per-rate", *CLIENT)["tokens acme"] == "changed"
    assert len(active(shop)) == 10


def test_tiers_and_free_tokens_reach_stripe(shop: Shop) -> None:
    shop.edit("meter-per-rate", ("markup: 2 ", "pricing: {free_tokens: 50000}\nmarkup: 2 "))
    shop.run("provision", "meter-per-rate", "--apply")
    price = next(p for p in shop.mock._books.prices.values() if (p.lookup_key or "").startswith(INPUT))
    assert [(tier.up_to, plain(tier.unit)) for tier in price.tiers] == [(50000, "0"), (None, "0.00003")]
    assert set(shop.actions("meter-per-rate").values()) == {"keep"}


def test_prices_per_thousand_reach_stripe(shop: Shop) -> None:
    shop.edit("meter-per-rate", ("markup: 2 ", "pricing: {unit: per_thousand, tax: {behavior: exclusive}}\nmarkup: 2 "))
    shop.run("provision", "meter-per-rate", "--apply")
    price = next(p for p in shop.mock._books.prices.values() if (p.lookup_key or "").startswith(INPUT))
    assert (plain(price.unit_amount), price.transform, price.tax_behavior) == (
        "0.03",
        Transform(1000, "up"),
        "exclusive",
    )
    assert set(shop.actions("meter-per-rate").values()) == {"keep"}


ALERTS = ("--client", "acme", "--alerts", "--apply")


def test_alerts_stand_at_shares_of_the_expected_month(shop: Shop) -> None:
    shop.run("provision", "weighted", *ALERTS)
    gates = [alert.gte for alert in shop.mock._books.alerts.values()]
    expected = 860 * 100 * 2 * 10**6  # dollars to cents, doubled, in credits of 0.000001 cents
    assert gates == [expected // 2, expected * 8 // 10, expected]
    assert "nothing to do" in (shop.run("provision", "weighted", *ALERTS[:-1]), shop.err)[1]


def test_the_next_months_alerts_add_what_was_used_and_replace_the_old(shop: Shop) -> None:
    shop.run("provision", "weighted", *ALERTS)
    event(shop, "ai_tokens_weighted", "1000")
    shop.now = datetime(2026, 12, 2, tzinfo=UTC)
    shop.run("provision", "weighted", *ALERTS)
    alerts = list(shop.mock._books.alerts.values())
    assert [alert.status for alert in alerts] == ["archived"] * 3 + ["active"] * 3
    assert alerts[3].gte == alerts[0].gte + 1000


@pytest.mark.parametrize(("name", "options"), [("meter-per-rate", ALERTS), ("weighted", ("--alerts",))])
def test_alerts_that_could_watch_nothing_are_wrong_usage(shop: Shop, name: str, options: tuple[str, ...]) -> None:
    shop.run("provision", name, *options)
    assert (shop.code, shop.mock.calls) == (2, ())
