"""Cases of workflows that react × engines × settings of switches: rows of the same table as all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from time import perf_counter

from generator.rendering.plan import Billing, Caps, Plan
from generator.rendering.registry import OWN
from generator.replay.case import CASES, UsageRow
from generator.replay.cast import CLIENTS, MODELS, Recast, is_at_home
from generator.replay.engine import Files
from generator.replay.flows.case import Call, FlowCase, load_flow_cases
from generator.replay.flows.engine import FlowEngine
from generator.replay.flows.make import MakeFlows
from generator.replay.flows.play import FlowOutcome, play_flow, variant
from generator.replay.make.switches import Switches as MakeSwitches
from generator.replay.make.switches import choices as make_choices
from generator.replay.matrix import Row, changes, part
from generator.replay.pairwise import pairwise
from generator.stripe_mock import Switches as StripeSwitches

CAPPED = frozenset({"usage-cap", "gateway-call"})
"""Workflows whose cases speak of the example's caps."""
_CAPS = {"acme": 1300, "globex": 900}
Shown = tuple[str, tuple[tuple[str, str], ...], Decimal | None, Decimal | None]
"""A client's name, its channels with their audiences, its retainer and the cost expected of a month."""
EXAMPLE: tuple[str, str, Mapping[str, Shown]] = (
    "usd",
    "C0OPS00001",
    {
        "acme": (
            "Acme Legal",
            (("C0ACMEOPS1", "internal"), ("C0ACME0001", "client")),
            Decimal(1500),
            Decimal(860),
        ),
        "globex": ("Globex Support", (("C0GLOBEX01", "client"),), Decimal(1500), Decimal(540)),
        "initech": ("Initech Sales", (("C0INITECH1", "client"),), Decimal(1200), Decimal(420)),
        "umbrella": ("Umbrella Clinics", (("C0UMBRELLA", "internal"),), Decimal(1000), Decimal(320)),
    },
)
"""What the cases' words name: `mappings/example.yaml`."""
Render = Callable[[Plan], Files]


@dataclass(frozen=True, slots=True)
class FlowJob:
    """One case with one plan on one engine: what becomes a row."""

    case: FlowCase
    plan: Plan
    engine: str
    seed: int
    render: Render
    as_given: bool = False

    def play(self, n8n: FlowEngine | None = None) -> Row:
        """Play it, under every setting of the switches that it meets."""
        began = perf_counter()
        plan = self.plan if self.as_given else variant(self.plan, self.case)
        case, files = _cast(self.case, self.plan, as_given=self.as_given), self.render(plan)
        first = self._once(case, plan, files, n8n, {})
        failures = [f"[defaults] {words}" for words in first.failures]
        settings = [s for s in self._settings(first) if s]
        for setting in settings:
            name = ", ".join(f"{k}={v}" for k, v in sorted(setting.items()))
            failures += [f"[{name}] {words}" for words in self._once(case, plan, files, n8n, setting).failures]
        return Row(
            case.key, self.engine, plan.billing.value, not failures, 0, 0, first.retries, first.credits,
            round(first.seconds, 1), 1 + len(settings), perf_counter() - began, tuple(failures), self.seed,
            source=self.plan.run,
        )  # fmt: skip

    def fits(self) -> bool:
        """Whether the case asks for the plan as it is: files that are fixed can play no other."""
        return variant(self.plan, self.case) == self.plan

    def _once(
        self, case: FlowCase, plan: Plan, files: Files, n8n: FlowEngine | None, setting: Mapping[str, str]
    ) -> FlowOutcome:
        make = replace(MakeSwitches(), **part(setting, "make."))
        engine = n8n or MakeFlows(make, self.seed)
        return play_flow(case, plan, files, engine, replace(StripeSwitches(), **part(setting, "stripe.")))

    def _settings(self, first: FlowOutcome) -> Sequence[Mapping[str, str]]:
        if self.case.switches == "default":
            return []
        choices = {f"stripe.{n}": v for n, v in StripeSwitches.choices().items() if f"stripe.{n}" in first.met}
        if self.engine == "make":
            choices |= {f"make.{n}": v for n, v in make_choices().items() if n in first.met}
        defaults = {name: values[0] for name, values in choices.items()}
        return [changes(setting, defaults) for setting in pairwise(choices)] if choices else []


def _cast(case: FlowCase, plan: Plan, *, as_given: bool) -> FlowCase:
    """Give the case as it runs for a plan: away from home with the plan's clients, and without its own words."""
    if is_at_home(plan):
        return case if _has_its_words(case, plan, as_given=as_given) else _wordless(case)
    roles = {role: plan.contacts[n % len(plan.contacts)].key for n, role in enumerate(CLIENTS)}
    recast = Recast(plan, keep_clock=plan.windows.size == "hour")
    steps = tuple(
        step.model_copy(
            update={
                "expect": None,
                "usage": tuple(_row(row, recast) for row in step.usage),
                "call": step.call and _call(step.call, recast),
                "at": recast.at(step.at) if any(one.usage for one in case.steps) else step.at,
                "event": step.event and step.event.model_copy(update={"client": roles.get(step.event.client or "")}),
            }
        )
        for step in case.steps
    )
    return case.model_copy(update={"steps": steps})


def _row(row: UsageRow, recast: Recast) -> UsageRow:
    """Recast a row that names the example's model by its full name as well."""
    cast = recast.row(row)
    return cast.model_copy(update={"model": recast.model(row.model)}) if row.model in MODELS else cast


def _call(call: Call, recast: Recast) -> Call:
    """Ask about the client that plays the role."""
    client = call.query.get("client")
    return call.model_copy(update={"query": {**call.query, "client": str(recast.word(client))}}) if client else call


def _has_its_words(case: FlowCase, plan: Plan, *, as_given: bool) -> bool:
    """Whether a case's words are a plan's: of the example's clients and channels, in its mode or in one that the case
    names, and in fixed files only where the case changes nothing in the mapping."""
    if shown(plan) != EXAMPLE:
        return False
    listed = plan.billing is Billing.DIMENSIONS if case.modes is None else plan.billing.value in case.modes
    if case.workflow in CAPPED and {c.key: c.cap for c in plan.contacts if c.key in _CAPS} != _CAPS:
        return False
    return listed and plan.caps.seconds == Caps().seconds and not (as_given and variant(plan, case) != plan)


def shown(plan: Plan) -> tuple[str, str, Mapping[str, Shown]]:
    """Give what a message may name: currency, channel of ops, and per client its channels and a month's money."""
    clients = {
        c.key: (c.name, tuple((one.id, str(one.audience)) for one in c.channels), c.retainer, c.expected_month)
        for c in plan.contacts
    }
    return plan.currency, plan.ops_channel, clients


def _wordless(case: FlowCase) -> FlowCase:
    """Leave a case to the judge alone."""
    return case.model_copy(update={"steps": tuple(s.model_copy(update={"expect": None}) for s in case.steps)})


def _runs(plan: Plan, engine: str, workflow: str) -> Sequence[Plan]:
    """Give the plans that a workflow is rendered from: one for each of several sources, where each has its own."""
    return plan.runs if plan.runs and workflow in OWN[engine] else (plan,)


def flow_jobs(
    plans: Sequence[Plan], engine: str, names: Sequence[str], seeds: Sequence[int], render: Render
) -> Iterator[FlowJob]:
    """List the cases of all workflows that react: with the first plan, or with each one in the modes of the case."""
    for case in load_flow_cases(CASES):
        if engine not in case.engines or (names and not {case.key, case.workflow} & set(names)):
            continue
        fitting = plans[:1] if case.modes is None else [p for p in plans if p.billing.value in case.modes]
        fitting = [run for plan in fitting for run in _runs(plan, engine, case.workflow)]
        yield from (FlowJob(case, plan, engine, seed, render) for plan in fitting for seed in seeds)
