"""Make a failing case short: leave out nights, then faults, then rows, as long as it still fails in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from generator.replay.case import Case, Step

Verdict = Callable[[Case], Sequence[str]]
"""Plays a case and gives what is wrong with it."""
_RULE = re.compile(r"^(?:run (\d+), )?([a-z ]+):")
_T = TypeVar("_T")


def shrink(case: Case, failures: Sequence[str], verdict: Verdict, tries: int) -> tuple[Case, Sequence[str]]:
    """Give the shortest case that was found within so many plays, and what is wrong with it."""
    hunt = _Hunt(case, tuple(failures), rule_of(failures[0]), verdict, tries)
    hunt.cut_the_end()
    hunt.leave_out(_runs, _with_runs)
    hunt.leave_out(_troubles, _without_troubles)
    hunt.leave_out(_rows, _with_rows)
    hunt.leave_out(_runs, _with_runs)
    return hunt.best, hunt.failures


def rule_of(failure: str) -> str:
    """Name the judge's rule behind a failure."""
    found = _RULE.match(failure)
    return found[2] if found else failure[:20]


@dataclass(slots=True)
class _Hunt:
    best: Case
    failures: Sequence[str]
    rule: str
    verdict: Verdict
    tries: int

    def fails(self, case: Case) -> bool:
        """Play a shorter case and keep it if the same rule speaks."""
        if self.tries <= 0:
            return False
        self.tries -= 1
        failures = [words for words in self.verdict(case) if rule_of(words) == self.rule]
        if failures:
            self.best, self.failures = case, tuple(failures)
        return bool(failures)

    def cut_the_end(self) -> None:
        """Leave out every run behind the first that is at fault; a quiet end is kept if its rule speaks."""
        found = _RULE.match(self.failures[0])
        last = int(found[1]) if found and found[1] else len(self.best.runs)
        quiet = max(0, self.best.quiet - (len(self.best.runs) - last)) if self.rule == "converged" else 0
        self.fails(self.best.model_copy(update={"runs": self.best.runs[:last], "quiet": quiet}))

    def leave_out(
        self, parts: Callable[[Case], Sequence[_T]], rebuilt: Callable[[Case, Sequence[_T]], Case | None]
    ) -> None:
        """Leave out ever smaller stretches of a list."""
        size = len(parts(self.best))
        while size and self.tries > 0:
            at = 0
            while at < len(parts(self.best)) and self.tries > 0:
                held = parts(self.best)
                other = rebuilt(self.best, [*held[:at], *held[at + size :]])
                if other is None or not self.fails(other):
                    at += size
            size //= 2


def _runs(case: Case) -> Sequence[Step]:
    return case.runs[: len(case.runs) - case.quiet]


def _with_runs(case: Case, runs: Sequence[Step]) -> Case | None:
    """Leave runs out, with their rows; the quiet end stays."""
    kept = (*runs, *case.runs[len(case.runs) - case.quiet :])
    return case.model_copy(update={"runs": kept}) if kept else None


def _places(case: Case) -> Iterator[tuple[int, str, int]]:
    for n, step in enumerate(case.runs):
        for name in ("faults", "acts", "drop"):
            yield from ((n, name, i) for i in range(len(getattr(step, name))))
        if step.twice:
            yield n, "twice", 0


def _troubles(case: Case) -> Sequence[tuple[int, str, int]]:
    return list(_places(case))


def _without_troubles(case: Case, kept: Sequence[tuple[int, str, int]]) -> Case:
    held = set(kept)
    runs = []
    for n, step in enumerate(case.runs):
        change: dict[str, object] = {
            name: tuple(part for i, part in enumerate(getattr(step, name)) if (n, name, i) in held)
            for name in ("faults", "acts", "drop")
        }
        runs.append(step.model_copy(update={**change, "twice": (n, "twice", 0) in held}))
    return case.model_copy(update={"runs": tuple(runs)})


def _rows(case: Case) -> Sequence[tuple[int, int]]:
    return [(n, i) for n, step in enumerate(case.runs) for i in range(len(step.usage))]


def _with_rows(case: Case, kept: Sequence[tuple[int, int]]) -> Case:
    held = set(kept)
    runs = tuple(
        step.model_copy(update={"usage": tuple(row for i, row in enumerate(step.usage) if (n, i) in held)})
        for n, step in enumerate(case.runs)
    )
    return case.model_copy(update={"runs": runs})
