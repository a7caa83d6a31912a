"""Meaning has a date: what the rendered files say of a name, a pair or a window may only change with a later `since`.

A run compares Stripe with the logs over its lookback. If a name meant something else when those days were counted, the
run would count them a second time under the new meaning; so `build` compares with the file that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from generator.mapping.findings import Finding, Level, Place
from generator.mapping.places import KeyPath, Places
from generator.mapping.rules import Rule
from generator.metering.periods import period_end
from generator.metering.windows import day_start
from generator.rendering.moved import moved_spellings
from generator.rendering.plan import Billing, Pair, Plan

CHANGED = Rule(
    "meaning.changed",
    Level.ERROR,
    "a client's customer, a spelling's client, an alias's model, a pair's event or weight, the billing mode or the "
    "windows changed, and their `since` did not",
    "give it a `since` of the first day on which the new meaning holds, or restore the old one",
)
PRICE = Rule(
    "meaning.price",
    Level.ERROR,
    "a rate changed, and its `since` is not a later day on which every client's billing period begins; "
    "in the sandbox, where nobody pays, only a warning",
    "give the model (or the mapping) a `since` of the day on which the next period begins, and change the price in "
    "Stripe then; until that day keep the old price",
)
GAP = Rule(
    "meaning.gap",
    Level.WARNING,
    "the former windows and the new ones do not meet at the new `since`: usage between them is in no window",
    "go by way of hours: days of the old zone, then `size: hour` from one of its midnights on, then days of the new "
    "zone from one of its midnights on; zones off whole hours leave up to an hour in any case",
)
UNREADABLE = Rule(
    "meaning.unreadable",
    Level.ERROR,
    "the rendered file that is there holds no mapping of ours, so nobody can say whether a name's meaning changed",
    "restore the file, or delete it if it never ran",
)

WEIGHT_FIX = (
    "if another model or price changed the common credit, write the former one as `credit:` under `billing:`; "
    "else give the model a `since` of the first day on which the new weight holds"
)


def check_meaning(plan: Plan, rendered: Sequence[str], places: Places, where: Place) -> Iterator[Finding]:
    """Compare a plan with the first of the rendered texts that holds a mapping; one for the other account is silent.

    The texts are `n8n/meter-usage.json` and `n8n/mapping.txt`, as far as they are there; `where` names the first one.
    """
    old = next((data for text in rendered if (data := leaf(text)) is not None), None)
    try:
        found = list(_changes(plan, old, places)) if old else []
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation):  # cut by hand
        old = None
    if old is not None:
        yield from found
    elif rendered:
        yield UNREADABLE.at(where, f"{where.file} holds no mapping of ours to compare with")


def _changes(plan: Plan, old: dict[str, Any], places: Places) -> Iterator[Finding]:
    if old["livemode"] != plan.livemode:
        return
    change = _Change(plan, old, places)
    yield from change.prices()
    yield from change.gap()
    if not change.is_later(plan.since, old):
        yield from [*change.whole(), *change.clients(), *change.names(), *change.pairs()]


def leaf(rendered: str) -> dict[str, Any] | None:
    """Find the data of the node *Mapping* in a rendered n8n workflow, or in the text to paste; else None."""
    if (own := _data(rendered)) is not None:
        return own
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


def _local_day(old: dict[str, Any], since: object = None) -> date:
    """Give the local day on which something began, in the old file's zone: zones differ, days can be compared."""
    instant = datetime.fromisoformat(str(since or old["since"]))
    return instant.astimezone(ZoneInfo(old["window"]["zone"])).date()


@dataclass(frozen=True, slots=True)
class _Change:
    plan: Plan
    old: dict[str, Any]
    places: Places

    def is_later(self, since: datetime, entry: dict[str, Any]) -> bool:
        """Say whether a new meaning begins on a later local day than the old one did."""
        return self.day(since) > _local_day(self.old, entry.get("since"))

    def day(self, instant: datetime) -> date:
        """Give an instant's local day."""
        return instant.astimezone(ZoneInfo(self.plan.windows.zone)).date()

    def whole(self) -> Iterator[Finding]:
        plan, window = self.plan, self.old["window"]
        weighted = self.old.get("weighted", {}).get("event_name") or plan.weighted_event
        changes: tuple[tuple[str, object, str, KeyPath], ...] = (
            ("billing", self.old["billing"], plan.billing.value, ("billing",)),
            ("windows.size", window["size"], plan.windows.size, ("windows", "size")),
            ("windows.zone", window["zone"], plan.windows.zone, ("windows", "zone")),
            ("the meter's event name", weighted, plan.weighted_event or weighted, ("meter",)),
        )
        for name, before, now, path in changes:
            if before != now:
                yield self.finding(path, f"{name} was {before} and is now {now}")

    def gap(self) -> Iterator[Finding]:
        """Report the time between the old windows and those that begin on the mapping's new `since`."""
        window, new = self.old["window"], self.plan.windows
        if not self.is_later(self.plan.since, self.old):
            return
        ended, begins = (
            _boundary(self.plan.since, window),
            _boundary(self.plan.since, {"size": new.size, "zone": new.zone}, later=True),
        )
        if ended < begins:
            text = f"the last window by {window['size']} of {window['zone']} ends at {ended:%Y-%m-%dT%H:%MZ}, "
            text += f"the first by {new.size} of {new.zone} begins at {begins:%Y-%m-%dT%H:%MZ}"
            yield GAP.at(self.places.at("windows", "zone" if new.size == window["size"] else "size"), text)

    def clients(self) -> Iterator[Finding]:
        before = {entry["key"]: entry for entry in self.old["clients"]}
        for client in self.plan.clients:
            path, entry = ("clients", client.key), before.get(client.key)
            if entry and entry["customer"] != client.customer and not self.is_later(client.since, entry):
                text = f"clients.{client.key}.customer was {entry['customer']} and is now {client.customer}"
                yield self.finding((*path, "customer"), text)
        for spelling, owner, client in moved_spellings(self.old["clients"], self.plan.clients):
            if not self.is_later(client.since, before[owner]):
                words = f"'{spelling}' was clients.{owner} and is now clients.{client.key}"
                yield self.finding(("clients", client.key), words)

    def names(self) -> Iterator[Finding]:
        before = {entry["name"]: entry for entry in self.old["models"]}
        for spelling in self.plan.model_names:
            entry = before.get(spelling.name)
            if entry and entry["model"] != spelling.model and not self.is_later(spelling.since, entry):
                text = f"'{spelling.name}' was {entry['model']} and is now {spelling.model}"
                yield self.finding(("models", spelling.model), text)

    def pairs(self) -> Iterator[Finding]:
        if self.old["billing"] != self.plan.billing.value:
            return
        before = {(entry["model"], entry["token_type"]): entry for entry in self.old["pairs"]}
        for pair in self.plan.pairs:
            entry = before.get((pair.model, pair.token_type.value))
            if entry and not self.is_later(pair.since, entry) and (words := _differs(pair, entry)):
                fixed = WEIGHT_FIX if words.startswith("the weight") else ""
                yield self.finding(("models", pair.model), words, fixed)

    def prices(self) -> Iterator[Finding]:
        """Report each rate that changed at another time than the beginning of every client's period."""
        if Billing.WATCH in (self.plan.billing, self.old["billing"]):
            return
        before = {(entry["model"], entry["token_type"]): entry for entry in self.old["pairs"]}
        level = Level.ERROR if self.plan.livemode else Level.WARNING
        for pair in self.plan.pairs:
            entry = before.get((pair.model, pair.token_type.value))
            if entry is None or Decimal(entry["rate"]) == pair.rate:
                continue
            since, name = max(self.plan.since, pair.since), f"{pair.model} {pair.token_type.value}"
            words = f"the rate of {name} was {Decimal(entry['rate']):f} cents and is now {pair.rate:f}"
            late = self.is_later(since, {"since": max(self.old["since"], entry["since"])})
            inside = next((client.key for client in self.plan.clients if not self.begins(since, client.anchor)), None)
            if not late or inside:
                when = f"no period of clients.{inside} begins" if late else "the old one holds"
                where = self.places.at("models", pair.model)
                yield PRICE.at(where, f"{words}; on its `since`, {self.day(since)}, {when}", level=level)

    def begins(self, since: datetime, anchor: datetime) -> bool:
        """Say whether a billing period begins on the local day of an instant; clocks may change in between."""
        months = (since.year - anchor.year) * 12 + since.month - anchor.month
        return any(self.day(period_end(anchor, months + n)) == self.day(since) for n in (-1, 0, 1))

    def finding(self, path: KeyPath, words: str, hint: str = "") -> Finding:
        return CHANGED.at(self.places.at(*path), f"{words}, with the same `since`", hint)


def _boundary(instant: datetime, window: Mapping[str, Any], *, later: bool = False) -> datetime:
    """Give the last boundary between two windows up to an instant; with `later` the first one from it on."""
    if window["size"] == "hour":
        hour = instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return hour if hour == instant or not later else hour + timedelta(hours=1)
    day = instant.astimezone(ZoneInfo(window["zone"])).date()
    midnight = day_start(day, window["zone"])
    return midnight if midnight == instant or not later else day_start(day + timedelta(days=1), window["zone"])


def _differs(pair: Pair, entry: dict[str, Any]) -> str:
    for field, now in (("event_name", pair.event_name), ("digest", pair.digest), ("weight", pair.weight)):
        if entry.get(field) != now:
            return f"the {field} of {pair.model} {pair.token_type.value} was {entry.get(field)} and is now {now}"
    return ""
