"""A campaign: hunt many changes, plead what may be pleaded, and count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

from ruamel.yaml import YAML

from .excuses import excuse, load_table, unused
from .mutants import Mutant
from .platforms import Field

Status = Literal["lint", "replay", "survived", "harmless", "unused"]
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
    """Hunt changes in order. A change with an excuse is not hunted: the table lists survivors of whole campaigns."""
    table = load_table()
    for hunter in field.hunters.values():
        hunter.most, hunter.ranking = most, load_ranking()
    for mutant in mutants:
        if rule := unused(mutant):
            yield Result(mutant, "unused", rule, "", 0.0)
        elif reason := excuse(mutant, table):
            yield Result(mutant, "harmless", reason, "", 0.0)
        else:
            verdict = field.hunter(mutant).hunt(mutant)
            status: Status = "survived" if not verdict.caught else "lint" if verdict.caught == "lint" else "replay"
            yield Result(mutant, status, verdict.caught, verdict.words, verdict.seconds)


def load_ranking(path: Path = RANKING) -> dict[str, list[str]]:
    """Read which cases to play first, by place."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {} if path.is_file() else {}
