"""What a case may put into the account before it begins, without a call and without its limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import RLock

from . import adjustments
from .account import Key
from .books import Books
from .customer import Customer
from .event import MeterEvent
from .meter import Meter
from .price import Price, Tier, Transform
from .product import Product
from .subscription import Item, Subscription


class Seeding:
    """The writing half of the mock that is not Stripe's API."""

    _books: Books
    _lock: RLock

    def add_key(self, name: str, secret: str, permissions: Iterable[str] = ()) -> Key:
        """Make a key known; a restricted one (`rk_…`) has these permissions and no others."""
        with self._lock:
            key = Key(name, secret, frozenset(permissions))
            self._books.keys[secret] = key
            return key

    def create_customer(self, id: str | None = None, *, name: str | None = None) -> Customer:
        """Add a customer, with an id of your choice."""
        with self._lock:
            books = self._books
            customer = Customer(id or books.new_id("cus"), books.now(), name, livemode=books.account.livemode)
            books.customers[customer.id] = customer
            return customer

    def delete_customer(self, id: str) -> None:
        """Remove a customer."""
        with self._lock:
            self._books.customers.pop(id, None)

    def create_meter(
        self,
        event_name: str,
        *,
        formula: str = "sum",
        dimensions: Sequence[str] = (),
        customer_key: str = "stripe_customer_id",
        value_key: str = "value",
        event_time_window: str | None = None,
        active: bool = True,
        livemode: bool | None = None,
        id: str | None = None,
    ) -> Meter:
        """Add a meter; dimensions are not asked for enrolment here."""
        with self._lock:
            books, now = self._books, self._books.now()
            meter = Meter(
                id=id or books.new_id("mtr"),
                event_name=event_name,
                display_name=event_name,
                created=now,
                updated=now,
                formula=formula,
                customer_key=customer_key,
                value_key=value_key,
                event_time_window=event_time_window,
                dimensions=tuple(dimensions),
                deactivated_at=None if active else now,
                livemode=books.account.livemode if livemode is None else livemode,
            )
            books.meters[meter.id] = meter
            return meter

    def create_price(
        self,
        event_name: str | None = None,
        unit_amount_decimal: str | Decimal | None = None,
        *,
        tiers: Sequence[Tier] = (),
        tiers_mode: str | None = None,
        transform: Transform | None = None,
        currency: str = "usd",
        interval: str = "month",
        interval_count: int = 1,
        lookup_key: str | None = None,
    ) -> Price:
        """Add a price in minor units per unit: metered by the meter of `event_name`, licensed without one."""
        with self._lock:
            books = self._books
            meter = self._meter(event_name) if event_name else None
            product = Product(books.new_id("prod"), event_name or "Subscription", books.now())
            books.products[product.id] = product
            price = Price(
                id=books.new_id("price"),
                currency=currency,
                product=product.id,
                created=books.now(),
                unit_amount=None if unit_amount_decimal is None else Decimal(unit_amount_decimal),
                tiers=tuple(tiers),
                tiers_mode=tiers_mode or ("graduated" if tiers else None),
                transform=transform,
                meter=meter.id if meter else None,
                interval=interval,
                interval_count=interval_count,
                lookup_key=lookup_key,
                livemode=books.account.livemode,
            )
            books.prices[price.id] = price
            return price

    def subscribe(
        self,
        customer: str,
        prices: Sequence[Price],
        *,
        start: datetime | None = None,
        anchor: datetime | None = None,
        grace: timedelta | None = None,
        billing_mode: str = "classic",
    ) -> Subscription:
        """Subscribe a customer from `start` (now); periods are counted from `anchor` (the start)."""
        with self._lock:
            begin = start or self._books.now()
            items = tuple(Item(self._books.new_id("si"), price, begin) for price in prices)
            return self._subscribe(customer, items, begin, anchor or begin, grace, billing_mode)

    def price_dimensions(
        self,
        customer: str,
        event_name: str,
        rates: Mapping[tuple[str, str], str | Decimal],
        *,
        keys: tuple[str, str] = ("model", "token_type"),
        start: datetime | None = None,
        anchor: datetime | None = None,
        grace: timedelta | None = None,
        currency: str = "usd",
    ) -> Subscription:
        """Put a customer on a rate card: one rate (minor units per token) for each pair of dimension values."""
        with self._lock:
            begin, items = start or self._books.now(), []
            for pair, rate in rates.items():
                price = self.create_price(event_name, rate, currency=currency)
                conditions = dict(zip(keys, pair, strict=True))
                items.append(Item(self._books.new_id("si"), price, begin, conditions=conditions))
            return self._subscribe(customer, tuple(items), begin, anchor or begin, grace, "flexible")

    def add_item(self, subscription: str, price: Price, *, start: datetime | None = None) -> Item:
        """Add a price to a subscription in mid-period: usage before `start` (now) is not its own."""
        with self._lock:
            books = self._books
            item = Item(books.new_id("si"), price, start or books.now())
            found = books.subscriptions[subscription]
            books.subscriptions[subscription] = replace(found, items=(*found.items, item))
            return item

    def cancel_event(self, identifier: str, event_name: str) -> MeterEvent:
        """Cancel an event as by hand; Stripe's 24 hours hold."""
        with self._lock:
            return adjustments.cancel(self._books, event_name, identifier)

    def _meter(self, event_name: str) -> Meter:
        meter = self._books.meter_of(event_name)
        if meter is None:
            raise KeyError(f"no meter has the event name {event_name}")
        return meter

    def _subscribe(
        self,
        customer: str,
        items: tuple[Item, ...],
        start: datetime,
        anchor: datetime,
        grace: timedelta | None,
        mode: str,
    ) -> Subscription:
        books = self._books
        subscription = Subscription(
            id=books.new_id("sub"),
            customer=customer,
            items=items,
            created=books.now(),
            start=start,
            anchor=anchor,
            grace=books.account.grace if grace is None else grace,
            billed_until=start,
            billing_mode=mode,
            livemode=books.account.livemode,
        )
        books.subscriptions[subscription.id] = subscription
        return subscription
