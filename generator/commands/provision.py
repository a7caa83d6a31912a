"""`provision`: the plan of what Stripe needs, and with `--apply` the deed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from generator.commands import clock
from generator.commands.stripe_key import open_account
from generator.commands.stripe_plan import billed_plan, needs_stripe
from generator.errors import WrongUsage
from generator.mapping.model import Mapping
from generator.mapping.words import Billing
from generator.reporting.terminal import counted, note, result, show_json, show_table
from generator.stripe_account.provision import Ask, Needs, make_steps
from generator.stripe_account.step import Action, Step, apply, refused

NO_ALERTS = (
    "--alerts needs `billing: weighted`: Stripe's alerts count one meter's units, and only there is a unit worth money"
)
DONE = {Action.CREATE: "created", Action.CHANGE: "changed", Action.KEEP: "kept", Action.BY_HAND: "by hand"}


def run(args: Namespace) -> int:
    """Show the steps; 1 where one is refused, and then nothing is written."""
    billed = billed_plan(args)
    if billed is None:
        return 1
    if not needs_stripe(billed.plan):
        return 0
    ask = _ask(args, billed.mapping)
    account = open_account(billed.mapping.stripe, args.api_base)
    steps = make_steps(account, Needs(billed.plan, billed.lists, billed.mapping.meter), ask, clock.now())
    if refused(steps) or not args.apply:
        _show(steps, args.format, {})
        return _planned(steps)
    return _applied(steps, args.format)


def _ask(args: Namespace, mapping: Mapping) -> Ask:
    unknown = [key for key in args.client if key not in mapping.clients]
    if unknown:
        raise WrongUsage(f"no client {unknown[0]}; there are: {', '.join(mapping.clients)}")
    if args.alerts and mapping.billing.mode is not Billing.WEIGHTED:
        raise WrongUsage(NO_ALERTS)
    if args.alerts and not args.client:
        raise WrongUsage("--alerts of whose usage? Name clients with --client")
    return Ask(tuple(dict.fromkeys(args.client)), args.webhooks, args.thin_webhooks, args.portal, args.alerts)


def _planned(steps: Sequence[Step]) -> int:
    if refused(steps):
        note("nothing was written: mend what is refused first")
        return 1
    open_steps = sum(step.writes for step in steps)
    note(
        f"{counted(open_steps, 'step')} to do; nothing was written, --apply does it" if open_steps else "nothing to do"
    )
    return 0


def _applied(steps: Sequence[Step], form: str) -> int:
    ids: dict[tuple[str, str], str] = {}
    for step, identity in apply(steps):
        ids[step.kind, step.name] = identity
        if step.writes:
            note(f"{DONE[step.action]} the {step.kind} {step.name}: {identity}")
    _show(steps, form, ids)
    note(f"{counted(sum(step.writes for step in steps), 'step')} done")
    return 0


def _show(steps: Sequence[Step], form: str, ids: dict[tuple[str, str], str]) -> None:
    rows = [
        {
            "action": DONE[step.action] if ids else step.action.value,
            "kind": step.kind,
            "name": step.name,
            "id": ids.get((step.kind, step.name), step.id),
            "why": step.why,
        }
        for step in steps
    ]
    if form == "json":
        show_json(rows)
    elif rows:
        show_table(rows)
    else:
        result("nothing is needed")
