"""What a mapping needs in Stripe, as steps: everything is read first, nothing is written before all of it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.rendering.plan import Billing, Plan
from generator.stripe_account.connection import Connection
from generator.stripe_account.meters import meter_steps, read_meters, wanted_meters
from generator.stripe_account.outside import speaking
from generator.stripe_account.portal import portal_steps
from generator.stripe_account.step import Step
from generator.stripe_account.webhooks import snapshot_steps, thin_steps


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for beside meters and prices."""

    clients: tuple[str, ...] = ()
    webhooks: str | None = None
    thin_webhooks: str | None = None
    portal: bool = False


def make_steps(account: Connection, plan: Plan, ask: Ask) -> list[Step]:
    """Read the account and list every step, in the order in which they have to be done."""
    with speaking("read the account"):
        return list(_steps(account, plan, ask))


def _steps(account: Connection, plan: Plan, ask: Ask) -> Iterator[Step]:
    known = read_meters(account, preview=plan.billing is Billing.DIMENSIONS)
    yield from meter_steps(account, wanted_meters(plan), known)
    if ask.webhooks:
        yield from snapshot_steps(account, ask.webhooks)
    if ask.thin_webhooks:
        yield from thin_steps(account, ask.thin_webhooks)
    if ask.portal:
        yield from portal_steps(account)
