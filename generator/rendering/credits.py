"""What a run on Make costs: one credit for every module that runs (Make help: credits; filters are free)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from generator.mapping.sources import source_facts
from generator.rendering.plan import Billing, CapSource, Plan
from generator.rendering.setup import events_per_window, meters, reads_per_run

EVERY_RUN = 11
"""Clock, mapping, log, meters, what was gathered, each row, all rows, each fact, what went wrong, the note of the run,
Slack. A watched run has two modules for its lines per client in place of the meters and the facts."""
EACH_BUCKET = 1
"""Of a provider's report: each bucket, and the one that stands before them, runs the module of its results."""
FIRST_FURTHER_PAGE = 2
FURTHER_PAGE = 3
"""A page of the log beyond the first: the request, and two modules that add its rows."""
ONE_OF_TEN = 10
"""Pages by cursor whose number nobody knows: each tens of them that is begun looks ten times whether more follow."""
TENS = 20
"""A repeater counts so many tens, and looks once for each whether it begins."""
SPARE_PAGES = 2
"""Looks beyond the pages that a report's windows need."""
DAYS, HOURS = 30, 30 * 24
"""Runs in a month."""


@dataclass(frozen=True, slots=True)
class EventCredits:
    """Credits of one event of Stripe's."""

    told: int
    """One channel hears of it."""
    channel: int
    quiet: int
    refused: int


SILENCE = 1
"""A look of `ops-errors` at the last run that finds all well."""
EVENT = EventCredits(told=12, channel=1, quiet=5, refused=4)
"""Request, signature, secrets, answer; the event; mapping, note, what was known, words, memory, channels, Slack."""

REPORT = 11
"""A thin event of `meter-errors`, however many kinds of errors it tells: it is fetched, put into words, sent once."""


@dataclass(frozen=True, slots=True)
class CallCredits:
    """Credits of one call that an app logs."""

    stored: int
    second: int
    """More, where it counts for two models."""
    repeated: int
    refused: int


CALL = CallCredits(stored=5, second=1, repeated=6, refused=4)
"""Request, mapping, what it says, data store, answer; one more look at what was stored before."""


@dataclass(frozen=True, slots=True)
class WatchingCredits:
    """Credits of one run that looks at how much of a month is used."""

    run: int
    above: int
    """More for each client above its lowest threshold."""
    told: int
    """More for each piece of news."""
    channel: int


WATCHING = WatchingCredits(run=9, above=1, told=3, channel=1)
"""Clock, mapping, what is looked at and from when, log, what was gathered, each row, all rows, each of them; what was
told; what it says, each channel, what is remembered; Slack."""


@dataclass(frozen=True, slots=True)
class CapCredits:
    """Credits of one question about a cap."""

    remembered: int
    looked_up: int
    plain: int
    refused: int


CAP_REMEMBERED = 5
"""Question, caller, mapping, what was answered, answer."""
CAP_CLOSED = 6
"""Month, what was found, what is known, the answer, remembering, what to answer."""
CAP_STRIPE, CAP_LOG = 4, 5
"""Meters, each, all, cost; or a page, all pages, each row, all rows, cost."""


def cap_credits(plan: Plan) -> CapCredits:
    """Count what a question costs: a read per meter where Stripe is asked, a page where the log is."""
    asked = CAP_LOG if plan.caps.source is CapSource.LOG else CAP_STRIPE + len(meters(plan))
    asked += plan.caps.source is CapSource.STRIPE and plan.billing is Billing.DIMENSIONS
    return CapCredits(CAP_REMEMBERED, CAP_REMEMBERED + CAP_CLOSED + asked, CAP_REMEMBERED - 1, CAP_REMEMBERED - 2)


@dataclass(frozen=True, slots=True)
class GatewayCredits:
    """Credits of one call through the AI gateway, its cap remembered."""

    metered: int
    """The gateway meters it."""
    kept: int
    """Its usage is kept for the nightly run."""
    over: int
    looked_up: int
    """More, where the cap is looked up."""


def gateway_credits(plan: Plan) -> GatewayCredits:
    """Count: question, caller, what is asked, mapping, cap, may it; the call, what came (twice), kept, reply."""
    return GatewayCredits(metered=12, kept=14, over=7, looked_up=cap_credits(plan).looked_up - CAP_REMEMBERED - 1)


@dataclass(frozen=True, slots=True)
class Credits:
    """Credits of an ordinary run: every client used every priced model, Stripe and the log agree, one page of rows."""

    run: int
    month: int
    """Of 30 days."""


def every_run(plan: Plan) -> int:
    """Count what a run costs besides reads and events."""
    facts, lookback = source_facts(plan.source), plan.windows.lookback
    buckets = EACH_BUCKET * (lookback + 1) + _report_pages(plan) if facts.buckets else 0
    return EVERY_RUN + facts.modules + buckets + _searches(plan)


def watching_run(plan: Plan) -> int:
    """Count what a run of usage-thresholds costs in which no client is above its lowest threshold.

    It reaches back 39 days in the platform's own table, a search for each, and 31 in a report, one bucket for each.
    """
    facts = source_facts(plan.source)
    return WATCHING.run + facts.modules + (32 if facts.buckets else 0) + (40 if facts.table else 0)


def estimate(plan: Plan) -> Credits:
    """Count what an ordinary run and a month of them cost; unused models post nothing and cost nothing."""
    run = every_run(plan) + events_per_window(plan) + reads_per_run(plan)
    return Credits(run, run * (DAYS if plan.windows.size == "day" else HOURS))


def _searches(plan: Plan) -> int:
    """Count what a data store costs beyond one request: a loop over the days of the range, a search for each, all."""
    hours = 24 if plan.windows.size == "day" else 1
    return ceil(plan.windows.lookback * hours / 24) + 1 if source_facts(plan.source).table else 0


def _report_pages(plan: Plan) -> int:
    """Count what a report of more than one page costs: each further page, and looks whether one follows."""
    lookback = plan.windows.lookback
    further = ceil(lookback / source_facts(plan.source).page.get(plan.windows.size, lookback)) - 1
    return FIRST_FURTHER_PAGE + FURTHER_PAGE * further + further + SPARE_PAGES if further else 0


def cursor_pages(further: int) -> int:
    """Count what so many pages cost beyond the first, where only a page says whether another follows."""
    begun = ceil(further / ONE_OF_TEN)
    return FIRST_FURTHER_PAGE + TENS + begun * (1 + ONE_OF_TEN) + FURTHER_PAGE * further if further else 0


def pages(rows: int, per_page: int) -> int:
    """Count what a log of so many rows costs beyond an ordinary run."""
    further = max(0, -(-rows // per_page) - 1)
    return FIRST_FURTHER_PAGE + FURTHER_PAGE * further if further else 0
