"""The rule of the line *Parked*: it stands over the reasons, once, and adds them up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from generator.replay.judge.record import RunRecord

_REASON = re.compile(r"^• [a-z_]+: (?P<n>[\d,]+) (?P<unit>tokens|credits) \(", re.M)
_HEAD = re.compile(r"^Parked: .*$", re.M)


def parked(run: RunRecord) -> Iterator[str]:
    """Hold each report's sum of what is parked against its reasons; tokens and credits are told apart."""
    for _, text in run.messages:
        sums: Counter[str] = Counter()
        for reason in _REASON.finditer(text):
            sums[reason["unit"]] += int(reason["n"].replace(",", ""))
        heads, wanted = _HEAD.findall(text), [_line(sums)] if sums else []
        if heads != wanted:
            yield f"parked: {heads} stands over reasons that add up to {wanted}"


def _line(sums: Counter[str]) -> str:
    """Write the sum; tokens are left out where there are none, but not where there is nothing else."""
    tokens = [f"{sums['tokens']:,} tokens"] if sums["tokens"] or not sums["credits"] else []
    return f"Parked: {' and '.join([*tokens, *[f'{n:,} credits' for n in [sums['credits']] if n]])}"
