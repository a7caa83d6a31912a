"""Subscriptions: a client's metered prices and its monthly retainer on one, in flexible billing mode, on its anchor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from generator.pricing.price import FixedPrice, Price
from generator.rendering.checks_meters import MOST_ITEMS
from generator.stripe_account import prices
from generator.stripe_account.connection import Connection
from generator.stripe_account.marks import mark, role_of
from generator.stripe_account.step import Action, Ids, Step
from generator.stripe_account.terms import ClientTerms

if TYPE_CHECKING:
    from stripe.params import SubscriptionCreateParams, SubscriptionUpdateParamsItem

KIND = "subscription"


@dataclass(frozen=True, slots=True)
class Known:
    """What is in Stripe of one client: its customer, its running subscriptions; and which meters and prices stay."""

    customer: stripe.Customer | None
    subscriptions: Sequence[stripe.Subscription]
    meters: Mapping[str, str]
    """Event name → id."""
    prices: Mapping[str, str]
    """Lookup key → id."""


def role(key: str, kind: str = "tokens") -> str:
    """Name the part that a subscription plays, as its metadata has it."""
    return f"{kind} {key}"


def read_client(account: Connection, customer: str) -> tuple[stripe.Customer | None, list[stripe.Subscription]]:
    """Find a customer and its running subscriptions; none where it does not exist or was deleted."""
    try:
        found = account.client.v1.customers.retrieve(customer)
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        return None, []
    if getattr(found, "deleted", False):
        return None, []
    return found, list(account.client.v1.subscriptions.list({"customer": customer, "limit": 100}).auto_paging_iter())


def find(subscriptions: Sequence[stripe.Subscription], name: str) -> stripe.Subscription | None:
    """Find the subscription that plays a part."""
    return next((one for one in subscriptions if role_of(one.metadata) == name), None)


def subscription_steps(account: Connection, terms: ClientTerms, known: Known) -> Iterator[Step]:
    """Plan a client's subscriptions, or say what stands in the way."""
    key, tokens, yearly = terms.client.key, terms.on_subscription, terms.yearly
    if problem := _obstacle(account, terms, known):
        yield Step(Action.REFUSE, KIND, role(key), problem)
        return
    if tokens:
        yield _step(account, terms, tokens, role(key), known)
    if yearly:
        yield _step(account, terms, [yearly], role(key, "retainer"), known)


def leaving(subscription: stripe.Subscription | None, terms: ClientTerms, known: Known) -> list[str]:
    """List the prices that a client's subscription would be taken off."""
    gone = _gone(subscription, terms.on_subscription, known) if subscription else []
    return [item.price.id for item in gone]


def _obstacle(account: Connection, terms: ClientTerms, known: Known) -> str:
    """Say why a client's subscription cannot be made as the mapping has it."""
    client, side, own = terms.client, account.side.value, set(known.meters.values())
    if known.customer is None:
        return f"the {side} account has no customer {client.customer or '(the mapping names none)'}"
    if known.customer.livemode != account.livemode:
        return f"{client.customer} belongs to the other side of the account"
    if len(terms.on_subscription) > MOST_ITEMS:
        return f"{_prices(terms.on_subscription)}; a subscription takes {MOST_ITEMS}"
    names = {role(client.key), role(client.key, "retainer")}
    for other in known.subscriptions:
        metered = [i for i in other["items"].data if i.price.recurring and i.price.recurring.meter in own]
        if metered and role_of(other.metadata) not in names:
            return f"{other.id} already bills our meters: one of the two would charge the same usage twice"
    return ""


def _step(
    account: Connection, terms: ClientTerms, wanted: Sequence[Price | FixedPrice], name: str, known: Known
) -> Step:
    found = find(known.subscriptions, name)
    if found is None:
        return _create(account, terms, wanted, name)
    ends = {item.current_period_end for item in found["items"].data}
    monthly = all(isinstance(price, Price) or price.interval == "month" for price in wanted)
    if monthly and ends != {int(terms.month.end.timestamp())}:
        until = ", ".join(_day(datetime.fromtimestamp(end, UTC)) for end in sorted(ends))
        why = f"{found.id} is billed until {until}, the mapping's `period.anchor` says {_day(terms.month.end)}"
        return Step(Action.REFUSE, KIND, name, f"{why}: correct the anchor in the mapping", found.id)
    return _compare(account, found, terms, wanted, name, known)


def _create(account: Connection, terms: ClientTerms, wanted: Sequence[Price | FixedPrice], name: str) -> Step:
    start = max(terms.month.start, terms.client.since)
    metered = any(isinstance(price, Price) for price in wanted)

    def create(ids: Ids) -> str:
        params: SubscriptionCreateParams = {
            "customer": terms.client.customer,
            "items": [{"price": ids[prices.KIND, price.lookup_key]} for price in wanted],
            "billing_mode": {"type": "flexible"},
            "billing_cycle_anchor": int(terms.month.end.timestamp()),
            "proration_behavior": "none",
            "metadata": mark(name),
        }
        if metered and start < terms.now:
            params["backdate_start_date"] = int(start.timestamp())
        return account.client.v1.subscriptions.create(params).id

    since = f", usage from {_day(start)} on" if metered else ""
    why = f"{_prices(wanted)} for {terms.client.customer}, flexible, next bill {_day(terms.month.end)}{since}"
    return Step(Action.CREATE, KIND, name, why, do=create)


def _compare(
    account: Connection,
    found: stripe.Subscription,
    terms: ClientTerms,
    wanted: Sequence[Price | FixedPrice],
    name: str,
    known: Known,
) -> Step:
    gone = _gone(found, wanted, known)
    there = {item.price.id for item in found["items"].data}
    missing = [price for price in wanted if known.prices.get(price.lookup_key, "") not in there]
    if not gone and not missing:
        return Step(Action.KEEP, KIND, name, _prices(wanted) + _later(terms), found.id)
    mode = found.billing_mode.type if found.billing_mode else "classic"
    if mode != "flexible" and any(item.price.recurring and item.price.recurring.meter for item in gone):
        why = f"{found.id} is billed in {mode} mode, where a metered price that changes in mid-period leaves the days"
        return Step(Action.REFUSE, KIND, name, f"{why} before unbilled: migrate it to flexible billing first", found.id)

    def change(ids: Ids) -> str:
        items = _items(gone, missing, ids, known)
        return account.client.v1.subscriptions.update(found.id, {"items": items, "proration_behavior": "none"}).id

    why = f"{_prices(missing)} to add, {_prices(gone)} to take off; usage until now stays with the old"
    return Step(Action.CHANGE, KIND, name, why, found.id, change)


def _gone(
    found: stripe.Subscription, wanted: Sequence[Price | FixedPrice], known: Known
) -> list[stripe.SubscriptionItem]:
    """List the items that the terms no longer name: those of our meters, and retainers of ours."""
    stay, own = {known.prices.get(price.lookup_key, "") for price in wanted}, set(known.meters.values())
    ours = [
        item
        for item in found["items"].data
        if role_of(item.price.metadata) == prices.ROLE or (item.price.recurring and item.price.recurring.meter in own)
    ]
    return [item for item in ours if item.price.id not in stay]


def _items(
    gone: Sequence[stripe.SubscriptionItem], missing: Sequence[Price | FixedPrice], ids: Ids, known: Known
) -> list[SubscriptionUpdateParamsItem]:
    """Reprice what is still metered by the same meter, take off the rest, add what is new."""
    free = {(item.price.recurring.meter or "") if item.price.recurring else "": item for item in gone}
    items: list[SubscriptionUpdateParamsItem] = []
    for price in missing:
        meter = known.meters.get(price.event_name) if isinstance(price, Price) else ""
        old = free.pop(meter, None) if meter is not None else None
        new: SubscriptionUpdateParamsItem = {"price": ids[prices.KIND, price.lookup_key]}
        items.append({"id": old.id, **new} if old else new)
    kept = {item.get("id") for item in items}
    off: list[SubscriptionUpdateParamsItem] = [{"id": item.id, "deleted": True} for item in gone if item.id not in kept]
    return items + off


def _prices(some: Sequence[object]) -> str:
    return "1 price" if len(some) == 1 else f"{len(some)} prices"


def _later(terms: ClientTerms) -> str:
    return f"; other terms from {_day(terms.changes)} on: run this again then" if terms.changes else ""


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
