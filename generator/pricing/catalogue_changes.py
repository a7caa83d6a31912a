"""What a newer catalogue changes: models that came, went, or cost something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.pricing.amounts import format_decimal
from generator.pricing.catalogue import Catalogue, Price


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One model's prices before and after, in words; empty where the model is not there."""

    model: str
    before: str
    after: str


def catalogue_changes(old: Catalogue, new: Catalogue) -> Iterator[PriceChange]:
    """List every model whose line differs in more than its source, by name."""
    for model in sorted({*old, *new}):
        before, after = (_words(side.find(model) if model in side.lines else None) for side in (old, new))
        if before != after:
            yield PriceChange(model, before, after)


def _words(price: Price | None) -> str:
    if price is None:
        return ""
    parts = [f"{format_decimal(cost)} {kind.value}" for kind, cost in price.costs.items()]
    parts += [f"more above {price.above:,} tokens"] if price.above else []
    parts += [f"other prices from {price.changes}"] if price.changes else []
    return ", ".join(parts)
