"""`preview`: a client's next invoice, as Stripe shows it against our own arithmetic."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from generator.commands import clock
from generator.commands.log_facts import log_facts
from generator.commands.stripe_key import open_account
from generator.commands.stripe_plan import Billed, billed_plan, needs_stripe
from generator.errors import WrongUsage
from generator.mapping.words import TokenType
from generator.metering.windows import between
from generator.pricing.invoice import Usage
from generator.rendering.plan import Billing
from generator.reporting.terminal import note, result, show_json, show_table
from generator.stripe_account.preview import Pair, Preview, Side, preview
from generator.stripe_account.provision import Needs
from generator.stripe_account.terms import ClientTerms, terms_of

NO_PREVIEW = (
    "Stripe's invoice preview knows subscriptions, not the pricing plans of `billing: dimensions`; "
    "`reconcile` compares the usage by model and token type instead"
)


def run(args: Namespace) -> int:
    """Show both invoices; 1 where they differ."""
    billed = billed_plan(args)
    if billed is None:
        return 1
    if not needs_stripe(billed.plan):
        return 0
    if billed.plan.billing is Billing.DIMENSIONS:
        raise WrongUsage(NO_PREVIEW)
    terms = terms_of(billed.plan, billed.lists, args.client, clock.now())
    if terms is None:
        known = ", ".join(client.key for client in billed.plan.clients)
        raise WrongUsage(f"no client {args.client} whose usage this mapping meters; there are: {known}")
    usage = _usage(args.usage, billed, terms) if args.usage else None
    needs = Needs(billed.plan, billed.lists, billed.mapping.meter)
    found = preview(open_account(billed.mapping.stripe, args.api_base), needs, terms, usage)
    if isinstance(found, str):
        note(found)
        return 1
    _show(found, terms, args.format)
    return int(not found.agrees)


def _usage(paths: list[Path], billed: Billed, terms: ClientTerms) -> Usage:
    """Total a client's logs of the running month."""
    plan, zone = billed.plan, ZoneInfo(billed.plan.windows.zone)
    first, last = (at.astimezone(zone).date() for at in (terms.month.start, terms.month.end - timedelta(seconds=1)))
    windows = [
        window
        for window in between(terms.now, plan.windows.size, plan.windows.zone, first, last)
        if terms.month.start <= window.event_time < terms.month.end
    ]
    usage: dict[tuple[str, TokenType | None], int] = {}
    for fact, tokens in log_facts(paths, plan, windows).items():
        if fact.client == terms.client.key:
            pair = (fact.model, TokenType(fact.token_type) if fact.token_type else None)
            usage[pair] = usage.get(pair, 0) + tokens
    return usage


def _show(found: Preview, terms: ClientTerms, form: str) -> None:
    if form == "json":
        rows = [_row(pair) for pair in found.pairs]
        month = {"start": terms.month.start.isoformat(), "end": terms.month.end.isoformat()}
        totals = {"ours": found.ours, "stripe": found.stripes}
        show_json({"client": terms.client.key, "currency": found.currency, "month": month, **totals, "lines": rows})
        return
    result(f"{terms.client.name}: {terms.month.start:%Y-%m-%d %H:%M} to {terms.month.end:%Y-%m-%d %H:%M} UTC")
    result(f"amounts in minor units of {found.currency}\n")
    show_table([_row(pair) for pair in found.pairs])
    result(f"\nowed: {found.ours:,} by our arithmetic, {found.stripes:,} by Stripe's")
    note("both agree" if found.agrees else "they differ")


def _row(pair: Pair) -> dict[str, str]:
    sides = {**_side("our", pair.ours), **_side("stripe", pair.stripes)}
    return {"line": pair.name, **sides, "likely_cause": pair.cause}


def _side(name: str, side: Side | None) -> dict[str, str]:
    quantity, amount = (str(side.quantity), str(side.amount)) if side else ("", "")
    return {f"{name}_quantity": quantity, f"{name}_amount": amount}
