"""Invoices: one per billing period, final after the grace (Stripe docs, *Configure grace period*)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .books import Books
from .call import Call
from .credit_grants import usable, use
from .invoice import Invoice, Line
from .pages import page
from .price import Charge, one_charge
from .refusal import Refusal, missing_object
from .subscription import Item, Subscription
from .usage import inside, matching, total


@dataclass(frozen=True, slots=True)
class Due:
    """A period whose invoice is to be made: usage received before `at` is on it."""

    subscription: Subscription
    start: datetime
    end: datetime
    at: datetime


def finalize_due(books: Books) -> None:
    """Finalise every invoice whose grace is over, in the order of time."""
    due = [period for subscription in books.subscriptions.values() for period in _over(subscription, books.now())]
    for period in sorted(due, key=lambda period: period.at):
        books.invoices.append(_invoice(books, period))
        use(books, dict(books.invoices[-1].credits))
        current = books.subscriptions[period.subscription.id]
        books.subscriptions[current.id] = replace(
            current, billed_until=max(period.end, current.billed_until), opened=True
        )


def _over(subscription: Subscription, now: datetime) -> Iterator[Due]:
    """List the periods that are closed and not yet invoiced; a licensed price opens with an invoice of its own."""
    start = subscription.billed_until
    if not subscription.opened and start <= now and any(item.price.meter is None for item in subscription.items):
        yield Due(subscription, start, start, start)
    while subscription.ended is None or start < subscription.ended:
        end = subscription.period_end(start)
        closing = subscription.closing if end == subscription.ended else "after_grace"
        at = end if closing == "at_once" else end + subscription.grace
        if closing == "never" or at > now:
            return
        yield Due(subscription, start, end, at)
        start = end


def _invoice(books: Books, due: Due) -> Invoice:
    subscription, lines = due.subscription, tuple(_lines(books, due))
    currency = subscription.items[0].price.currency
    return Invoice(
        id=books.new_id("in"),
        number=f"TEST-{len(books.invoices) + 1:04d}",
        customer=subscription.customer,
        subscription=subscription.id,
        currency=currency,
        period_start=due.start,
        period_end=due.end,
        finalized_at=due.at,
        lines=lines,
        credits=usable(books, subscription.customer, currency, lines, due.at),
        livemode=books.account.livemode,
    )


def _lines(books: Books, due: Due) -> Iterator[Line]:
    for item in due.subscription.items:
        if item.price.meter is None:
            yield from _licensed(books, due, item)
        elif due.start < due.end and (item.end is None or due.start < item.end):
            yield from _metered(books, due, item)


def _metered(books: Books, due: Due, item: Item) -> Iterator[Line]:
    """Charge the usage stamped into the period since the item's start and received in time."""
    meter = books.meters[item.price.meter or ""]
    known = [e for e in books.usage(meter.id, due.subscription.customer) if e.counted_before(due.at)]
    start, end = max(due.start, item.start), min(due.end, item.end or due.end)
    quantity = total(meter, matching(inside(known, start, end), item.conditions))
    charges = item.price.charges(quantity)
    if len(charges) > 1 and books.switches.tier_lines == "one_per_price":
        charges = one_charge(charges)
    for charge in charges:
        line = _line(books, item, charge, due.start, due.end)
        yield replace(line, meter=meter.id, event_name=meter.event_name)


def _licensed(books: Books, due: Due, item: Item) -> Iterator[Line]:
    """Charge the period that begins, in advance; a short first one by its share."""
    subscription = due.subscription
    if subscription.ended is not None and due.end >= subscription.ended:
        return
    end = subscription.period_end(due.end)
    share = _share(subscription, due.end, end)
    for charge in one_charge(item.price.charges(Decimal(item.quantity))):
        yield _line(books, item, replace(charge, exact=charge.exact * share), due.end, end)


def _share(subscription: Subscription, start: datetime, end: datetime) -> Decimal:
    """Give the part of a whole period that a period is."""
    whole = end - subscription.whole_period_start(end)
    if start < subscription.created and not subscription.prorated:
        return Decimal(0)  # a backdated stretch is a proration too
    if end - start >= whole:
        return Decimal(1)
    part = Decimal(int((end - start).total_seconds())) / Decimal(int(whole.total_seconds()))
    return part if subscription.prorated else Decimal(0)


def _line(books: Books, item: Item, charge: Charge, start: datetime, end: datetime) -> Line:
    return Line(
        id=books.new_id("il"),
        item=item.id,
        price=item.price.id,
        quantity=charge.quantity,
        amount=charge.amount,
        exact=charge.exact,
        period_start=start,
        period_end=end,
        conditions=item.conditions,
        note=charge.note,
    )


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List final invoices, newest first."""
    params = call.params
    wanted = [i for i in reversed(books.invoices) if params.get("customer") in (None, i.customer)]
    wanted = [i for i in wanted if params.get("subscription") in (None, i.subscription)]
    rows = [invoice.rendered() for invoice in wanted]
    return page([row for row in rows if params.get("status") in (None, row["status"])], call, "invoice")


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one invoice."""
    return _found(books, call.ids[0]).rendered()


def lines(books: Books, call: Call) -> dict[str, Any]:
    """List an invoice's lines."""
    rows: list[dict[str, Any]] = _found(books, call.ids[0]).rendered()["lines"]["data"]
    return page(rows, call, "line_item")


def preview(books: Books, call: Call) -> dict[str, Any]:
    """Answer what the running period would charge for usage so far; the preview has no id."""
    subscription = books.subscriptions.get(call.params["subscription"])
    if subscription is None or subscription.ended:
        raise missing_object("subscription", call.params["subscription"], "subscription")
    if call.params.get("customer") not in (None, subscription.customer):
        raise Refusal(400, "The subscription belongs to another customer.", param="customer")
    start, end = subscription.period(call.at)
    draft = _invoice(books, Due(subscription, start, end, call.at + timedelta.resolution)).rendered()
    return draft | {"id": f"upcoming_{draft['id']}", "number": None, "status": "draft", "status_transitions": {}}


def _found(books: Books, identity: str) -> Invoice:
    for invoice in books.invoices:
        if invoice.id == identity:
            return invoice
    raise missing_object("invoice", identity)
