"""Every workflow that `build` renders, in SETUP.md's order; docs/architecture.md says what else a new one needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """One n8n workflow: the stem of its template and file, and its id on the user's server.

    The id is fixed, so that an import replaces what an earlier import made, and workflows find each other by it.
    """

    stem: str
    id: str
    own: bool = False
    """Whether each source of a mapping with several has one of its own; the others are shared."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One Make scenario: stem, what its name says behind the business's, and the files of its named expressions."""

    stem: str
    title: str
    expressions: tuple[str, ...]
    """In `templates/make/iml`, in the order in which they build on each other."""
    watching: bool = False
    """Whether `billing: watch` has a template of its own, `{stem}-watch.json`."""
    priced: bool = False
    """Whether rows carry cost and rate in every billing mode, as in `watch`."""
    own: bool = False
    """As for n8n."""


FLOWS = (
    Flow("meter-usage", "tokentillMeter0001", own=True),
    Flow("meter-usage-chunk", "tokentillChunk0001"),
    Flow("meter-usage-shard", "tokentillShard0001", own=True),
    Flow("meter-usage-native", "tokentillNative001", own=True),
    Flow("stripe-events", "tokentillEvents001"),
    Flow("meter-errors", "tokentillErrors001"),
    Flow("ops-errors", "tokentillOpsErr001", own=True),
    Flow("log-call", "tokentillLogCall01"),
    Flow("usage-thresholds", "tokentillThresh001", own=True),
    Flow("usage-cap", "tokentillCap000001"),
    Flow("gateway-call", "tokentillGateway01"),
)
ON_ERROR = "ops-errors"
"""The workflow that n8n starts when a run of any other one fails; its error trigger is its own handler as well."""

SCENARIOS = (
    Scenario(
        "meter-usage",
        "meter usage",
        ("time", "row", "totals", "facts", "meters", "periods", "answers", "report", "run", "watch", "log", "failed"),
        watching=True,
        own=True,
    ),
    Scenario("stripe-events", "Stripe events", ("signature", "talk", "stripe_events", "failed")),
    Scenario("meter-errors", "meter errors", ("signature", "talk", "meter_errors", "failed")),
    Scenario("log-call", "log call", ("time", "row", "failed", "log_call")),
    Scenario("ops-errors", "what did not run", ("talk", "ops_errors", "failed"), own=True),
    Scenario(
        "usage-thresholds",
        "usage thresholds",
        (
            "time",
            "row",
            "totals",
            "facts",
            "periods",
            "answers",
            "report",
            "run",
            "log",
            "talk",
            "failed",
            "thresholds",
        ),
        priced=True,
        own=True,
    ),
    Scenario(
        "usage-cap", "usage cap", ("time", "row", "totals", "facts", "periods", "answers", "report", "log", "cap")
    ),
    Scenario(
        "gateway-call",
        "gateway call",
        ("time", "row", "totals", "facts", "periods", "answers", "report", "log", "cap", "gateway"),
    ),
)
PLATFORMS = ("n8n", "make")
OWN = {"n8n": frozenset(flow.stem for flow in FLOWS if flow.own), "make": frozenset(s.stem for s in SCENARIOS if s.own)}
"""Platform → stems of what each source of a mapping with several has for itself."""
