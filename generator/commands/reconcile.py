"""`reconcile`: what Stripe counted against the logs, for a range of days."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from generator.commands import clock
from generator.commands.log_facts import log_facts
from generator.commands.margin_options import day_named
from generator.commands.stripe_key import open_account
from generator.commands.stripe_plan import billed_plan, needs_stripe
from generator.errors import WrongUsage
from generator.metering.windows import between
from generator.rendering.plan import Plan
from generator.reporting.terminal import counted, note, result, show_json, show_table
from generator.stripe_account.reconcile import WRONG, Compared, Verdict, reconcile
from generator.usage_files.record import Ask


def run(args: Namespace) -> int:
    """Show every client and meter; 1 where Stripe is ahead, or a day has passed and usage is not counted."""
    billed = billed_plan(args)
    if billed is None:
        return 1
    if not needs_stripe(billed.plan):
        return 0
    plan, now = (_by_gateway(billed.plan) if args.gateway else billed.plan), clock.now()
    today = now.astimezone(ZoneInfo(plan.windows.zone)).date()
    last = day_named(args.last, "--to") or today - timedelta(days=1)
    first = day_named(args.first, "--from") or last - timedelta(days=6)
    windows = between(now, plan.windows.size, plan.windows.zone, first, last)
    if not windows:
        raise WrongUsage(f"{first} … {last} holds no day that is over")
    facts = log_facts(args.usage, plan, windows, Ask(cached=args.cached)) if args.usage else None
    account = open_account(billed.mapping.stripe, args.api_base)
    rows = reconcile(account, plan, facts, windows, now)
    _show(rows, args.format)
    note(_summary(rows))
    return int(any(row.verdict in WRONG for row in rows))


def _by_gateway(plan: Plan) -> Plan:
    """Give the mapping of the clients whose usage a gateway posts: its report is their log."""
    if not plan.by_gateway:
        raise WrongUsage("no client of the mapping has `path: gateway`")
    return replace(plan, clients=plan.by_gateway, runs=())


def _show(rows: Sequence[Compared], form: str) -> None:
    table = [
        {
            "client": row.client,
            "meter": row.meter,
            "model": row.model,
            "type": row.token_type,
            "days": row.span,
            "logs": "" if row.logs is None else str(row.logs),
            "stripe": str(row.counted),
            "verdict": row.verdict.value,
        }
        for row in rows
    ]
    if form == "json":
        show_json(table)
    elif table:
        show_table(table)
    else:
        result("no usage in the logs and none in Stripe")


def _summary(rows: Sequence[Compared]) -> str:
    numbers = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    parts = [f"{number} {verdict.value}" for verdict, number in numbers.items() if number]
    return f"{counted(len(rows), 'row')}: {', '.join(parts)}" if parts else "nothing to compare"
