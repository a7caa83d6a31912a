"""What providers charge, per million tokens: the committed catalogue, one line per model.

The file is plain YAML, but each model stands on one line, so that only the lines asked for are taken apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from generator.errors import UnreadableInput
from generator.mapping.words import TokenType


@dataclass(frozen=True, slots=True)
class Price:
    """One model's provider prices in currency per million tokens, with where and when they were read.

    `above`: prompts of more tokens cost more than this. `changes`: other prices are announced from that day on.
    """

    model: str
    costs: dict[TokenType, Decimal]
    source: str
    as_of: date
    above: int | None = None
    changes: date | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Prices by model, and other spellings of these models."""

    as_of: date
    currency: str
    lines: dict[str, str]
    aliases: dict[str, str]

    def find(self, name: str) -> Price | None:
        """Give the price of a model by its name or a known spelling; None where there is none."""
        model = name if name in self.lines else self.aliases.get(name)
        return self._price(model) if model else None

    def closest(self, name: str, most: int = 3) -> list[str]:
        """List the names most like an unknown one, the likeliest first."""
        known = [*self.lines, *self.aliases]
        lower = name.lower()
        same = [other for other in known if lower.rpartition("/")[2] == other.rpartition("/")[2]]
        return list(dict.fromkeys([*same, *get_close_matches(lower, known, n=most)]))[:most]

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def _price(self, model: str) -> Price:
        entry = json.loads(self.lines[model])
        costs = {kind: Decimal(entry[kind]) for kind in TokenType if kind in entry}
        changes = date.fromisoformat(entry["changes"]) if "changes" in entry else None
        return Price(model, costs, entry["source"], self.as_of, entry.get("above"), changes)


def parse_catalogue(text: str) -> Catalogue:
    """Read the catalogue's text without taking its lines apart."""
    head: dict[str, str] = {}
    blocks: dict[str, dict[str, str]] = {"models": {}, "aliases": {}}
    block: dict[str, str] = head
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition('": ' if line.startswith(" ") else ":")
        if not line.startswith(" "):
            block = blocks.get(key, head)
        if value.strip():
            block[key.strip().strip('"')] = value.strip() if block is blocks["models"] else value.strip().strip('"')
    if not {"as_of", "currency"} <= set(head) or not blocks["models"]:
        raise UnreadableInput("the price catalogue has lost its head or its models")
    return Catalogue(date.fromisoformat(head["as_of"]), head["currency"], blocks["models"], blocks["aliases"])
