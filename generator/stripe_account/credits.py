"""Monthly money credit on a standard account: one grant per billing month, since a grant does not come again.

Credit is used when an invoice becomes final, which is the grace after the month's end; so a month's grant holds from
shortly after the last invoice to shortly after its own: never two at once, and none ends before its invoice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from generator.metering.periods import period_end
from generator.stripe_account.connection import Connection
from generator.stripe_account.marks import mark, role_of
from generator.stripe_account.step import Action, Ids, Step
from generator.stripe_account.terms import ClientTerms, Month

if TYPE_CHECKING:
    from stripe.params.billing import CreditGrantCreateParams

KIND = "credit grant"
SETTLED = timedelta(hours=6)
"""Time after the finalisation grace by which Stripe has made a month's invoice."""


def credit_steps(account: Connection, terms: ClientTerms) -> Iterator[Step]:
    """Plan the grants of the running month and the next, so that running this once a month leaves no gap."""
    if not terms.prices.credit:
        return
    listed = account.client.v1.billing.credit_grants.list({"customer": terms.client.customer, "limit": 100})
    known = {role_of(grant.metadata): grant.id for grant in listed.auto_paging_iter() if not grant.voided_at}
    following = Month(terms.month.end, period_end(terms.month.end, 1))
    for month in (terms.month, following):
        if terms.changes is None or month.start < terms.changes:
            yield _step(account, terms, month, known)


def _step(account: Connection, terms: ClientTerms, month: Month, known: dict[str, str]) -> Step:
    name = f"credit {terms.client.key} {month.start:%Y-%m-%d}"
    if name in known:
        return Step(Action.KEEP, KIND, name, _words(terms), known[name])

    def create(_: Ids) -> str:
        return account.client.v1.billing.credit_grants.create(_params(terms, month, name)).id

    return Step(Action.CREATE, KIND, name, _words(terms), do=create)


def _params(terms: ClientTerms, month: Month, name: str) -> CreditGrantCreateParams:
    first, last = (_settled(end, terms) for end in (month.start, month.end))
    params: CreditGrantCreateParams = {
        "customer": terms.client.customer,
        "amount": {"type": "monetary", "monetary": {"currency": terms.prices.currency, "value": terms.prices.credit}},
        "applicability_config": {"scope": {"price_type": "metered"}},
        "category": "promotional",
        "name": f"Included usage, month from {month.start:%Y-%m-%d}",
        "expires_at": int(last.timestamp()),
        "metadata": mark(name),
    }
    if first > terms.now:
        params["effective_at"] = int(first.timestamp())
    return params


def _settled(end: datetime, terms: ClientTerms) -> datetime:
    return end + terms.client.grace + SETTLED


def _words(terms: ClientTerms) -> str:
    return f"{terms.prices.credit:,} {terms.prices.currency} minor units off that month's usage"
