"""`/v1/billing/credit_grants`, and what an invoice uses of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from .books import Books
from .call import Call
from .credit_grant import CreditGrant
from .invoice import Line
from .pages import page
from .refusal import Refusal, missing_object, wrong
from .times import from_unix

MOST = 100
"""Unused grants of one customer (Stripe docs, *Billing credits*)."""


def create(books: Books, call: Call) -> dict[str, Any]:
    """Grant a customer credit after every rule about what fits with what."""
    params = call.params
    if (customer := params.get("customer")) is None:
        raise wrong("customer", "Missing required param: customer.", "parameter_missing")
    books.require_customer(customer)
    if sum(g.available(call.at) > 0 for g in books.grants.values() if g.customer == customer) >= MOST:
        raise Refusal(400, f"A customer has at most {MOST} unused credit grants.", param="customer")
    optional = {key: params[key] for key in ("category", "priority", "name", "metadata") if key in params}
    money, (effective, expires) = _money(params), _times(call)
    grant = CreditGrant(
        id=books.new_id("credgr"),
        customer=customer,
        currency=money["currency"],
        value=money["value"],
        created=call.at,
        updated=call.at,
        effective_at=effective,
        expires_at=expires,
        prices=_scope(books, params["applicability_config"]["scope"]),
        livemode=books.account.livemode,
        **optional,
    )
    return _kept(books, grant)


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List grants, newest first, of one customer if asked."""
    customer = call.params.get("customer")
    rows = [g.rendered() for g in reversed(books.grants.values()) if customer in (None, g.customer)]
    return page(rows, call, "credit_grant")


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one grant."""
    return _found(books, call).rendered()


def expire(books: Books, call: Call) -> dict[str, Any]:
    """Let a grant expire now."""
    grant = _found(books, call)
    if grant.voided_at or (grant.expires_at and grant.expires_at <= call.at):
        raise Refusal(400, f"The credit grant {grant.id} is void or has expired.")
    return _kept(books, replace(grant, expires_at=call.at, updated=call.at))


def void(books: Books, call: Call) -> dict[str, Any]:
    """Take a grant back; one that an invoice has used cannot be void."""
    grant = _found(books, call)
    if grant.used or grant.voided_at:
        raise Refusal(400, f"The credit grant {grant.id} was used or is void.")
    return _kept(books, replace(grant, voided_at=call.at, updated=call.at))


def usable(books: Books, customer: str, currency: str, lines: Iterable[Line], at: datetime) -> dict[str, int]:
    """Say how much of which grant an invoice would use: only metered lines, only whole minor units."""
    open_lines = {line.id: max(line.amount, 0) for line in lines if line.meter}
    prices = {line.id: line.price for line in lines}
    uses: dict[str, int] = {}
    own = [g for g in books.grants.values() if (g.customer, g.currency) == (customer, currency)]
    for grant in sorted(own, key=lambda grant: grant.order):
        left = grant.available(at)
        for line in [one for one in open_lines if not grant.prices or prices[one] in grant.prices]:
            part = min(left, open_lines[line])
            left, open_lines[line] = left - part, open_lines[line] - part
            if part:
                uses[grant.id] = uses.get(grant.id, 0) + part
    return uses


def use(books: Books, uses: dict[str, int]) -> None:
    """Take off grants what a final invoice used."""
    for identity, amount in uses.items():
        grant = books.grants[identity]
        books.grants[identity] = replace(grant, used=grant.used + amount)


def _money(params: dict[str, Any]) -> dict[str, Any]:
    money: dict[str, Any] | None = params["amount"].get("monetary")
    if money is None:
        raise wrong("amount[monetary]", "Missing required param: amount[monetary].", "parameter_missing")
    if money["value"] <= 0:
        raise wrong("amount[monetary][value]", "A credit grant's value must be positive.")
    return money


def _scope(books: Books, scope: dict[str, Any]) -> frozenset[str]:
    if ("price_type" in scope) == ("prices" in scope):
        raise wrong("applicability_config[scope]", "Give either price_type or prices.")
    named = frozenset(one["id"] for one in scope.get("prices", ()))
    for identity in named:
        if identity not in books.prices:
            raise missing_object("price", identity, "applicability_config[scope][prices]")
        if books.prices[identity].meter is None:
            raise wrong("applicability_config[scope][prices]", "Credits apply only to prices with a meter.")
    return named


def _times(call: Call) -> tuple[datetime, datetime | None]:
    given = {key: from_unix(call.params[key]) for key in ("effective_at", "expires_at") if key in call.params}
    effective, expires = given.get("effective_at", call.at), given.get("expires_at")
    if expires is not None and (expires <= effective or expires <= call.at):
        raise wrong("expires_at", "expires_at must be in the future and later than effective_at.")
    return effective, expires


def _found(books: Books, call: Call) -> CreditGrant:
    if call.ids[0] not in books.grants:
        raise missing_object("credit grant", call.ids[0])
    return books.grants[call.ids[0]]


def _kept(books: Books, grant: CreditGrant) -> dict[str, Any]:
    books.grants[grant.id] = grant
    return grant.rendered()
