"""What a run told in Slack, read back from its report: docs/run.md §8."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_POSTED = re.compile(r"^Posted: ([\d,]+) (?:tokens|credits) in ([\d,]+) events?$", re.M)
_REASON = re.compile(r"^• ([a-z_]+): ([\d,]+) (?:tokens|credits) \((.*)\)$", re.M)
_TOTAL = re.compile(r"^(Parked|Stuck|Ahead|Left|Watched): ([\d,]+) (?:tokens|credits)", re.M)
_STOPPED = re.compile(r"^Stopped: (.+)$", re.M)
_MISSING = re.compile(r"^Missing: (\S+(?:, \S+)*): \S.*\. The next run asks again\.$", re.M)
_LAST_CALL = re.compile(r"^Last call: (\S+) leaves", re.M)


@dataclass(frozen=True, slots=True)
class Told:
    """The numbers of one run's reports; tokens (in `weighted`: credits for all that is not parked by row)."""

    posted: int = 0
    events: int = 0
    parked: dict[str, int] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    stopped: str = ""
    last_call: str = ""
    missing: tuple[str, ...] = ()
    """Labels of windows that the source did not tell of."""
    reports: int = 0

    def total(self, name: str) -> int:
        """Give the number of a line, 0 where there is none."""
        return self.totals.get(name, 0)


def read_told(texts: Iterable[str]) -> Told:
    """Read the reports of one run; several runs at once add up."""
    text = "\n".join(texts)
    parked: dict[str, int] = {}
    details: dict[str, str] = {}
    for reason, number, detail in _REASON.findall(text):
        parked[reason] = parked.get(reason, 0) + _int(number)
        details[reason] = detail
    totals: dict[str, int] = {}
    for name, number in _TOTAL.findall(text):
        totals[name] = totals.get(name, 0) + _int(number)
    posted = _POSTED.findall(text)
    return Told(
        posted=sum(_int(n) for n, _ in posted),
        events=sum(_int(n) for _, n in posted),
        parked=parked,
        details=details,
        totals=totals,
        stopped=next(iter(_STOPPED.findall(text)), ""),
        last_call=next(iter(_LAST_CALL.findall(text)), ""),
        missing=tuple(label for line in _MISSING.findall(text) for label in line.split(", ")),
        reports=len(re.findall(r"^Tokentill · ", text, re.M)),
    )


def _int(text: str) -> int:
    return int(text.replace(",", ""))
