"""`dimensions`: pricing plans, each a rate card and perhaps a monthly credit that comes by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.stripe_account import rate_cards
from generator.stripe_account.connection import Connection
from generator.stripe_account.preview_api import Found, by_key, create, listed
from generator.stripe_account.rate_cards import WantedCard
from generator.stripe_account.step import Action, Do, Ids, Step

PLAN, ACTION, COMPONENT, LIVE = "pricing plan", "service action", "plan component", "live version"


@dataclass(frozen=True, slots=True)
class WantedPlan:
    """A rate card with a monthly credit in minor units (0: none); `name` is what a client reads."""

    name: str
    card: WantedCard
    credit: int

    @property
    def key(self) -> str:
        """Name the plan by its content."""
        return f"{self.card.key}-plan" + (f"-{self.credit}" if self.credit else "")

    @property
    def credit_key(self) -> str:
        """Name the service action; plans with the same credit share none, since Stripe cannot list them."""
        return f"{self.key}-credit"


def plan_steps(account: Connection, plans: Sequence[WantedPlan]) -> Iterator[Step]:
    """Plan every pricing plan with its components, and let it go live last."""
    known = by_key(account, "/pricing_plans", [plan.key for plan in plans])
    for plan in plans:
        found = known.get(plan.key)
        parts = list(listed(account, f"/pricing_plans/{found['id']}/components")) if found else []
        yield from _steps(account, plan, found, parts)


def _steps(account: Connection, plan: WantedPlan, found: Found | None, parts: Sequence[Found]) -> Iterator[Step]:
    words = f"rate card {plan.card.key}" + (f", {plan.credit} off a month" if plan.credit else "")
    if found is None:
        yield Step(Action.CREATE, PLAN, plan.key, words, do=_creating(account, plan))
    else:
        yield Step(Action.KEEP, PLAN, plan.key, words, found["id"])
    own = {part["type"]: part for part in parts}
    if plan.credit:
        yield _action(account, plan, own.get("service_action"))
    for kind in ("rate_card", "service_action") if plan.credit else ("rate_card",):
        yield _component(account, plan, kind, own.get(kind))
    if found and found.get("live_version"):
        yield Step(Action.KEEP, LIVE, plan.key, "is live", found["live_version"])
    else:
        action = Action.CHANGE if found else Action.CREATE
        yield Step(action, LIVE, plan.key, "lets clients subscribe", do=_going_live(account, plan))


def _creating(account: Connection, plan: WantedPlan) -> Do:
    def make(_: Ids) -> str:
        params = {
            "display_name": plan.name,
            "currency": plan.card.currency,
            "tax_behavior": plan.card.tax_behavior,
            "lookup_key": plan.key,
        }
        return create(account, "/pricing_plans", params)

    return make


def _action(account: Connection, plan: WantedPlan, part: Found | None) -> Step:
    """Stripe lists no service actions: one is found by its plan, and until then the idempotency key keeps it single."""
    words = f"{plan.credit} {plan.card.currency} minor units every month, ends with the month"
    if part:
        return Step(Action.KEEP, ACTION, plan.credit_key, words, part["service_action"]["id"])

    def make(_: Ids) -> str:
        params = {
            "type": "credit_grant",
            "service_interval": "month",
            "service_interval_count": 1,
            "lookup_key": plan.credit_key,
            "credit_grant": {
                "name": "Included usage",
                "amount": {"type": "monetary", "monetary": {"value": plan.credit, "currency": plan.card.currency}},
                "applicability_config": {"scope": {"price_type": "metered"}},
                "category": "promotional",
                "expiry_config": {"type": "end_of_service_period"},
            },
        }
        return create(account, "/service_actions", params, f"tokentill-{plan.credit_key}")

    return Step(Action.CREATE, ACTION, plan.credit_key, words, do=make)


def _component(account: Connection, plan: WantedPlan, kind: str, part: Found | None) -> Step:
    name = f"{plan.key}: {kind.replace('_', ' ')}"
    if part:
        return Step(Action.KEEP, COMPONENT, name, "is in the plan", part["id"])

    def make(ids: Ids) -> str:
        what = (rate_cards.CARD, plan.card.key) if kind == "rate_card" else (ACTION, plan.credit_key)
        return create(
            account, f"/pricing_plans/{ids[PLAN, plan.key]}/components", {"type": kind, kind: {"id": ids[what]}}
        )

    return Step(Action.CREATE, COMPONENT, name, "puts it into the plan", do=make)


def _going_live(account: Connection, plan: WantedPlan) -> Do:
    def make(ids: Ids) -> str:
        return create(account, f"/pricing_plans/{ids[PLAN, plan.key]}", {"live_version": "latest"})

    return make
