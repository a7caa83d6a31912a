"""Rules over each block that says what clients pay, by itself: tiers rise, shapes fit, currencies have a rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Client, Mapping
from generator.mapping.places import KeyPath, Places, dotted
from generator.mapping.rules import Rule
from generator.mapping.terms import Change, ClientPricing, ModelPricing, PairPricing, RatedTier, Tier
from generator.mapping.words import Billing, RetainerBilling, Shape
from generator.pricing.amounts import format_decimal, minor_units
from generator.pricing.price_lists import first_boundary
from generator.pricing.terms import currency_of, monthly_credit, retainer_billing

TIERS = Rule(
    "pricing.tiers",
    Level.ERROR,
    "tiers do not rise, the last one has an end, another has none, or one says its rate twice",
    "write rising `up_to` (in weighted `up_to_spend`), and a last tier without it",
)
SHAPE = Rule(
    "pricing.shape-and-tiers",
    Level.ERROR,
    "a block says `flat` beside tiers, or another shape where no block has tiers",
    "drop `shape`, or write `tiers`",
)
EXCHANGE = Rule(
    "pricing.no-exchange-rate",
    Level.ERROR,
    "a client pays in a currency for which `exchange` has no rate",
    "fix a rate with its day, like `exchange: {eur: {rate: 0.92, as_of: 2026-11-20}}`",
)
FRACTION = Rule(
    "stripe.fraction-of-a-cent",
    Level.ERROR,
    "a retainer or a monthly credit is no whole number of the currency's smallest unit, which Stripe demands",
    "round it",
)
WEIGHTED_MODEL = Rule(
    "weighted.model-pricing",
    Level.ERROR,
    "a model has a shape of its own, but `weighted` has one price for all models",
    "move it to the mapping's or a client's `pricing`, or use `meter_per_rate`",
)
POOL = Rule(
    "weighted.pool",
    Level.ERROR,
    "free tokens of `weighted` do not say which tokens of which model they count, or `pool` stands where it has no use",
    "write `pool: creator/model` with `free_tokens: {input: …, output: …}`",
)
TWICE = Rule(
    "pricing.change-twice",
    Level.ERROR,
    "two changes of one block begin on the same day",
    "write them as one",
)
INSIDE = Rule(
    "pricing.change-inside-period",
    Level.WARNING,
    "a change of prices is dated inside a billing period, so it begins with the next one",
    "date it on the first day of a period, or tell clients the later day",
)
YEARLY = Rule(
    "pricing.yearly-retainer",
    Level.WARNING,
    "a retainer is billed yearly, while usage is billed by the month: that takes a second subscription",
    "use `retainer_billing: monthly` if one subscription and one invoice matter",
)
NO_RETAINER = Rule(
    "pricing.no-retainer",
    Level.WARNING,
    "a client's `retainer_billing` has no `retainer` to bill",
    "write the client's `retainer`, or drop `retainer_billing`",
)

Block = ClientPricing | PairPricing


def check_terms(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Look at every block of terms, those of changes included."""
    for path, block in _blocks(mapping):
        yield from _shape(block, path, mapping, places)
        yield from _tiers(block.tiers or (), path, mapping.billing.mode, places)
        yield from _pool(block, path, mapping, places)
    for key, client in mapping.clients.items():
        yield from _client(mapping, key, client, places)
    yield from _changes(mapping, places)


def _blocks(mapping: Mapping) -> Iterator[tuple[KeyPath, Block]]:
    owners: list[tuple[KeyPath, Block | None, Sequence[Change]]] = [((), mapping.pricing, mapping.changes)]
    owners += [(("models", name), model.pricing, model.changes) for name, model in mapping.models.items()]
    owners += [(("clients", key), client.pricing, client.changes) for key, client in mapping.clients.items()]
    for path, own, changes in owners:
        later = [((*path, "changes", n), getattr(change, "pricing", None)) for n, change in enumerate(changes)]
        for where, block in [(path, own), *later]:
            if block is not None:
                yield (*where, "pricing"), block
            if isinstance(block, ModelPricing):
                yield from (((*where, "pricing", "types", kind.value), inner) for kind, inner in block.types.items())


def _shape(block: Block, path: KeyPath, mapping: Mapping, places: Places) -> Iterator[Finding]:
    where, any_tiers = places.at(*path, "shape"), any(other.tiers for _, other in _blocks(mapping))
    if path[:1] == ("models",) and mapping.billing.mode is Billing.WEIGHTED:
        yield WEIGHTED_MODEL.at(places.at(*path), f"{dotted(path)} has no use in weighted")
    if block.shape is Shape.FLAT and block.tiers:
        yield SHAPE.at(where, f"{dotted(path)} is flat and has {len(block.tiers)} tiers")
    if block.shape in (Shape.GRADUATED, Shape.VOLUME) and not any_tiers:
        yield SHAPE.at(where, f"{dotted(path)} is {block.shape.value}, and no block has tiers")


def _tiers(tiers: Sequence[Tier], path: KeyPath, mode: Billing, places: Places) -> Iterator[Finding]:
    key, other = ("up_to_spend", "up_to") if mode is Billing.WEIGHTED else ("up_to", "up_to_spend")
    last: Decimal = Decimal(0)
    for number, tier in enumerate(tiers):
        name, end = (*path, "tiers", number), getattr(tier, key)
        if getattr(tier, other) is not None:
            yield TIERS.at(places.at(*name, other), f"{dotted(name)}.{other} has no use in {mode.value}; use `{key}`")
        elif (end is None) != (number == len(tiers) - 1):
            words = "is the last one and has an end" if end is not None else f"has no {key}, and others follow"
            yield TIERS.at(places.at(*name), f"{dotted(name)} {words}")
        elif end is not None and end <= last:
            yield TIERS.at(places.at(*name, key), f"{dotted(name)}.{key} is {end}, not above {last}")
        if isinstance(tier, RatedTier) and tier.rate is not None and tier.factor is not None:
            yield TIERS.at(places.at(*name), f"{dotted(name)} has both a factor and a rate")
        last = end if end is not None else last


def _pool(block: Block, path: KeyPath, mapping: Mapping, places: Places) -> Iterator[Finding]:
    pool, weighted = getattr(block, "pool", None), mapping.billing.mode is Billing.WEIGHTED
    where = places.at(*path, "pool")
    if pool and not weighted:
        yield POOL.at(where, f"{dotted(path)}.pool counts only in weighted", "remove `pool`, or use `weighted`")
    elif pool and pool not in mapping.models:
        yield POOL.at(where, f"{dotted(path)}.pool is {pool}, which is no model of this mapping")
    free = block.free_tokens
    if not weighted or free is None or isinstance(block, PairPricing):
        return
    if free.default:
        text = f"{dotted(path)}.free_tokens is {free.default:,} without a token type, and one pool has several"
        yield POOL.at(places.at(*path, "free_tokens"), text)
    elif any(free.model_dump().values()) and not (pool or mapping.pricing.pool):
        yield POOL.at(places.at(*path, "free_tokens"), f"{dotted(path)}.free_tokens names no model")


def _client(mapping: Mapping, key: str, client: Client, places: Places) -> Iterator[Finding]:
    currency, path = currency_of(mapping, client), ("clients", key)
    if currency != mapping.currency and currency not in mapping.exchange:
        yield EXCHANGE.at(places.at(*path, "currency"), f"clients.{key} pays in {currency}, which has no rate")
    billing, own = retainer_billing(mapping, client), client.pricing and client.pricing.retainer_billing
    billed = client.retainer if billing is not RetainerBilling.ELSEWHERE else None
    place = (*path, "pricing", "retainer_billing") if own else (*path, "retainer")
    if billing is RetainerBilling.YEARLY and billed:
        yield YEARLY.at(places.at(*place), f"clients.{key}.retainer is billed yearly, its tokens monthly")
    if own not in (None, RetainerBilling.ELSEWHERE) and not client.retainer:
        yield NO_RETAINER.at(places.at(*place), f"clients.{key} has no retainer")
    credit = monthly_credit(mapping, client)
    for name, amount, where in (("retainer", billed, "retainer"), ("monthly credit", credit, "pricing")):
        if amount and (amount * minor_units(currency)) % 1:
            text = f"the {name} of clients.{key} is {format_decimal(amount)} {currency}"
            yield FRACTION.at(places.at(*path, where), text)


def _changes(mapping: Mapping, places: Places) -> Iterator[Finding]:
    owners: list[tuple[KeyPath, Sequence[Change]]] = [((), mapping.changes)]
    owners += [(("models", name), model.changes) for name, model in mapping.models.items()]
    owners += [(("clients", key), client.changes) for key, client in mapping.clients.items()]
    for path, changes in owners:
        seen = set()
        for number, change in enumerate(changes):
            name = (*path, "changes", number)
            if change.since in seen:
                yield TWICE.at(places.at(*name, "since"), f"{dotted(name)}.since is {change.since}, as another's")
            seen.add(change.since)
            yield from _inside(mapping, path, change, name, places)


def _inside(mapping: Mapping, path: KeyPath, change: Change, name: KeyPath, places: Places) -> Iterator[Finding]:
    concerned = [mapping.clients[str(path[1])]] if path[:1] == ("clients",) else list(mapping.clients.values())
    begins = sorted({first_boundary(mapping, client, change.since) for client in concerned})
    late = [begin for begin in begins if (begin.date() - change.since).days > 1]
    if late and change.since > mapping.since:
        text = f"{dotted(name)}.since is {change.since}; for clients the change begins {late[0]:%Y-%m-%dT%H:%MZ}"
        yield INSIDE.at(places.at(*name, "since"), text)
