"""Compares our invoice with one that Stripe made, line by line, and names the likely cause of a difference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from generator.errors import UnreadableInput
from generator.pricing.amounts import format_decimal
from generator.pricing.events import slug
from generator.pricing.invoice import Invoice, Line
from generator.pricing.price import FixedPrice


@dataclass(frozen=True, slots=True)
class StripeLine:
    """One line of Stripe's invoice; amounts in minor units."""

    description: str
    lookup_key: str
    quantity: Decimal | None
    amount: int


@dataclass(frozen=True, slots=True)
class StripeInvoice:
    """What a saved invoice object says."""

    number: str
    currency: str
    total: int
    lines: tuple[StripeLine, ...]


def parse_invoice(text: str, name: str) -> StripeInvoice:
    """Read an invoice as Stripe's API answers it."""
    try:
        content = json.loads(text, parse_float=Decimal)
        if content.get("object") != "invoice":
            raise ValueError("no object `invoice`")
        if content["lines"].get("has_more"):
            raise ValueError("its lines go on: save it with all lines, up to 100 on a page")
        lines = tuple(_line(line) for line in content["lines"]["data"])
        number = str(content.get("number") or content.get("id") or "")
        return StripeInvoice(number, str(content["currency"]), int(content["total"]), lines)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise UnreadableInput(f"{name}: not a saved Stripe invoice ({error})") from None


def _line(line: dict[str, object]) -> StripeLine:
    price = line.get("price")
    quantity = line.get("quantity_decimal") or line.get("quantity")
    return StripeLine(
        description=str(line.get("description") or ""),
        lookup_key=str(price.get("lookup_key") or "") if isinstance(price, dict) else "",
        quantity=None if quantity is None else Decimal(str(quantity)),
        amount=int(str(line["amount"])),
    )


def differences(ours: Invoice, theirs: StripeInvoice) -> Iterator[str]:
    """Say each difference in one sentence; nothing where both agree to the last minor unit."""
    if ours.currency != theirs.currency:
        yield f"the invoice is in {theirs.currency}, the statement in {ours.currency}"
    left = list(theirs.lines)
    for line in ours.lines:
        found = _match(line, left)
        if found is None:
            if line.amount:
                yield f"{title(line)}: {line.amount} here, no such line on the invoice"
            continue
        left.remove(found)
        yield from _difference(line, found)
    for extra in left:
        if extra.amount:
            words = extra.description or "a line without words"
            yield f"the invoice has {extra.amount} for {words!r}, no such line here"
    if ours.total != theirs.total:
        yield f"total: {ours.total} here, {theirs.total} on the invoice"


def title(line: Line) -> str:
    """Name a line as both sides read it."""
    words = "retainer" if isinstance(line.price, FixedPrice) else line.price.title
    return f"{words}, tier {line.tier}" if line.tier else words


def _match(line: Line, left: Sequence[StripeLine]) -> StripeLine | None:
    """Find the line of the same price, the one with the same quantity and amount first."""
    same = [other for other in left if _same_price(line, other)]
    ranked = sorted(same, key=lambda other: (other.quantity != line.quantity, other.amount != line.amount))
    return ranked[0] if ranked else None


def _same_price(line: Line, other: StripeLine) -> bool:
    if other.lookup_key:
        return other.lookup_key == line.price.lookup_key
    if isinstance(line.price, FixedPrice):
        return other.amount == line.amount and other.quantity == 1
    price, words = line.price, set(other.description.split())
    own_meter = price.token_type is None or price.event_name.endswith(f"_{slug(price.model)}_{price.token_type.value}")
    named = {price.event_name} if own_meter else {price.event_name, *price.dimensions.values()}
    return price.title in other.description or (bool(price.event_name) and named <= words)


def _difference(line: Line, other: StripeLine) -> Iterator[str]:
    if other.quantity is not None and other.quantity != line.quantity:
        more = other.quantity - line.quantity
        words = f"Stripe counted {format_decimal(abs(more))} {'more' if more > 0 else 'fewer'}"
        yield f"{title(line)}: {line.quantity} here, {format_decimal(other.quantity)} on the invoice; {words}"
    elif other.amount != line.amount:
        words = "for the same quantity; the rate differs"
        yield f"{title(line)}: {line.amount} here, {other.amount} on the invoice {words}"
