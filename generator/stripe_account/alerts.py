"""Stripe's own usage alerts at the shares of a client's expected month that `alerts.at` names, in `weighted` only.

An alert counts the units of one meter since ever and fires once per customer (Stripe docs: usage alerts). So a month's
alert adds what was used before it, and the next month needs new ones; only a credit has a worth in money.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from generator.pricing.amounts import minor_units
from generator.rendering.plan import Plan
from generator.stripe_account import meters
from generator.stripe_account.connection import Connection
from generator.stripe_account.counts import read_counts
from generator.stripe_account.step import Action, Ids, Step
from generator.stripe_account.terms import ClientTerms

KIND = "billing alert"


def alert_steps(account: Connection, plan: Plan, terms: ClientTerms, meter_id: str) -> Iterator[Step]:
    """Plan the running month's alerts of a client, and the end of earlier ones; none where nothing is expected."""
    client, expected = terms.client, expected_credits(plan, terms)
    if not expected:
        return
    mine = f"{client.key}: "
    listed = account.client.v1.billing.alerts.list({"limit": 100}).auto_paging_iter()
    known = {one.title: one.id for one in listed if one.title.startswith(mine) and one.status != "archived"}
    before = _used_before(account, terms, meter_id)
    titles = []
    for share in client.month.at:
        title = f"{mine}{share} % of the month from {terms.month.start:%Y-%m-%d}"
        titles.append(title)
        gte = before + int((expected * share / 100).to_integral_value(ROUND_CEILING))
        yield _step(account, plan, terms, title, gte, known.get(title, ""))
    for title in [title for title in known if title not in titles]:
        yield _archive(account, title, known[title])


def expected_credits(plan: Plan, terms: ClientTerms) -> Decimal:
    """Turn the expected provider cost of a month into credits; where markups differ the alert comes early, not late."""
    per_cent = [Decimal(pair.weight) / pair.cost for pair in plan.pairs if pair.weight and pair.cost]
    cost = terms.client.expected_month
    return cost * minor_units(plan.currency) * min(per_cent) if cost and per_cent else Decimal(0)


def _used_before(account: Connection, terms: ClientTerms, meter_id: str) -> int:
    start, end = terms.client.since, terms.month.start
    if not meter_id or start >= end:
        return 0
    return sum(read_counts(account, meter_id, terms.client.customer, start, end).values())


def _step(account: Connection, plan: Plan, terms: ClientTerms, title: str, gte: int, known: str) -> Step:
    words = f"at {gte:,} credits, counted since ever"
    if known:
        return Step(Action.KEEP, KIND, title, words, known)

    def create(ids: Ids) -> str:
        return account.client.v1.billing.alerts.create(
            {
                "alert_type": "usage_threshold",
                "title": title,
                "usage_threshold": {
                    "gte": gte,
                    "meter": ids[meters.KIND, plan.weighted_event],
                    "recurrence": "one_time",
                    "filters": [{"type": "customer", "customer": terms.client.customer}],
                },
            }
        ).id

    return Step(Action.CREATE, KIND, title, words, do=create)


def _archive(account: Connection, title: str, identity: str) -> Step:
    def archive(_: Ids) -> str:
        return account.client.v1.billing.alerts.archive(identity).id

    return Step(Action.CHANGE, KIND, title, "of an earlier month: archive it", identity, archive)
