"""Usage of a step, counted by Stripe at once: what a night's run, or a gateway, made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.rendering.plan import Billing, Plan
from generator.replay.acts import perform
from generator.replay.case import Act, UsageRow
from generator.stripe_mock import StripeMock


def count(rows: Sequence[UsageRow], stripe: StripeMock, plan: Plan) -> None:
    """Let Stripe count rows of plain counts, as the billing mode does; in `watch` nobody counts."""
    if plan.billing is not Billing.WATCH:
        perform([act for row in rows for act in _events(row, plan)], stripe, plan)


def _events(row: UsageRow, plan: Plan) -> Iterator[Act]:
    client = next((contact.key for contact in plan.contacts if row.client in contact.names), None)
    for pair in plan.pairs if client else ():
        tokens = int(getattr(row, pair.token_type.value) or 0) if row.model == pair.model else 0
        if tokens:
            value = tokens * (pair.weight or 1)
            kind = pair.token_type.value
            yield Act(do="manual_event", client=client, model=pair.model, token_type=kind, value=value, at=row.at)
