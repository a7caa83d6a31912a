"""The next invoice, twice: as Stripe previews it and as our arithmetic makes it, line by line, with likely causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from generator.mapping.words import TokenType
from generator.pricing.invoice import Invoice, Line, Usage, joined, make_invoice
from generator.pricing.price import FixedPrice, Price
from generator.stripe_account.connection import Connection
from generator.stripe_account.counts import meter_ids, read_counts
from generator.stripe_account.outside import speaking
from generator.stripe_account.prices import differences
from generator.stripe_account.provision import Needs
from generator.stripe_account.subscriptions import find, read_client, role
from generator.stripe_account.terms import ClientTerms

if TYPE_CHECKING:
    import stripe

MINUTE = timedelta(minutes=1)
CREDIT, RETAINER = "credit", "retainer"
NO_CREDIT = "credit: this month has no grant, or another one is used up first"
EXTRA = "extra item: a price of earlier terms, or none of this mapping"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a line: the quantity as the invoice counts it, the amount in minor units."""

    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A line on both sides; `cause` is empty where they agree."""

    name: str
    ours: Side | None
    stripes: Side | None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Both invoices of one client: all lines, and what is owed on either side, in minor units."""

    currency: str
    pairs: tuple[Pair, ...]
    ours: int
    stripes: int

    @property
    def agrees(self) -> bool:
        """Tell whether nothing differs."""
        return self.ours == self.stripes and not any(pair.cause for pair in self.pairs)


def preview(account: Connection, needs: Needs, terms: ClientTerms, usage: Usage | None) -> Preview | str:
    """Preview the running month of a client, or say why there is none; without `usage` we take what Stripe counted."""
    with speaking(f"preview the invoice of {terms.client.key}"):
        customer, subscriptions = read_client(account, terms.client.customer)
        subscription = find(subscriptions, role(terms.client.key))
        if customer is None or subscription is None:
            return f"{terms.client.key} has no subscription of ours; `provision --client {terms.client.key}` makes it"
        shown = account.client.v1.invoices.create_preview({"customer": customer.id, "subscription": subscription.id})
        ids = meter_ids(account, list(dict.fromkeys(price.event_name for price in terms.prices.prices)))
        counted = usage if usage is not None else _counted(account, terms, ids)
        ours = make_invoice(terms.prices, counted)
        there = [_full(account, item) for item in subscription["items"].data]
        return _Compared(terms, ours, shown, subscription, there, ids, needs.meter).result()


def _full(account: Connection, item: stripe.SubscriptionItem) -> stripe.Price:
    """Read an item's price with its tiers, which a subscription does not show."""
    if item.price.billing_scheme != "tiered":
        return item.price
    return account.client.v1.prices.retrieve(item.price.id, {"expand": ["tiers"]})


def _counted(account: Connection, terms: ClientTerms, ids: Mapping[str, str]) -> Usage:
    """Read what Stripe has counted of the running month."""
    end = min(terms.month.end, (terms.now + MINUTE).replace(second=0, microsecond=0))
    start = max(terms.month.start, terms.client.since)
    found: dict[tuple[str, TokenType | None], int] = {}
    for price in terms.prices.prices if start < end else ():
        total = read_counts(account, ids[price.event_name], terms.client.customer, start, end)
        found[price.model, price.token_type] = sum(total.values())
    return found


@dataclass(frozen=True, slots=True)
class _Compared:
    terms: ClientTerms
    ours: Invoice
    shown: stripe.Invoice
    subscription: stripe.Subscription
    there: Sequence[stripe.Price]
    meters: Mapping[str, str]
    meter: str

    def result(self) -> Preview:
        stripes = _lines(self.shown)
        pairs, matched = [], set()
        for price in self.terms.on_subscription:
            found = self.item_of(price)
            lines = stripes.get(found.id, []) if found else []
            matched |= {found.id} if found else set()
            pairs.append(self.pair(price, found, lines))
        extra = [identity for identity in stripes if identity not in matched]
        pairs += [Pair(one, None, _side(stripes[one]), EXTRA) for one in extra]
        pairs += self.credit()
        return Preview(self.terms.prices.currency, tuple(pairs), self.ours.total, self.shown.total)

    def item_of(self, price: Price | FixedPrice) -> stripe.Price | None:
        """Find the price on the subscription that stands for a wanted one: the same key, else the same meter."""
        keyed = [one for one in self.there if one.lookup_key == price.lookup_key]
        meter = self.meters[price.event_name] if isinstance(price, Price) else None
        same = [one for one in self.there if (one.recurring.meter if one.recurring else None) == meter]
        return next(iter(keyed or same), None)

    def pair(
        self, price: Price | FixedPrice, found: stripe.Price | None, lines: Sequence[stripe.InvoiceLineItem]
    ) -> Pair:
        own = tuple(line for line in self.ours.lines if line.price == price)
        own = own if len(own) == len(lines) or not own else (joined(own),)
        ours = Side(sum(line.quantity for line in own), sum(line.amount for line in own))
        stripes = _side(lines) if lines else None
        name = price.title if isinstance(price, Price) else RETAINER
        return Pair(name, ours, stripes, self.cause(price, found, ours, stripes, own))

    def cause(
        self,
        price: Price | FixedPrice,
        found: stripe.Price | None,
        ours: Side,
        stripes: Side | None,
        own: Sequence[Line],
    ) -> str:
        """Name what most likely makes a line differ; a wrong price is named though nothing was used."""
        if found is None:
            return "missing item: the subscription lacks this price"
        if wrong := differences(price, found, self.meters.get(getattr(price, "event_name", ""), ""), self.meter):
            return f"{_kind(price, wrong)}: {', '.join(wrong)}"
        if late := self.period():
            return late
        theirs = stripes or Side(0, 0)
        if theirs.amount == ours.amount:
            return ""
        if theirs.quantity != ours.quantity:
            return f"usage: Stripe has {theirs.quantity:,}, we have {ours.quantity:,}; `reconcile` says of which day"
        if abs(theirs.amount - ours.amount) <= len(own):
            return "rounding"
        return "rate error: the same quantity and price, another amount"

    def period(self) -> str:
        end = int(self.terms.month.end.timestamp())
        wrong = [item for item in self.subscription["items"].data if item.current_period_end != end]
        if not wrong:
            return ""
        found, wanted = (datetime.fromtimestamp(at, self.terms.now.tzinfo) for at in (wrong[0].current_period_end, end))
        return f"period: Stripe's month ends {found:%Y-%m-%d %H:%M}, the mapping's {wanted:%Y-%m-%d %H:%M}"

    def credit(self) -> Iterator[Pair]:
        given = sum(one.amount for one in self.shown.total_pretax_credit_amounts or ())
        if self.ours.credit or given:
            why = "" if given == self.ours.credit else NO_CREDIT
            yield Pair(CREDIT, Side(1, -self.ours.credit), Side(1, -given), why)


def _kind(price: Price | FixedPrice, wrong: Sequence[str]) -> str:
    """Name the kind of a wrong price: free tokens are a first tier that costs nothing."""
    tiers = any(words.startswith(("tier", "tiering")) for words in wrong)
    free = isinstance(price, Price) and bool(price.tiers) and not price.tiers[0].unit_amount
    return "free tokens or tier" if tiers and free else "tier" if tiers else "rate error"


def _lines(invoice: stripe.Invoice) -> dict[str, list[stripe.InvoiceLineItem]]:
    """Group the previewed lines by price."""
    grouped: dict[str, list[stripe.InvoiceLineItem]] = {}
    for line in invoice.lines.auto_paging_iter():
        details = line.pricing.price_details if line.pricing else None
        price = details.price if details else ""
        grouped.setdefault(price if isinstance(price, str) else price.id, []).append(line)
    return grouped


def _side(lines: Sequence[stripe.InvoiceLineItem]) -> Side:
    return Side(sum(line.quantity or 0 for line in lines), sum(line.amount for line in lines))
