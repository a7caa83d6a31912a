"""Meaning has a date: what the rendered files say of a name, a pair or a window may only change with a later `since`.

A run compares Stripe with the logs over its lookback. If a name meant something else when those days were counted, the
run would count them a second time under the new meaning; so `build` compares with the file that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from generator.mapping.findings import Finding, Level
from generator.mapping.places import KeyPath, Places
from generator.mapping.rules import Rule
from generator.rendering.plan import Plan

CHANGED = Rule(
    "meaning.changed",
    Level.ERROR,
    "a client's customer, an alias's model, a pair's event or weight, the billing mode or the windows changed, "
    "and their `since` did not",
    "give it a `since` of the first day on which the new meaning holds, or restore the old one",
)


def check_meaning(plan: Plan, rendered: str, places: Places) -> Iterator[Finding]:
    """Compare a plan with a rendered `n8n/meter-usage.json`; one for the other account, or a broken one, is silent."""
    old = leaf(rendered)
    if old is None or old.get("livemode") != plan.livemode or _later(plan.since, old):
        return
    yield from _whole(plan, old, places)
    yield from _clients(plan, old, places)
    yield from _names(plan, old, places)
    yield from _pairs(plan, old, places)


def leaf(rendered: str) -> dict[str, Any] | None:
    """Find the data of the node *Mapping* in a rendered n8n workflow; None where there is none."""
    try:
        nodes = json.loads(rendered)["nodes"]
        texts = [text for node in nodes if node.get("name") == "Mapping" for text in _texts(node["parameters"])]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return next((data for text in texts if (data := _data(text)) is not None), None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _data(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text.removeprefix("="))
    except ValueError:
        return None
    return data if isinstance(data, dict) and data.get("format") == 1 else None


def _later(since: datetime, old: dict[str, Any]) -> bool:
    try:
        return since > datetime.fromisoformat(str(old["since"]))
    except (KeyError, ValueError):
        return True


def _whole(plan: Plan, old: dict[str, Any], places: Places) -> Iterator[Finding]:
    window = old.get("window", {})
    changes: tuple[tuple[str, object, str, KeyPath], ...] = (
        ("billing", old.get("billing"), plan.billing.value, ("billing",)),
        ("windows.size", window.get("size"), plan.windows.size, ("windows", "size")),
        ("windows.zone", window.get("zone"), plan.windows.zone, ("windows", "zone")),
    )
    weighted = old.get("weighted", {}).get("event_name", "")
    if weighted and plan.weighted_event:
        changes = (*changes, ("the meter's event name", weighted, plan.weighted_event, ("meter",)))
    for name, before, now, path in changes:
        if before != now:
            yield CHANGED.at(places.at(*path), f"{name} was {before} and is now {now}, with the same `since`")


def _clients(plan: Plan, old: dict[str, Any], places: Places) -> Iterator[Finding]:
    before = {entry["key"]: entry for entry in old.get("clients", ())}
    owners = {name: entry["key"] for entry in before.values() for name in entry.get("names", ())}
    for client in plan.clients:
        entry = before.get(client.key)
        if entry and entry["customer"] != client.customer and not _later(client.since, entry):
            text = f"clients.{client.key}.customer was {entry['customer']} and is now {client.customer}"
            yield CHANGED.at(places.at("clients", client.key, "customer"), f"{text}, with the same `since`")
        for name in client.names:
            owner = owners.get(name, client.key)
            if owner != client.key and not _later(client.since, before[owner]):
                text = f"'{name}' was clients.{owner} and is now clients.{client.key}, with the same `since`"
                yield CHANGED.at(places.at("clients", client.key), text)


def _names(plan: Plan, old: dict[str, Any], places: Places) -> Iterator[Finding]:
    before = {entry["name"]: entry for entry in old.get("models", ())}
    for spelling in plan.model_names:
        entry = before.get(spelling.name)
        if entry and entry["model"] != spelling.model and not _later(spelling.since, entry):
            text = f"'{spelling.name}' was {entry['model']} and is now {spelling.model}, with the same `since`"
            yield CHANGED.at(places.at("models", spelling.model), text)


def _pairs(plan: Plan, old: dict[str, Any], places: Places) -> Iterator[Finding]:
    if old.get("billing") != plan.billing.value:
        return
    before = {(entry["model"], entry["token_type"]): entry for entry in old.get("pairs", ())}
    for pair in plan.pairs:
        entry = before.get((pair.model, pair.token_type.value))
        if entry is None or _later(pair.since, entry):
            continue
        for field, now in (("event_name", pair.event_name), ("digest", pair.digest), ("weight", pair.weight)):
            if entry.get(field) != now:
                text = f"the {field} of {pair.model} {pair.token_type.value} was {entry.get(field)} and is now {now}"
                yield CHANGED.at(places.at("models", pair.model), f"{text}, with the same `since`")
                break
