"""What a seed chooses before the first night: the billing mode, the dates, the periods, the open questions' answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from generator.rendering.plan import Billing, Client, Plan
from generator.replay.expected import DAY, Window, cut
from generator.replay.make.switches import Switches as MakeSwitches
from generator.replay.make.switches import choices as make_choices
from generator.replay.simulation.meanings import Meaning, billed, changes, everybody
from generator.stripe_mock import Switches as StripeSwitches

_ZONES = ("America/Chicago", "America/Chicago", "Europe/Berlin", "Pacific/Auckland", "Asia/Kolkata", "America/St_Johns")
_LOOKBACKS = {"day": (1, 2, 3, 3, 3, 4, 7), "hour": (3, 6, 12)}
_GRACES = tuple(timedelta(hours=h) for h in (1, 1, 6, 24, 72))
_LONG, _YEAR = 40, 365
_ROUGH_DAYS = 4
"""Days before the quiet end where days of another zone take the place of hours."""
_CHANGING = (2, 6, 7)
"""Of eight seeds, those whose mapping changes on the way."""
_ANSWERED_OTHERWISE = 0.08
"""How often an open question has another answer than the likeliest."""
_NEVER_MET = frozenset({"sheet_empty_rows"})
"""Open questions about sources that no world reads."""


@dataclass(frozen=True, slots=True)
class Premise:
    """A world before its first night."""

    seed: int
    plan: Plan
    """The mapping of the first night."""
    windows: tuple[Window, ...]
    """One run follows each of them, oldest first, unless something keeps it from running."""
    make: MakeSwitches
    stripe: StripeSwitches
    later: tuple[Meaning, ...] = ()
    """What a person makes of the mapping on the way."""

    @property
    def everybody(self) -> Plan:
        """The mapping that knows all clients and names that the world will ever have."""
        return everybody(self.plan, self.later)

    @property
    def billed(self) -> tuple[Plan, ...]:
        """The mappings whose customers, meters and prices Stripe has."""
        return billed(self.plan, self.later)

    @property
    def gateway(self) -> tuple[tuple[str, datetime], ...]:
        """The clients whose usage a gateway posts at first, each with the instant from which the workflow does."""
        return tuple(
            (client.key, client.since)
            for meaning in self.later
            for client in meaning.plan.clients
            if client.key == meaning.from_gateway
        )

    @property
    def quiet(self) -> int:
        """How many of the last runs nothing disturbs."""
        return max(2, self.plan.windows.lookback)


def premise(seed: int, plans: Sequence[Plan], *, fixed: bool = False) -> Premise:
    """Choose a world; with `fixed` the plan stays as its files were rendered from it."""
    rng = Random(f"{seed}:premise")
    plan = _in_some_mode(seed, plans)
    asked = plan if fixed else _varied(rng, plan)
    make = replace(MakeSwitches(), **_answers(rng, make_choices()))  # type: ignore[arg-type]
    stripe = replace(StripeSwitches(), **_answers(rng, StripeSwitches.choices()))  # type: ignore[arg-type]
    windows = tuple(_windows(rng, asked, long=seed % 2 == 0))
    ground = Premise(seed, asked, windows, make, stripe)
    if fixed or seed % 8 not in _CHANGING:
        return ground
    first, later = changes(Random(f"{seed}:meaning"), asked, windows, len(windows) - ground.quiet, plans)
    return replace(ground, plan=first, later=later, windows=tuple(_as_cut_at_last(ground, later)))


def _as_cut_at_last(ground: Premise, later: Sequence[Meaning]) -> Iterator[Window]:
    """Give all windows; from where days take the place of hours, as many as the quiet end needs and a few more."""
    moved = next((meaning.plan for meaning in later if meaning.plan.windows.size == "day"), None)
    if moved is None or ground.plan.windows.size == "day":
        yield from ground.windows
        return
    yield from (window for window in ground.windows if window.end <= moved.since)
    first = moved.since.astimezone(ZoneInfo(moved.windows.zone)).date()
    yield from (window for n in range(_ROUGH_DAYS + ground.quiet) for window in cut(moved, first + DAY * n))


def _in_some_mode(seed: int, plans: Sequence[Plan]) -> Plan:
    """Choose a billing mode, `watch` only where there is no other, and the first plan that has it."""
    modes = sorted({plan.billing for plan in plans} - {Billing.WATCH}) or [Billing.WATCH]
    mode = Random(f"{seed}:mode").choice(modes)
    return next(plan for plan in plans if plan.billing is mode)


def _varied(rng: Random, plan: Plan) -> Plan:
    size = "hour" if rng.random() < 0.15 else "day"
    zone = plan.windows.zone if rng.random() < 0.4 else rng.choice(_ZONES)
    windows = replace(plan.windows, size=size, zone=zone, lookback=rng.choice(_LOOKBACKS[size]))
    clients = tuple(_with_period(rng, client, zone) for client in plan.clients)
    return replace(plan, windows=windows, clients=clients, per_page=rng.choice((2, 5, 1000)))


def _with_period(rng: Random, client: Client, zone: str) -> Client:
    """Give a client a billing period of its own; it begins at a local midnight, as `check` asks for."""
    start = client.since.astimezone(ZoneInfo(zone)).date().replace(day=rng.choice((1, 1, 1, 7, 15, 28, 30)))
    anchor = datetime.combine(start, time(), ZoneInfo(zone)).astimezone(client.anchor.tzinfo)
    return replace(client, anchor=anchor, grace=rng.choice(_GRACES))


def _answers(rng: Random, choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    met = {name: values for name, values in choices.items() if name not in _NEVER_MET}
    return {name: rng.choice(values[1:]) for name, values in met.items() if rng.random() < _ANSWERED_OTHERWISE}


def _windows(rng: Random, plan: Plan, *, long: bool) -> list[Window]:
    """Every second world is long enough to meet a month's end; hours make short ones in any case."""
    since = plan.since.astimezone(ZoneInfo(plan.windows.zone)).date()
    if plan.windows.size == "hour":
        first = _start(rng, plan, since, 2)
        return [w for d in range(2) for w in cut(plan, first + DAY * d)]
    days = _LONG if long else rng.randint(6, 12)
    first = _start(rng, plan, since, days)
    return [w for d in range(days) for w in cut(plan, first + DAY * d)]


def _start(rng: Random, plan: Plan, since: date, days: int) -> date:
    """Begin with the mapping, on any day, or so that the clocks change in the middle."""
    kind = rng.choice(("since", "any", "clocks", "clocks"))
    changes = _changes(plan, since) if kind == "clocks" else []
    if changes:
        return max(since, rng.choice(changes) - DAY * rng.randint(1, days - 1))
    return since + DAY * (0 if kind == "since" else rng.randrange(_YEAR))


def _changes(plan: Plan, since: date) -> list[date]:
    """List the days of the first year on which the local clocks change."""
    zone = ZoneInfo(plan.windows.zone)
    midnights = [datetime.combine(since + DAY * n, time(), zone) for n in range(_YEAR + 1)]
    return [a.date() for a, b in pairwise(midnights) if a.utcoffset() != b.utcoffset()]
