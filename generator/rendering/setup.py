"""Plan → SETUP.md: what a person does once on a platform, with this mapping's own names and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment

from generator.mapping.sources import source_facts
from generator.pricing.amounts import format_decimal
from generator.rendering.plan import Billing, Plan
from generator.rendering.texts import text_templates


def render_setup(plan: Plan, templates: Path, platform: str, facts: Mapping[str, object]) -> str:
    """Fill `templates/setup/{platform}.md.j2`; `facts` are what only the platform knows."""

    def local_day(instant: datetime) -> str:
        return instant.astimezone(ZoneInfo(plan.windows.zone)).date().isoformat()

    own = {
        "plan": plan,
        "meters": meters(plan),
        "prices": prices(plan),
        "local_day": local_day,
        "source": source_facts(plan.source),
    }
    own |= {"second": timedelta(seconds=1)}
    return _environment(templates).get_template(f"{platform}.md.j2").render(own, **facts).rstrip() + "\n"


@cache
def _environment(templates: Path) -> Environment:
    environment = text_templates(templates / "setup")
    environment.filters |= {"cell": _cell, "plain": format_decimal, "thousand": _thousand}
    return environment


class UnitPrice(NamedTuple):
    """What a person enters in Stripe: cents per unit of a meter; model and token type say what the unit is."""

    meter: str
    model: str
    token_type: str
    unit: Decimal


def prices(plan: Plan) -> list[UnitPrice]:
    """List the prices that a client's subscription needs; in `weighted` one, of a credit."""
    if plan.billing is Billing.WATCH:
        return []
    if plan.billing is Billing.WEIGHTED:
        rate, weight = next((pair.rate, pair.weight) for pair in plan.pairs if pair.weight)
        return [UnitPrice(plan.weighted_event, "", "", rate / weight)]
    return [UnitPrice(pair.event_name, pair.model, pair.token_type.value, pair.rate) for pair in plan.pairs]


def meters(plan: Plan) -> list[str]:
    """List the event names of all meters that a plan posts to, each once."""
    if plan.billing is Billing.WATCH:
        return []
    names = [plan.weighted_event] if plan.billing is Billing.WEIGHTED else [pair.event_name for pair in plan.pairs]
    return list(dict.fromkeys(names))


def events_per_window(plan: Plan) -> int:
    """Count the events of one window at most: every client used every model."""
    match plan.billing:
        case Billing.WATCH:
            return 0
        case Billing.WEIGHTED:
            return len(plan.clients)
        case _:
            return len(plan.clients) * len(plan.pairs)


def reads_per_run(plan: Plan) -> int:
    """Count the reads of a run in which the older windows agree: one per client and meter; none without them."""
    return len(plan.clients) * len(meters(plan)) if plan.windows.lookback > 1 else 0


def _cell(text: object) -> str:
    """Write text from the mapping into a table cell, as itself."""
    return str(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _thousand(rate: Decimal) -> str:
    """Write a rate in cents per token as cents per 1,000 tokens."""
    return format_decimal(rate * 1000)
