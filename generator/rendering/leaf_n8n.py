"""Plan → the text of the node *Mapping*: JSON that a person can read and mend in the editor."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache

from generator.pricing.amounts import format_decimal, minor_units
from generator.rendering.caps import capped, caps_data, unit_costs
from generator.rendering.contacts import contact_data
from generator.rendering.plan import Client, Pair, Plan
from generator.rendering.services import source_data, stripe_data


@lru_cache(maxsize=8)
def mapping_text(plan: Plan) -> str:
    """Write the mapping as n8n's node takes it: one line per entry of a list, no `=` in front, no key of ours in it."""
    lines = [f"  {_json(key)}: {_value(value)}" for key, value in mapping_data(plan).items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def mapping_data(plan: Plan) -> dict[str, object]:
    """Give the mapping as data: all that a run knows about clients, models, rates and bounds."""
    windows, retry = plan.windows, plan.retry
    return {
        "format": 1,
        "name": plan.name,
        "billing": plan.billing.value,
        "livemode": plan.livemode,
        "currency": plan.currency,
        "minor": minor_units(plan.currency),
        "since": _instant(plan.since),
        "window": {"size": windows.size, "zone": windows.zone, "lookback": windows.lookback},
        "source": source_data(plan),
        "slack": {"ops": plan.ops_channel},
        "stripe": stripe_data(),
        "retry": {
            "attempts": retry.attempts,
            "base_s": retry.base_s,
            "cap_s": retry.cap_s,
            "budget_s": retry.budget_s,
        },
        "clients": [_client(client, plan) for client in plan.clients],
        **_elsewhere(plan),
        "models": [
            {"name": name.name, "model": name.model, "since": _instant(name.since)} for name in plan.model_names
        ],
        "pairs": [_pair(pair) for pair in plan.pairs],
        "weighted": {"event_name": plan.weighted_event, "digest": plan.weighted_digest},
        "contacts": [contact_data(contact, plan) for contact in plan.contacts],
        "portal": plan.portal,
        "caps": _caps(plan),
    }


def _elsewhere(plan: Plan) -> dict[str, object]:
    known = {"elsewhere": list(plan.elsewhere)} if plan.run else {}
    return {**known, **({"elsewhere_patterns": list(plan.elsewhere_patterns)} if plan.elsewhere_patterns else {})}


def _caps(plan: Plan) -> dict[str, object]:
    clients = [{**capped(contact, plan), "names": list(contact.names)} for contact in plan.contacts]
    return caps_data(plan, clients, list(unit_costs(plan)))


def _client(client: Client, plan: Plan) -> dict[str, object]:
    return {
        "key": client.key,
        "name": client.name,
        "customer": client.customer,
        "names": list(client.names),
        **({"patterns": list(client.patterns)} if client.patterns else {}),
        "since": _instant(client.since),
        "until": _instant(client.until) if client.until else None,
        "anchor": _instant(client.anchor),
        "grace_s": int(client.grace.total_seconds()),
        "retainer": None if client.retainer is None else format_decimal(client.retainer),
        "month": _month(client, plan),
        **({} if client.models is None else {"models": list(client.models)}),
    }


def _month(client: Client, plan: Plan) -> dict[str, object]:
    """Give what is expected of a month: tokens, or provider cost in minor units; `contact` is a place in `contacts`."""
    month = client.month
    cost = client.expected_month and format_decimal(client.expected_month * minor_units(plan.currency))
    return {
        "expected": {"tokens": str(month.tokens)} if month.tokens else {"cost": cost} if cost else None,
        "at": list(month.at),
        "jump": month.jump,
        "currency": month.currency or plan.currency,
        "rates": [format_decimal(rate) for rate in month.rates] or None,
        "flat": month.flat,
        "contact": next((place for place, one in enumerate(plan.contacts) if one.key == client.key), None),
    }


def _pair(pair: Pair) -> dict[str, object]:
    return {
        "model": pair.model,
        "token_type": pair.token_type.value,
        "event_name": pair.event_name,
        "digest": pair.digest,
        "rate": format_decimal(pair.rate),
        "cost": format_decimal(pair.cost),
        "weight": pair.weight,
        "since": _instant(pair.since),
    }


def _value(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n" + ",\n".join(f"    {_json(entry)}" for entry in value) + "\n  ]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
