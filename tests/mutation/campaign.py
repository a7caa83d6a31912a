"""A campaign: hunt many changes, plead what may be pleaded, and count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Literal

from ruamel.yaml import YAML

from . import units
from .excuses import Harmless, excuse, load_table, unused
from .hunt import Hunter
from .mutants import Mutant
from .platforms import Field

Status = Literal["lint", "replay", "unit", "survived", "harmless", "unused"]
DEFAULT = "n8n's own default, said or left unsaid"
RANKING = Path(__file__).parent / "ranking.yaml"
"""Place → cases that caught something there in the last whole campaign, so that a sample is quick."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one change."""

    mutant: Mutant
    status: Status
    by: str
    words: str
    seconds: float

    def as_row(self) -> dict[str, Any]:
        """Give the row of a report."""
        m = self.mutant
        head = {"file": m.file, "where": m.where, "change": m.change, "shows": m.shows, "status": self.status}
        return {**head, "by": self.by, "words": self.words, "seconds": round(self.seconds, 2)}


def sampled(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Draw changes that count: those that the graph uses."""
    used = [m for m in mutants if not unused(m)]
    return Random(seed).sample(used, min(size, len(used)))


def campaign(field: Field, mutants: Sequence[Mutant], most: int | None = None) -> Iterator[Result]:
    """Hunt changes in order: lint first, then the table of harmless ones, replay, the unit tests of the code."""
    table = load_table()
    for hunter in field.hunters.values():
        hunter.most, hunter.ranking = most, load_ranking()
    for mutant in mutants:
        began = perf_counter()
        status, by, words = _verdict(field.hunter(mutant), mutant, table)
        yield Result(mutant, status, by, words, perf_counter() - began)


def _verdict(hunter: Hunter, mutant: Mutant, table: Sequence[Harmless]) -> tuple[Status, str, str]:
    if rule := unused(mutant):
        return "unused", rule, ""
    if finding := hunter.lint(mutant):
        return "lint", "lint", finding
    if reason := excuse(mutant, table) or (DEFAULT if hunter.alike(mutant) else None):
        return "harmless", reason, ""
    shot, words = hunter.hunt(mutant)
    if shot:
        return "replay", shot, words
    test = units.caught(mutant, hunter.unchanged(hunter.shots[0])[mutant.file])
    return ("unit", test, "") if test else ("survived", "", "")


def load_ranking(path: Path = RANKING) -> dict[str, list[str]]:
    """Read which cases to play first, by place."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {} if path.is_file() else {}
