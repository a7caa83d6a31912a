"""Meaning has a date: what the rendered files say of a name, a pair or a window may only change with a later `since`.

A run compares Stripe with the logs over its lookback. If a name meant something else when those days were counted, the
run would count them a second time under the new meaning; so `build` compares with the file that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from generator.mapping.findings import Finding, Level
from generator.mapping.places import KeyPath, Places
from generator.mapping.rules import Rule
from generator.rendering.plan import Pair, Plan

CHANGED = Rule(
    "meaning.changed",
    Level.ERROR,
    "a client's customer, an alias's model, a pair's event or weight, the billing mode or the windows changed, "
    "and their `since` did not",
    "give it a `since` of the first day on which the new meaning holds, or restore the old one",
)


WEIGHT_FIX = (
    "if another model or price changed the common credit, write the former one as `credit:` under `billing:`; "
    "else give the model a `since` of the first day on which the new weight holds"
)


def check_meaning(plan: Plan, rendered: str, places: Places) -> Iterator[Finding]:
    """Compare a plan with a rendered `n8n/meter-usage.json`; one for the other account, or a broken one, is silent."""
    old = leaf(rendered)
    if old is None or old.get("livemode") != plan.livemode or _local_day(old) is None:
        return
    change = _Change(plan, old, places)
    if change.is_later(plan.since, old):
        return
    try:
        yield from [*change.whole(), *change.clients(), *change.names(), *change.pairs()]
    except (KeyError, TypeError, AttributeError):
        # A leaf that somebody cut by hand tells nothing about what was counted.
        return


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


def _local_day(old: dict[str, Any], since: object = None) -> date | None:
    """Give the local day on which something began, in the old file's zone: zones differ, days can be compared."""
    try:
        instant = datetime.fromisoformat(str(since or old["since"]))
        return instant.astimezone(ZoneInfo(old["window"]["zone"])).date()
    except (KeyError, ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class _Change:
    plan: Plan
    old: dict[str, Any]
    places: Places

    def is_later(self, since: datetime, entry: dict[str, Any]) -> bool:
        """Say whether a new meaning begins on a later local day than the old one did."""
        before = _local_day(self.old, entry.get("since"))
        return before is None or since.astimezone(ZoneInfo(self.plan.windows.zone)).date() > before

    def whole(self) -> Iterator[Finding]:
        plan, window = self.plan, self.old["window"]
        weighted = self.old.get("weighted", {}).get("event_name") or plan.weighted_event
        changes: tuple[tuple[str, object, str, KeyPath], ...] = (
            ("billing", self.old.get("billing"), plan.billing.value, ("billing",)),
            ("windows.size", window.get("size"), plan.windows.size, ("windows", "size")),
            ("windows.zone", window.get("zone"), plan.windows.zone, ("windows", "zone")),
            ("the meter's event name", weighted, plan.weighted_event or weighted, ("meter",)),
        )
        for name, before, now, path in changes:
            if before != now:
                yield self.finding(path, f"{name} was {before} and is now {now}")

    def clients(self) -> Iterator[Finding]:
        before = {entry["key"]: entry for entry in self.old.get("clients", ())}
        owners = {name: entry["key"] for entry in before.values() for name in entry.get("names", ())}
        for client in self.plan.clients:
            path, entry = ("clients", client.key), before.get(client.key)
            if entry and entry["customer"] != client.customer and not self.is_later(client.since, entry):
                text = f"clients.{client.key}.customer was {entry['customer']} and is now {client.customer}"
                yield self.finding((*path, "customer"), text)
            for name in client.names:
                owner = owners.get(name, client.key)
                if owner != client.key and not self.is_later(client.since, before[owner]):
                    yield self.finding(path, f"'{name}' was clients.{owner} and is now clients.{client.key}")

    def names(self) -> Iterator[Finding]:
        before = {entry["name"]: entry for entry in self.old.get("models", ())}
        for spelling in self.plan.model_names:
            entry = before.get(spelling.name)
            if entry and entry["model"] != spelling.model and not self.is_later(spelling.since, entry):
                text = f"'{spelling.name}' was {entry['model']} and is now {spelling.model}"
                yield self.finding(("models", spelling.model), text)

    def pairs(self) -> Iterator[Finding]:
        if self.old.get("billing") != self.plan.billing.value:
            return
        before = {(entry["model"], entry["token_type"]): entry for entry in self.old.get("pairs", ())}
        for pair in self.plan.pairs:
            entry = before.get((pair.model, pair.token_type.value))
            if entry and not self.is_later(pair.since, entry) and (words := _differs(pair, entry)):
                fixed = WEIGHT_FIX if words.startswith("the weight") else ""
                yield self.finding(("models", pair.model), words, fixed)

    def finding(self, path: KeyPath, words: str, hint: str = "") -> Finding:
        return CHANGED.at(self.places.at(*path), f"{words}, with the same `since`", hint)


def _differs(pair: Pair, entry: dict[str, Any]) -> str:
    for field, now in (("event_name", pair.event_name), ("digest", pair.digest), ("weight", pair.weight)):
        if entry.get(field) != now:
            return f"the {field} of {pair.model} {pair.token_type.value} was {entry.get(field)} and is now {now}"
    return ""
