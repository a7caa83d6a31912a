"""A metered month ends in the invoice that our arithmetic says, with every shape of prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from generator import resources
from generator.commands.read import catalogue
from generator.mapping.load import load_text
from generator.mapping.words import Shape, TokenType
from generator.pricing.invoice import make_invoice
from generator.pricing.price import Price, PriceList
from generator.pricing.price_lists import make_price_lists
from generator.rendering.plan import Client, Plan
from generator.rendering.resolve import resolve
from generator.replay import setting, stage
from generator.replay.command import Ask, jobs
from generator.stripe_mock import StripeMock
from generator.stripe_mock.price import Price as MockPrice
from generator.stripe_mock.price import Tier, Transform

TOKENS = {
    "acme": "{tiers: [{up_to: 1000}, {up_to: 2000, factor: 0.5, fee: 1}, {factor: 0.1}], free_tokens: 700}",
    "globex": "{shape: volume, tiers: [{up_to: 500}, {factor: 0.25}]}",
    "initech": "{unit: per_thousand}",
    "umbrella": "{retainer_billing: monthly, monthly_credit: 0.5}",
}
CREDITS = TOKENS | {
    "acme": "{tiers: [{up_to_spend: 1}, {factor: 0.1}], pool: openai/gpt-4o-mini, free_tokens: {input: 700}}",
    "globex": "{shape: volume, tiers: [{up_to_spend: 0.01}, {factor: 0.25}]}",
    "initech": "{shape: flat}",
}


def shaped(name: str, terms: dict[str, str]) -> tuple[Plan, dict[str, PriceList]]:
    text = (resources.mappings() / f"{name}.yaml").read_text(encoding="utf-8")
    for key, words in terms.items():
        text = text.replace(f"\n  {key}:\n", f"\n  {key}:\n    pricing: {words}\n")
    loaded = load_text(text, f"{name}.yaml")
    plan, findings = resolve(loaded, catalogue())
    assert plan, findings
    assert loaded.mapping
    return plan, {prices.client: prices for prices in make_price_lists(loaded.mapping, catalogue())}


def in_mock(stripe: StripeMock, of: Price) -> MockPrice:
    tiers = [Tier(tier.up_to, tier.unit_amount, tier.flat_amount) for tier in of.tiers]
    mode = None if of.shape is Shape.FLAT else of.shape.value
    transform = Transform(of.divide_by, "up") if of.divide_by > 1 else None
    return stripe.create_price(of.event_name, of.unit_amount, tiers=tiers, tiers_mode=mode, transform=transform)


class Ours:
    """Subscribes clients to their own price lists, and judges invoices by our arithmetic."""

    def __init__(self, lists: dict[str, PriceList]) -> None:
        self.lists, self.judged = lists, 0
        self.prices: dict[str, Price] = {}

    def subscribe(self, stripe: StripeMock, _plan: Plan, client: Client) -> None:
        own = self.lists[client.key]
        items = [in_mock(stripe, price) for price in own.prices]
        self.prices |= {made.id: price for made, price in zip(items, own.prices, strict=True)}
        if own.retainer:
            items.append(stripe.create_price(None, Decimal(own.retainer.amount)))
        stripe.subscribe(client.customer, items, start=client.since, anchor=client.anchor, grace=client.grace)

    def billed(self, plans: Sequence[Plan], stripe: StripeMock, _uncharged: int) -> Iterator[str]:
        (plan,) = plans
        clients = {client.customer: self.lists[client.key] for client in plan.clients}
        for invoice in stripe.invoices:
            if invoice.period_start < invoice.period_end:
                usage: Counter[tuple[str, TokenType | None]] = Counter()
                for line in invoice.lines:
                    if price := self.prices.get(line.price):
                        usage[price.model, price.token_type] += int(line.quantity) * price.divide_by
                right = make_invoice(clients[invoice.customer], usage, credit=0)
                self.judged += bool(right.total)
                if [line.amount for line in invoice.lines] != [line.amount for line in right.lines]:
                    yield f"{invoice.customer}: {invoice.lines} is not {right.lines}"


@pytest.mark.parametrize(("name", "terms"), [("meter-per-rate", TOKENS), ("weighted", CREDITS)])
def test_a_month_is_charged_as_our_arithmetic_says(
    name: str, terms: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, lists = shaped(name, terms)
    ours = Ours(lists)
    monkeypatch.setattr(setting, "_subscribe", ours.subscribe)
    monkeypatch.setattr(stage, "billed", ours.billed)
    [job] = jobs(Ask([plan], names=["ordinary-day"], quick=True), "make")
    assert job.play().failures == ()
    assert ours.judged
