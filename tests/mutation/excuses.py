"""What a surviving change may plead: the graph does not use the leaf, or the table says why the change is harmless."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from .mutants import Mutant

TABLE = Path(__file__).parent / "harmless.yaml"

_UNUSED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("drawing: where the editor shows a node", re.compile(r"(^|/)(position|metadata/designer)(/|$)")),
    ("key: an id that only names its own part", re.compile(r"(nodes/\d+|conditions/\d+|assignments/\d+)/id$")),
    ("key: a webhook address that nobody calls", re.compile(r"nodes/\d+/webhookId$")),
    ("shown: the name of the workflow", re.compile(r"^name$")),
    ("shown: the name of a credential", re.compile(r"credentials/\w+/name$")),
    (
        "shown: what the editor shows of a choice",
        re.compile(r"(cachedResultName|outputKey|/label|/placeholder|formDescription|formTitle)$"),
    ),
    (
        "shown: what Make's editor restores or expects",
        re.compile(r"metadata/(restore|expect|interface|parameters|instant|zone|notes)(/|$)"),
    ),
    ("shown: the name of a filter", re.compile(r"filter/name$")),
    ("note: words for a person", re.compile(r"(^|/)(notes|note)$")),
)


@dataclass(frozen=True, slots=True)
class Harmless:
    """One row of the table."""

    where: re.Pattern[str]
    change: re.Pattern[str]
    shows: re.Pattern[str]
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        """Whether the row speaks of this change."""
        return bool(
            self.where.search(f"{mutant.file} {mutant.where}")
            and self.change.search(mutant.change)
            and self.shows.search(mutant.shows)
        )


def unused(mutant: Mutant) -> str | None:
    """Name the rule by which the graph does not use what was changed; None: it uses it."""
    if not mutant.reached:
        return "code: a function that this node never calls"
    path = "/".join(map(str, mutant.path))
    return next((name for name, pattern in _UNUSED if pattern.search(path)), None)


def load_table(path: Path = TABLE) -> list[Harmless]:
    """Read the table of harmless changes."""
    rows = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or []
    return [
        Harmless(
            re.compile(str(row.get("where", ""))),
            re.compile(str(row.get("change", ""))),
            re.compile(str(row.get("shows", ""))),
            str(row["reason"]),
        )
        for row in rows
    ]


def excuse(mutant: Mutant, table: Sequence[Harmless]) -> str | None:
    """Give the table's reason for a change; None where it has none."""
    return next((row.reason for row in table if row.covers(mutant)), None)
