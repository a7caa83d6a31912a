"""Changes of meaning in the middle of a world: a person edits the mapping and pastes it anew before a night's run.

What needs a date has one: `since` (or `until`) is the start of the window that this run is the first to cover.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from generator.rendering.plan import Client, ModelName, Plan
from generator.replay.expected import Window

NEW_ALIAS, NEW_SPELLING = "house-model", "{}-renamed"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A mapping, from which instant on it is the one in force, and what is new in it."""

    at: datetime
    plan: Plan
    what: str


@dataclass(frozen=True, slots=True)
class Change:
    """One edit: what the mapping was before, if it was not as it is, and what it becomes on a day."""

    name: str
    before: Callable[[Plan, Client], Plan]
    after: Callable[[Plan, Client, datetime], Plan]


def changes(rng: Random, plan: Plan, windows: Sequence[Window], noisy: int) -> tuple[Plan, tuple[Meaning, ...]]:
    """Draw one to three edits of different clients; gives the mapping of the first night, and the later ones."""
    chosen = rng.sample(CHANGES, rng.randint(1, min(3, len(plan.clients) - 1)))
    nights = sorted(rng.sample(range(1, noisy), min(len(chosen), max(0, noisy - 1))))
    about = rng.sample(plan.clients, len(chosen))
    edits = list(zip(nights, chosen, about, strict=False))
    now = plan
    for _, change, client in edits:
        now = change.before(now, client)
    first, later = now, []
    for night, change, client in edits:
        now = change.after(now, client, windows[night].start)
        later.append(Meaning(windows[night].end, now, f"{change.name}: {client.key}"))
    return first, tuple(later)


def everybody(first: Plan, later: Sequence[Meaning]) -> Plan:
    """Give a mapping that knows every customer that any of these mappings posts for: whom Stripe must bill."""
    last = later[-1].plan if later else first
    known = {client.customer for client in last.clients}
    former = {c.customer: c for meaning in (first, *(m.plan for m in later)) for c in meaning.clients}
    gone = [replace(c, key=f"{c.key}-former") for customer, c in former.items() if customer not in known]
    return replace(last, clients=(*last.clients, *gone))


def _same(plan: Plan, _client: Client) -> Plan:
    return plan


def _without(plan: Plan, client: Client) -> Plan:
    return replace(plan, clients=tuple(one for one in plan.clients if one.key != client.key))


def _edited(plan: Plan, client: Client, edit: Callable[[Client], Client]) -> Plan:
    return replace(plan, clients=tuple(edit(one) if one.key == client.key else one for one in plan.clients))


def _joins(plan: Plan, client: Client, day: datetime) -> Plan:
    return replace(plan, clients=(*plan.clients, replace(client, since=day)))


def _leaves(plan: Plan, client: Client, day: datetime) -> Plan:
    return _edited(plan, client, lambda one: replace(one, until=day))


def _moves(plan: Plan, client: Client, day: datetime) -> Plan:
    """Bill a client as another customer of Stripe's from a day on."""
    return _edited(plan, client, lambda one: replace(one, customer=f"{one.customer[:-1]}9", since=day))


def _renamed(plan: Plan, client: Client, _day: datetime) -> Plan:
    """Learn a further spelling of a client; a name that nobody knew has no older meaning, so it needs no date."""
    return _edited(plan, client, lambda one: replace(one, names=(*one.names, NEW_SPELLING.format(one.key))))


def _alias(plan: Plan, _client: Client, day: datetime) -> Plan:
    """Let a name of the logs mean a model from a day on."""
    return replace(plan, model_names=(*plan.model_names, ModelName(NEW_ALIAS, plan.pairs[0].model, day)))


CHANGES = (
    Change("a client joins", _without, _joins),
    Change("a client leaves", _same, _leaves),
    Change("another customer", _same, _moves),
    Change("a client is renamed", _same, _renamed),
    Change("another name of a model", _same, _alias),
)
