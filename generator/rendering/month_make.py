"""Plan → what Make's usage-thresholds knows of each client: the part of *Mapping* about a month's usage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from generator.pricing.amounts import minor_units
from generator.rendering.contacts import contact_data
from generator.rendering.plan import Client, Plan, TokenType

NUMBERS = {token_type: number for number, token_type in enumerate(TokenType, 1)}
"""Token types in the order of the report; a fact's name ends with the number and the letter."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def watched(plan: Plan) -> Iterator[dict[str, str]]:
    """List what a run looks at: for each client the period before, the running one, and the last seven days."""
    for number, client in enumerate(plan.clients, 1):
        month = client.month
        kinds = ["before", "now"] if month.at and (month.tokens or client.expected_month) else []
        yield from ({"c": f"c{number:04}", "kind": kind} for kind in (*kinds, *(["week"] if month.jump else [])))


def month_data(client: Client, plan: Plan, scale: int, models: Mapping[str, str]) -> dict[str, Any]:
    """Give one client's month: `whole` in tokens (unit `N`) or in cost (unit `V`: minor units × scale)."""
    month, minor = client.month, minor_units(plan.currency) * scale
    contact = next((contact_data(one, plan) for one in plan.contacts if one.key == client.key), {})
    return {
        "name": contact.get("name", client.key),
        "key": contact.get("key", client.key),
        "tell": contact.get("tell", [{"channel": plan.ops_channel, "audience": "internal"}]),
        "unit": "N" if month.tokens else "V",
        "whole": month.tokens or _whole(client.expected_month, minor),
        "at": list(month.at),
        "jump": month.jump,
        "currency": month.currency or plan.currency,
        "flat": "yes" if month.flat else "no",
        "fee": _whole(client.retainer, minor),
        "from": _ms(max(plan.since, client.since)),
        "to": _ms(client.until or NEVER),
        "own": _own(client, plan, scale, models),
    }


def _own(client: Client, plan: Plan, scale: int, models: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Give the client's own rates, by model and number of the token type; empty where they are the mapping's."""
    own: dict[str, dict[str, int]] = {}
    for pair, rate in zip(plan.pairs, client.month.rates, strict=False):
        own.setdefault(models[pair.model], {})[f"r{NUMBERS[pair.token_type]}"] = int(rate * scale)
    return own


def _whole(money: Decimal | None, minor: int) -> int:
    return int((money or Decimal(0)) * minor)


def _ms(instant: datetime) -> int:
    return int(instant.timestamp()) * 1000
