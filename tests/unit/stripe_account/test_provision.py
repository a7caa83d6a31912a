"""`provision`: the plan, the deed, and that doing it again or after a crash ends in the same account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.stripe_mock import Account, Limits

from .conftest import Shop

INPUT = "ai_tokens_openai_gpt_4o_mini_input"
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
    shop.edit("meter-per-rate", SMALL)
    shop.run("provision", "meter-per-rate", *EVERYTHING, "--apply")
    whole, writes = shop.state(), len(shop.writes())
    for number in range(1, writes + 1):
        shop.open(Account(preview=True, limits=Limits.none()))
        kill_after(number)
        shop.run("provision", "meter-per-rate", *EVERYTHING, "--apply")
        assert (shop.code, len(shop.writes())) == (130, number)
        shop.run("provision", "meter-per-rate", *EVERYTHING, "--apply")
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
    assert "rak_customer_portal_read" in shop.err
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
