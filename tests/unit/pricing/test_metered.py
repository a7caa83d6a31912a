"""What `margin` says that metering charges is what the invoices of that usage say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from generator import resources
from generator.commands.read import catalogue
from generator.commands.statement import statement_of
from generator.mapping.load import load
from generator.mapping.words import TokenType
from generator.pricing.margin import Tokens
from generator.pricing.margin_report import Taken
from generator.pricing.metered import mapped_charges
from generator.pricing.naming import Names
from generator.pricing.statement import billing_period, days_of
from generator.usage_files.archive import Kept

NOVEMBER = date(2026, 11, 1)


def names_of(name: str) -> Names:
    mapping = load(resources.mappings() / f"{name}.yaml").mapping
    assert mapping
    return Names(catalogue(), mapping, {}, None)


def taken(client: str, model: str, day: date | None, *counts: int) -> Taken:
    return Taken(client, model, day, Tokens(*counts))


def test_a_month_by_hand():
    names = names_of("prices")
    used = [
        taken("acme", "gpt-4o", date(2026, 11, 3), 150_000_000, 3_000_000, 0, 9_000_000),
        taken("acme", "gpt-4o", date(2026, 11, 20), 10_000_000, 0, 0, 1_000_001),
        taken("acme", "gpt-4o-2024-08-06", date(2026, 11, 20), 77, 0, 0, 1),
        taken("globex", "gpt-4o-mini", date(2026, 11, 4), 9_000_000, 0, 0, 300_000),
        taken("initech", "gpt-4o-mini", date(2026, 11, 5), 90_000_007, 0, 0, 3_000),
        taken("umbrella", "gpt-4o-mini", date(2026, 11, 5), 90_000_007, 0, 0, 3_000),
    ]
    charges = mapped_charges(used, names)
    # 80M × $5 + 60,000,077 × $4.50 + 3M × $2.50 + 6,000,002 × $25, each line rounded; the first 20M and 4M are free.
    assert sum(charges[entry] for entry in used[:3]) == Decimal("827.5")
    assert charges[used[3]] == 0  # $3.07 of usage, below the credit of $25
    # (90,000,007 − 50,000) × $0.30 × 0.92 is €24.83, and back in dollars.
    assert round(charges[used[4]], 15) == round(Decimal("24.83") / Decimal("0.92"), 15)
    # 90,001 thousands × $0.00045, 3 × $0.0018: $40.50 and $0.01.
    assert charges[used[5]] == Decimal("40.51")


@pytest.mark.parametrize("name", ["prices", "weighted", "meter-per-rate", "watch"])
def test_every_client_and_period_adds_up_to_its_invoice(name: str):
    names, chance = names_of(name), Random(name)
    mapping = names.mapping
    assert mapping
    models = [alias.name for model in mapping.models.values() for alias in model.aliases]
    used = {
        taken(client, chance.choice(models), NOVEMBER + timedelta(days=chance.randrange(95)), *counts)
        for client in mapping.clients
        for _ in range(60)
        if (counts := [chance.randrange(10 ** chance.randrange(1, 9)) for _ in range(4)])
    }
    charges = mapped_charges(list(used), names)
    for key, client in mapping.clients.items():
        for year, month in ((2026, 11), (2026, 12), (2027, 1)):
            start, end = billing_period(mapping, client, year, month)
            first, last = days_of(start, end, mapping.windows.zone)
            own = [entry for entry in used if entry.client == key and entry.day and first <= entry.day <= last]
            rows = [
                Kept(key, entry.day, model.model, kind, entry.tokens.of(kind))
                for entry in own
                if entry.day and (model := names.model(entry.model, entry.day))
                for kind in TokenType
            ]
            invoice = statement_of(mapping, names.catalogue, key, rows, start, end).invoice
            fixed = sum(line.amount for line in invoice.lines if not hasattr(line.price, "token_type"))
            owed = Decimal(invoice.total - fixed) / 100 / (Decimal("0.92") if invoice.currency == "eur" else 1)
            assert round(sum(charges[entry] for entry in own), 15) == round(owed, 15)


def test_days_outside_of_the_report_use_up_free_tokens_too():
    names = names_of("prices")
    first = taken("initech", "gpt-4o", date(2026, 11, 2), 50_000)
    second = taken("initech", "gpt-4o", date(2026, 11, 20), 50_000)
    charges = mapped_charges([second, first], names)
    assert charges[first] == 0
    assert charges[second] > 0


def test_usage_from_before_metering_and_without_a_day_has_invoices_of_its_own():
    names = names_of("prices")
    used = [taken("umbrella", "gpt-4o", day, 1_000_000) for day in (date(2026, 10, 31), NOVEMBER, None)]
    charges = mapped_charges(used, names)
    assert [charges[entry] for entry in used] == [Decimal("7.5")] * 3


def test_what_the_mapping_does_not_know_is_not_charged():
    used = [taken("stranger", "gpt-4o", NOVEMBER, 1000), taken("acme", "claude-3-haiku", NOVEMBER, 1000)]
    assert mapped_charges(used, names_of("prices")) == {}


def test_a_client_is_known_by_parts_of_its_spelling():
    names = names_of("example")
    assert names.mapping
    prefixes = {"acme": ("t-",), "globex": ("t-g", "globex-")}
    patterns = {"globex": ("*@globex.com",), "umbrella": ("*.com", "t-*-u")}
    clients = {
        key: client.model_copy(update={"prefixes": prefixes.get(key, ()), "patterns": patterns.get(key, ())})
        for key, client in names.mapping.clients.items()
    }
    names = Names(catalogue(), names.mapping.model_copy(update={"clients": clients}), {}, None)
    found = [names.client(name) for name in ("t-7", "t-g7", "globex-eu", "initech", "initech-2", "t-7", "t-7-u")]
    assert found == ["acme", "globex", "globex", "initech", None, "acme", "acme"]
    assert [names.client(name) for name in ("jo@globex.com", "jo@acme.com", "jo@acme.org")] == [
        "globex",
        "umbrella",
        None,
    ]
