"""What the commands that talk to Stripe begin with: a mapping that bills, its plan and its prices."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass

from generator.commands.read import catalogue, mapping_path, read_plan
from generator.mapping.model import Mapping
from generator.pricing.price import PriceList
from generator.pricing.price_lists import make_price_lists
from generator.rendering.plan import Billing, Plan
from generator.reporting.terminal import note, show_findings, summary


@dataclass(frozen=True, slots=True)
class Billed:
    """A mapping without errors, in a mode that uses Stripe."""

    mapping: Mapping
    plan: Plan
    lists: list[PriceList]


def billed_plan(args: Namespace) -> Billed | None:
    """Read the mapping; None, with the findings shown, where it has errors."""
    path = mapping_path(args.mapping)
    loaded, plan, findings = read_plan(path)
    if plan is None or loaded.mapping is None:
        show_findings(findings, args.format)
        note(f"{path}: {summary(findings)}; nothing was asked of Stripe")
        return None
    return Billed(loaded.mapping, plan, make_price_lists(loaded.mapping, catalogue()))


def needs_stripe(plan: Plan) -> bool:
    """Tell whether a mapping's mode uses Stripe at all, and say so where it does not."""
    if plan.billing is Billing.WATCH:
        note("`billing: watch` needs nothing in Stripe")
    return plan.billing is not Billing.WATCH
