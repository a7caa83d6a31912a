"""What a mapping needs in Stripe, as steps: everything is read first, nothing is written before all of it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from generator.pricing.price import FixedPrice, Price, PriceList
from generator.rendering.plan import Billing, Plan
from generator.stripe_account.alerts import alert_steps
from generator.stripe_account.connection import Connection
from generator.stripe_account.credits import credit_steps
from generator.stripe_account.meters import meter_steps, read_meters, wanted_meters
from generator.stripe_account.outside import speaking
from generator.stripe_account.portal import portal_steps
from generator.stripe_account.preview_api import enrolled
from generator.stripe_account.prices import archive_steps, price_steps, read_prices
from generator.stripe_account.pricing_plans import WantedPlan, plan_steps
from generator.stripe_account.products import product_of, product_steps, read_products
from generator.stripe_account.rate_cards import card_of, card_steps, item_steps
from generator.stripe_account.step import Action, Step
from generator.stripe_account.subscriptions import Known, find, leaving, read_client, role, subscription_steps
from generator.stripe_account.terms import ClientTerms, in_force, terms_of
from generator.stripe_account.webhooks import snapshot_steps, thin_steps

NOT_ENROLLED = (
    "Stripe has not let this account into the private preview that `billing: dimensions` needs: ask Stripe for it, "
    "or bill with `meter_per_rate` or `weighted`, which every account can"
)
GATEWAY = "its usage is metered by a gateway, not by this mapping"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for beside meters and prices."""

    clients: tuple[str, ...] = ()
    webhooks: str | None = None
    thin_webhooks: str | None = None
    portal: bool = False
    alerts: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What a mapping says of a Stripe account: its plan, its prices by client and time, its meter's name."""

    plan: Plan
    lists: Sequence[PriceList]
    meter: str


def make_steps(account: Connection, needs: Needs, ask: Ask, now: datetime) -> list[Step]:
    """Read the account and list every step, in the order in which they have to be done."""
    with speaking("read the account"):
        return list(_steps(account, needs, ask, now))


def _steps(account: Connection, needs: Needs, ask: Ask, now: datetime) -> Iterator[Step]:
    preview = needs.plan.billing is Billing.DIMENSIONS
    if preview and not enrolled(account):
        yield Step(Action.REFUSE, "account", "private preview", NOT_ENROLLED)
        return
    known = read_meters(account, preview=preview)
    metered = list(meter_steps(account, wanted_meters(needs.plan), known))
    yield from metered
    meter_ids = {step.name: step.id for step in metered if step.id}
    if preview:
        yield from _plans(account, needs, now, meter_ids)
    yield from _billing(account, needs, ask, now, meter_ids)
    if ask.webhooks:
        yield from snapshot_steps(account, ask.webhooks)
    if ask.thin_webhooks:
        yield from thin_steps(account, ask.thin_webhooks)
    if ask.portal:
        yield from portal_steps(account)


def _plans(account: Connection, needs: Needs, now: datetime, meter_ids: dict[str, str]) -> Iterator[Step]:
    """Plan what `dimensions` has in place of classic prices."""
    lists = in_force(needs.lists, now)
    items = list(item_steps(account, [price for one in lists for price in one.prices], meter_ids))
    yield from items
    wanted = list(dict.fromkeys(_plan(needs, one) for one in lists))
    item_ids = {step.name: step.id for step in items if step.id}
    yield from card_steps(account, list(dict.fromkeys(plan.card for plan in wanted)), item_ids)
    yield from plan_steps(account, wanted)


def _plan(needs: Needs, prices: PriceList) -> WantedPlan:
    return WantedPlan(needs.plan.name, card_of(prices, needs.meter), prices.credit)


def _billing(account: Connection, needs: Needs, ask: Ask, now: datetime, meter_ids: dict[str, str]) -> Iterator[Step]:
    """Plan products, prices and the clients that are asked for; what has no use any more comes last."""
    wanted = _prices(needs, now)
    items = [product_of(price, needs.meter) for price in wanted]
    there = read_products(account, [item.id for item in dict.fromkeys(items)])
    shelf = read_prices(account, wanted, list(there))
    priced = list(price_steps(account, wanted, shelf, meter_ids, needs.meter))
    price_ids = {step.name: step.id for step in priced if step.id}
    yield from product_steps(account, items, there)
    yield from priced
    gone: dict[str, list[str]] = {}
    for key in ask.clients:
        terms = terms_of(needs.plan, needs.lists, key, now)
        if terms is None:
            yield Step(Action.REFUSE, "subscription", role(key), GATEWAY)
            continue
        if needs.plan.billing is Billing.DIMENSIONS:
            yield _by_hand(needs, terms)
            terms = terms.without_usage()
        known = Known(*read_client(account, terms.client.customer), meter_ids, price_ids)
        yield from subscription_steps(account, terms, known)
        yield from credit_steps(account, terms)
        if ask.alerts:
            yield from alert_steps(account, needs.plan, terms, meter_ids.get(needs.plan.weighted_event, ""))
        own = find(known.subscriptions, role(key))
        for price in leaving(own, terms, known):
            gone.setdefault(price, []).append(own.id if own else "")
    yield from archive_steps(account, shelf, list(price_ids.values()), gone)


def _by_hand(needs: Needs, terms: ClientTerms) -> Step:
    """A subscription to a pricing plan takes the client's consent or a payment method: Checkout or the Dashboard."""
    why = f"subscribe {terms.client.customer} to this plan in the Dashboard or by Checkout"
    return Step(Action.BY_HAND, "plan subscription", f"{terms.client.key}: {_plan(needs, terms.prices).key}", why)


def _prices(needs: Needs, now: datetime) -> list[Price | FixedPrice]:
    """List every price that clients pay now or will pay, each once; in `dimensions` only the retainers."""
    listed: list[Price | FixedPrice] = []
    for one in in_force(needs.lists, now):
        listed += [] if needs.plan.billing is Billing.DIMENSIONS else one.prices
        listed += [one.retainer] if one.retainer else []
    return list({price.lookup_key: price for price in listed}.values())
