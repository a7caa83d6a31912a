"""What the *Mapping* of a given file says of clients beyond metering: whom to tell, and what a month should take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

from generator.rendering.plan import CapFailure, Caps, CapSource, Channel, Contact, Month
from generator.replay.money import minor_units


def contacts_of(leaf: Mapping[str, Any]) -> Iterator[Contact]:
    """Read everybody who is told; the owner's own channel is in `tell` only where a client has nobody inside."""
    capped = {one["key"]: one for one in (leaf.get("caps") or {}).get("clients", ())}
    for one in leaf.get("contacts", ()):
        told = [Channel(entry["channel"], entry["audience"]) for entry in one["tell"]]
        if told and told[-1] == Channel(leaf["slack"]["ops"], "internal"):
            told = told[:-1]
        key = unescape(one["key"])
        contact = Contact(key, unescape(one["name"]), one["customer"], tuple(told))
        yield _capped(contact, capped[key]) if key in capped else contact


def _capped(contact: Contact, one: Mapping[str, Any]) -> Contact:
    return replace(
        contact,
        names=tuple(one["names"]),
        anchor=datetime.fromisoformat(one["anchor"]),
        cap=None if one["cap"] is None else Decimal(one["cap"]),
        gateway=one["meters"] == "gateway",
    )


def caps_of(leaf: Mapping[str, Any]) -> Caps:
    """Read how caps are looked up; nothing in a file that was rendered before there was such a thing."""
    caps = leaf.get("caps")
    return Caps(CapSource(caps["source"]), caps["cache_s"], CapFailure(caps["fail"])) if caps else Caps()


def expected_cost(leaf: Mapping[str, Any], currency: str) -> Decimal | None:
    """Read the provider cost that is expected of a client's month, in currency units."""
    cost = ((leaf.get("month") or {}).get("expected") or {}).get("cost")
    return None if cost is None else Decimal(cost) / minor_units(currency)


def month_of(leaf: Mapping[str, Any]) -> Month:
    """Read when a client's usage is told; nothing in a file that was rendered before there was such a thing."""
    month = leaf.get("month")
    if not month:
        return Month()
    tokens = (month["expected"] or {}).get("tokens")
    return Month(
        tokens=None if tokens is None else int(tokens),
        at=tuple(month["at"]),
        jump=month["jump"],
        currency=month["currency"],
        rates=tuple(Decimal(rate) for rate in month["rates"] or ()),
        flat=month["flat"],
    )
