"""Plan → who is told about a client, and in which words: the part of *Mapping* that reactive workflows read."""

from __future__ import annotations

import re
from decimal import Decimal

from generator.pricing.amounts import minor_units
from generator.rendering.plan import Contact, Plan

_LINES = re.compile(r"[\r\n]+")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MOST_SIGNS = 80


def contact_data(contact: Contact, plan: Plan) -> dict[str, object]:
    """Give one client as both platforms have it. `tell` always holds somebody inside: else the ops channel is."""
    tell = [{"channel": channel.id, "audience": channel.audience} for channel in contact.channels]
    if not any(channel.audience == "internal" for channel in contact.channels):
        tell.append({"channel": plan.ops_channel, "audience": "internal"})
    return {
        "key": shown(contact.key),
        "name": shown(contact.name),
        "customer": contact.customer,
        "tell": tell,
        "business": business(contact, plan.currency),
    }


def business(contact: Contact, currency: str) -> str:
    """Say what a client brings and is expected to cost a month, for inside eyes alone; empty where nothing is known."""
    retainer, expected = contact.retainer, contact.expected_month
    parts = [f"retainer {_money(retainer, currency)} a month"] if retainer else []
    parts += [f"provider cost expected {_money(expected, currency)}"] if expected else []
    if retainer and expected:
        parts[-1] += f" ({expected * 100 / retainer:.2f} % of it), margin {_money(retainer - expected, currency)}"
    return "; ".join(parts)


def shown(text: str) -> str:
    """Write text from outside as Slack shows it literally, on one line, cut."""
    line = _LINES.sub(" ", _TURNS.sub("", text))
    return escaped(line[:_MOST_SIGNS] + "…" if len(line) > _MOST_SIGNS else line)


def escaped(text: str) -> str:
    """Write text as Slack shows it literally, on one line."""
    return _LINES.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _money(value: Decimal, currency: str) -> str:
    places = len(str(minor_units(currency))) - 1
    return f"{value:,.{places}f} {currency.upper()}"
