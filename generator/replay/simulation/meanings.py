"""Changes of meaning in the middle of a world: a person edits the mapping and pastes it anew before a night's run.

What needs a date has one: `since` (or `until`) is the start of the window that this run is the first to cover.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from generator.rendering.plan import Billing, Client, ModelName, Plan
from generator.replay.expected import Window

NEW_ALIAS, NEW_SPELLING = "house-model", "{}-renamed"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A mapping, from which instant on it is the one in force, and what is new in it."""

    at: datetime
    plan: Plan
    what: str
    from_gateway: str = ""
    """The client whose usage a gateway posted until then."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who edits what: the mapping as it is, the client that an edit is about, the day from which on it holds."""

    plan: Plan
    client: Client
    day: datetime
    whole: Mapping[Billing, Plan]
    """Every billing mode of this business, with all of its models."""

    def edited(self, edit: Callable[[Client], Client]) -> Plan:
        """Give the mapping with another entry of the client."""
        key = self.client.key
        return replace(self.plan, clients=tuple(edit(one) if one.key == key else one for one in self.plan.clients))

    @property
    def model(self) -> str:
        """The model that an edit is about: never the first one, whose price gives a credit its worth."""
        return self.whole[self.plan.billing].pairs[-1].model


@dataclass(frozen=True, slots=True)
class Change:
    """One edit: what the mapping was before, if it was not as it is, and what it becomes on a day."""

    name: str
    after: Callable[[Scene], Plan]
    before: Callable[[Scene], Plan] = lambda scene: scene.plan
    fits: Callable[[Scene], bool] = lambda _scene: True
    last: bool = False
    """Whether no other edit comes after it: each begins with a window of the zone that was there first."""
    from_gateway: bool = False
    """Whether a gateway posted the client's usage until then."""


def changes(
    rng: Random, plan: Plan, windows: Sequence[Window], noisy: int, plans: Sequence[Plan]
) -> tuple[Plan, tuple[Meaning, ...]]:
    """Draw one to three edits of different clients; gives the mapping of the first night, and the later ones.

    A mapping with one client alone stays as it is: somebody has to be there all the time.
    """
    if len(plan.clients) < 2:
        return plan, ()
    whole = {one.billing: one for one in plans} | {plan.billing: plan}
    fitting = [change for change in CHANGES if change.fits(Scene(plan, plan.clients[0], windows[0].start, whole))]
    chosen = rng.sample(fitting, rng.randint(1, min(3, len(plan.clients) - 1)))
    chosen.sort(key=lambda change: change.last)
    nights = sorted(rng.sample(range(1, noisy), min(len(chosen), max(0, noisy - 1))))
    about = rng.sample(plan.clients, len(chosen))
    edits = [
        (Scene(plan, client, windows[night].start, whole), night, change)
        for night, change, client in zip(nights, chosen, about, strict=False)  # fewer nights than edits: the last go
    ]
    now = plan
    for scene, _, change in edits:
        now = change.before(replace(scene, plan=now))
    first, later = now, []
    for scene, night, change in edits:
        now = change.after(replace(scene, plan=now))
        leaves = scene.client.key if change.from_gateway else ""
        later.append(Meaning(windows[night].end, now, f"{change.name}: {scene.client.key}", leaves))
    return first, tuple(later)


def everybody(first: Plan, later: Sequence[Meaning]) -> Plan:
    """Give a mapping that knows every customer that any of these mappings posts for."""
    last = later[-1].plan if later else first
    known = {client.customer for client in last.clients}
    former = {c.customer: c for meaning in (first, *(m.plan for m in later)) for c in meaning.clients}
    gone = [replace(c, key=f"{c.key}-former") for customer, c in former.items() if customer not in known]
    return replace(last, clients=(*last.clients, *gone))


def billed(first: Plan, later: Sequence[Meaning]) -> tuple[Plan, ...]:
    """Give what Stripe must bill: everybody, in each billing mode that was ever in force, the last one first.

    Whose usage a gateway posted was a subscriber before.
    """
    subscribed = {meaning.from_gateway for meaning in later}
    known = everybody(first, later)
    clients = (replace(c, since=first.since) if c.key in subscribed else c for c in known.clients)
    all_of_them = replace(known, clients=tuple(clients))
    former = {plan.billing: plan for plan in (first, *(m.plan for m in later))}
    del former[all_of_them.billing]
    return (all_of_them, *(replace(plan, clients=all_of_them.clients) for plan in former.values()))


def _without(scene: Scene) -> Plan:
    return replace(scene.plan, clients=tuple(one for one in scene.plan.clients if one.key != scene.client.key))


def _joins(scene: Scene) -> Plan:
    return replace(scene.plan, clients=(*scene.plan.clients, replace(scene.client, since=scene.day)))


def _leaves(scene: Scene) -> Plan:
    return scene.edited(lambda one: replace(one, until=scene.day))


def _prices_gateway(plan: Plan) -> bool:
    """Whether what a gateway posts by model and token type has its price (`clients.gateway-meter`)."""
    return plan.billing is Billing.DIMENSIONS


def _moves(scene: Scene) -> Plan:
    """Bill a client as another customer of Stripe's from a day on."""
    return scene.edited(lambda one: replace(one, customer=f"{one.customer[:-1]}9", since=scene.day))


def _renamed(scene: Scene) -> Plan:
    """Learn a further spelling of a client; a name that nobody knew has no older meaning, so it needs no date."""
    return scene.edited(lambda one: replace(one, names=(*one.names, NEW_SPELLING.format(one.key))))


def _alias(scene: Scene) -> Plan:
    """Let a name of the logs mean a model from a day on."""
    named = ModelName(NEW_ALIAS, scene.plan.pairs[0].model, scene.day)
    return replace(scene.plan, model_names=(*scene.plan.model_names, named))


def _model_unknown(scene: Scene) -> Plan:
    pairs = tuple(pair for pair in scene.plan.pairs if pair.model != scene.model)
    names = tuple(name for name in scene.plan.model_names if name.model != scene.model)
    return replace(scene.plan, pairs=pairs, model_names=names)


def _undivided(scene: Scene) -> bool:
    """Whether no client's models are named one by one: who divides them over sources names those that are sold."""
    return all(client.models is None for client in scene.plan.clients)


def _model_joins(scene: Scene) -> Plan:
    """Sell a model from a day on; the meters and prices that it needs are there before."""
    whole, here = scene.whole[scene.plan.billing], scene.plan
    pairs = (replace(pair, since=scene.day) for pair in whole.pairs if pair.model == scene.model)
    names = (replace(name, since=scene.day) for name in whole.model_names if name.model == scene.model)
    return replace(here, pairs=(*here.pairs, *pairs), model_names=(*here.model_names, *names))


def _moved_alias(scene: Scene) -> Plan:
    """Give a model's spellings, but for its own name, to another one from a day on."""
    first = scene.plan.pairs[0].model
    names = (
        replace(name, model=first, since=scene.day) if name.model == scene.model != name.name else name
        for name in scene.plan.model_names
    )
    return replace(scene.plan, model_names=tuple(names))


def _heavier(scene: Scene) -> Plan:
    """Sell a model at twice its price: in `weighted` each of its tokens weighs twice as many credits."""
    pairs = (
        replace(p, weight=2 * (p.weight or 0), rate=2 * p.rate, since=scene.day) if p.model == scene.model else p
        for p in scene.plan.pairs
    )
    return replace(scene.plan, pairs=tuple(pairs))


def _dearer(scene: Scene) -> Plan:
    """Sell a model at twice its price where meters count tokens: what is posted stays, what it is worth does not.

    The billing mode may have become `weighted` before: then its tokens weigh twice as many credits.
    """
    if scene.plan.billing is Billing.WEIGHTED:
        return _heavier(scene)
    pairs = (replace(p, rate=2 * p.rate) if p.model == scene.model else p for p in scene.plan.pairs)
    return replace(scene.plan, pairs=tuple(pairs))


def _hourly(scene: Scene) -> Plan:
    """Cut hours in place of days, as many as the days were long."""
    windows = replace(scene.plan.windows, size="hour", lookback=24 * scene.plan.windows.lookback)
    return replace(scene.plan, windows=windows, since=scene.day)


def _daily_elsewhere(scene: Scene) -> Plan:
    """Cut days of another zone in place of hours, from one of its midnights on: how a business moves its zone."""
    behind = scene.day.astimezone(UTC).hour
    there = f"Etc/GMT+{behind}" if behind <= 12 else f"Etc/GMT-{24 - behind}"  # POSIX signs: + is west
    windows = replace(scene.plan.windows, size="day", zone=there, lookback=3)
    return replace(scene.plan, windows=windows, since=scene.day)


def _cuts_few_whole_hours(scene: Scene) -> bool:
    """Whether days begin at whole hours, and so few are covered that a replay of their hours stays short."""
    windows = scene.plan.windows
    offset = scene.day.astimezone(ZoneInfo(windows.zone)).utcoffset() or timedelta()
    return windows.size == "day" and windows.lookback <= 3 and offset % timedelta(hours=1) == timedelta()


_OTHER = {Billing.METER_PER_RATE: Billing.WEIGHTED, Billing.WEIGHTED: Billing.METER_PER_RATE}


def _another_mode(scene: Scene) -> Plan:
    """Post to other meters from a day on, for the models that are sold now."""
    other, sold = scene.whole[_OTHER[scene.plan.billing]], {pair.model for pair in scene.plan.pairs}
    return replace(
        scene.plan, billing=other.billing, since=scene.day, weighted_event=other.weighted_event,
        weighted_digest=other.weighted_digest, pairs=tuple(pair for pair in other.pairs if pair.model in sold),
    )  # fmt: skip


CHANGES = (
    Change("a client joins", _joins, _without),
    Change("a client leaves", _leaves),
    Change(
        "a client leaves the gateway",
        _joins,
        _without,
        fits=lambda scene: _prices_gateway(scene.plan),
        from_gateway=True,
    ),
    Change("another customer", _moves),
    Change("a client is renamed", _renamed),
    Change("another name of a model", _alias),
    Change("a model joins", _model_joins, _model_unknown, fits=_undivided),
    Change("a name means another model", _moved_alias),
    Change("another weight", _heavier, fits=lambda scene: scene.plan.billing is Billing.WEIGHTED),
    Change("another price", _dearer, fits=lambda scene: scene.plan.billing is not Billing.WEIGHTED),
    Change("hours in place of days", _hourly, fits=_cuts_few_whole_hours),
    Change("days of another zone", _daily_elsewhere, fits=lambda scene: scene.plan.windows.size == "hour", last=True),
    Change("another billing mode", _another_mode, fits=lambda scene: _OTHER.get(scene.plan.billing) in scene.whole),
)
