"""Windows: how far back a run may look, when it starts, and what the usage source can answer for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from generator.mapping.billed import billed_sources
from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.rules import Rule
from generator.mapping.words import WindowSize

LOOKBACK = Rule(
    "windows.lookback",
    Level.ERROR,
    "`lookback` reaches further back than the 35 days that Stripe accepts events for",
    "use at most 35 daily or 840 hourly windows",
)
SKIPPED_RUN = Rule(
    "windows.skipped-run",
    Level.ERROR,
    "`run_at` is a time of day that clocks skip or show twice when they change",
    "choose a time outside that hour",
)
UTC_SOURCE = Rule(
    "windows.utc-source",
    Level.ERROR,
    "the usage source reports by UTC day, but windows are local days of another zone",
    "use `zone: UTC`, or hourly windows",
)


def check(mapping: Mapping, places: Places) -> Iterator[Finding]:
    """Run the rules over the `windows` block."""
    windows = mapping.windows
    if windows.size is WindowSize.DAY and windows.lookback > 35:
        text = f"windows.lookback is {windows.lookback} days; Stripe takes events of the last 35 days"
        yield LOOKBACK.at(places.at("windows", "lookback"), text)
    if windows.size is WindowSize.DAY and (day := _clock_change_at(mapping)):
        text = f"windows.run_at is {windows.run_at:%H:%M}, which {windows.zone} skips or has twice on {day:%Y-%m-%d}"
        yield SKIPPED_RUN.at(places.at("windows", "run_at"), text)
    of_utc = dict.fromkeys(one.source.kind for one in billed_sources(mapping) if one.facts.utc)
    if of_utc and windows.size is WindowSize.DAY and not _is_utc(mapping):
        text = f"windows.zone is {windows.zone}, but {' and '.join(of_utc)} reports by UTC day"
        yield UTC_SOURCE.at(places.at("windows", "zone"), text)


def _clock_change_at(mapping: Mapping) -> datetime | None:
    """Find a day in the two years from `since` on which the run's local time does not come exactly once."""
    zone, at = ZoneInfo(mapping.windows.zone), mapping.windows.run_at
    for step in range(731):
        local = datetime.combine(mapping.since + timedelta(days=step), at, zone)
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            return local
    return None


def _is_utc(mapping: Mapping) -> bool:
    zone, start = ZoneInfo(mapping.windows.zone), datetime.combine(mapping.since, datetime.min.time(), UTC)
    return all(not (start + timedelta(days=step)).astimezone(zone).utcoffset() for step in range(0, 366, 7))
