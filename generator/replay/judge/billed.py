"""The last rule: what was counted is charged, on final invoices, at the mapping's rates, each line rounded once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from generator.rendering.plan import Billing, Plan
from generator.stripe_mock import StripeMock
from generator.stripe_mock.invoice import Invoice, Line


class Sold(NamedTuple):
    """What one invoice line is about."""

    customer: str
    event_name: str
    model: str
    token_type: str


def billed(plans: Sequence[Plan], stripe: StripeMock, uncharged: int) -> Iterator[str]:
    """Compare final invoices with the ledger of events; time has passed every period's end and grace.

    `plans` say what each meter's units cost: one for each billing mode that was ever in force.
    """
    counted: dict[Sold, int] = defaultdict(int)
    for event in stripe.events:
        if event.counts:
            counted[_sold(plans, event.customer, event.event_name, event.payload)] += int(event.value)
    charged: dict[Sold, int] = defaultdict(int)
    for invoice in stripe.invoices:
        for line in invoice.lines:
            sold = _sold(plans, invoice.customer, line.event_name or "", line.conditions)
            charged[sold] += int(line.quantity)
            yield from _amount(plans, invoice, line, sold)
    wrong = {sold: (counted[sold], charged[sold]) for sold in {*counted, *charged} if counted[sold] != charged[sold]}
    left = sum(held - billed for held, billed in wrong.values())
    if left != uncharged or any(billed > held for held, billed in wrong.values()):
        yield f"billed: {left:,} counted units are on no invoice, {uncharged:,} were to be expected: {wrong}"
    for plan in plans:
        yield from _weights(plan)


def _weights(plan: Plan) -> Iterator[str]:
    """In `weighted` all pairs share one price: tokens × weight × price must be tokens × rate, for each of them."""
    for pair in plan.pairs if plan.billing is Billing.WEIGHTED else ():
        if (pair.weight or 0) * _credit(plan) != pair.rate:
            yield f"billed: {pair.model} {pair.token_type.value} weighs {pair.weight}, its rate is {pair.rate}"


def _sold(plans: Sequence[Plan], customer: str, event_name: str, words: object) -> Sold:
    """Name what is charged by itself; where a meter has one meaning, the payload's further words do not matter."""
    if all(plan.billing is not Billing.DIMENSIONS for plan in plans) or not hasattr(words, "get"):
        return Sold(customer, event_name, "", "")
    return Sold(customer, event_name, str(words.get("model")), str(words.get("token_type")))


def _amount(plans: Sequence[Plan], invoice: Invoice, line: Line, sold: Sold) -> Iterator[str]:
    due = (Decimal(line.quantity) * _rate(plans, sold)).quantize(Decimal(1), ROUND_HALF_UP)
    if Decimal(line.amount) != due:
        yield f"billed: {invoice.id} charges {line.amount} for {line.quantity} of {sold}, {due} is right"


def _rate(plans: Sequence[Plan], sold: Sold) -> Decimal:
    """Give the rate in cents per unit that the mapping says."""
    weighted = next((plan for plan in plans if plan.weighted_event and plan.weighted_event == sold.event_name), None)
    if weighted:
        return _credit(weighted)
    pairs = [pair for plan in plans for pair in plan.pairs]
    if sold.model:
        return next(p.rate for p in pairs if (p.model, p.token_type) == (sold.model, sold.token_type))
    return next(p.rate for p in pairs if p.event_name == sold.event_name)


def _credit(plan: Plan) -> Decimal:
    """Give what one credit costs in cents."""
    pair = next(p for p in plan.pairs if p.weight)
    return pair.rate / Decimal(pair.weight or 1)
