"""What a margin report must say besides its figures: whatever makes them incomplete, one finding per name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from pathlib import Path

from generator.mapping.findings import Finding, Place
from generator.pricing.margin_report import Report, Taken
from generator.pricing.naming import Names
from generator.reporting.amounts import show_money
from generator.usage_files.rules import (
    COST_GAP,
    DATED_MODEL,
    LONG_PROMPTS,
    PRICE_CHANGED,
    UNDATED,
    UNKNOWN_MODEL,
    UNMAPPED_MODEL,
    UNMATCHED_CLIENT,
)

GAP = Decimal("0.02")


def report_findings(
    kept: Sequence[Taken], used: Sequence[Taken], names: Names, where: Place, mapping: Path | None
) -> Iterator[Finding]:
    """Report models without a price or a place in the mapping, unmatched clients, and days that are left out."""
    undated = sum(entry.tokens.all for entry in used if entry.day is None)
    if undated and len(kept) < len(used) and not any(entry.day is None for entry in kept):
        yield UNDATED.at(where, f"{undated:,} tokens of rows without a time are left out")
    for model in dict.fromkeys(entry.model for entry in kept if entry.tokens.all):
        rows = [entry for entry in kept if entry.model == model and entry.tokens.all]
        yield from _model_findings(model, rows, names, where)
    if mapping:
        for client in dict.fromkeys(entry.client for entry in kept if names.client(entry.client) is None):
            number = sum(entry.tokens.all for entry in kept if entry.client == client)
            words = f"{client!r} is" if client else "usage without a client's name is"
            yield UNMATCHED_CLIENT.at(where, f"{words} not in {mapping}: {number:,} tokens")


def _model_findings(model: str, rows: Sequence[Taken], names: Names, where: Place) -> Iterator[Finding]:
    number, meaning = sum(entry.tokens.all for entry in rows), names.model(model)
    if any(names.cost(model, entry.tokens, entry.day) is None for entry in rows):
        yield _unknown(model, number, names, where)
    if meaning is None:
        return
    if meaning.dated:
        yield DATED_MODEL.at(where, f"{model} is priced as {meaning.model}")
    if names.mapping and not meaning.mapped:
        yield UNMAPPED_MODEL.at(where, f"{model} is not in the mapping: {number:,} tokens are not metered")
    if meaning.above and any(entry.largest > meaning.above or entry.summed for entry in rows):
        longest = max(entry.largest for entry in rows)
        seen = f"its longest has {longest:,}" if longest > meaning.above else "the usage is summed, so none can be seen"
        yield LONG_PROMPTS.at(where, f"{model} costs more for prompts above {meaning.above:,} tokens; {seen}")
    if meaning.changes and any(entry.day and entry.day >= meaning.changes for entry in rows):
        yield PRICE_CHANGED.at(where, f"{model} has other prices from {meaning.changes} on")


def _unknown(model: str, number: int, names: Names, where: Place) -> Finding:
    if not model:
        return UNKNOWN_MODEL.at(
            where, f"{number:,} tokens name no model, so they have no price", "say which model it was with `--model`"
        )
    close = names.catalogue.closest(model)
    hint = f"did you mean {' or '.join(close)}? Say so: --model-alias {model}={close[0]}" if close else ""
    return UNKNOWN_MODEL.at(where, f"{model} has no price: {number:,} tokens", hint)


def cost_gap(kept: Sequence[Taken], names: Names, report: Report, where: Place) -> Iterator[Finding]:
    """Report where the source says that its tokens cost something else than their list price."""
    both = [entry for entry in kept if entry.reported and entry.tokens.all]
    priced = [names.cost(entry.model, entry.tokens, entry.day, batch=entry.batch) or Decimal(0) for entry in both]
    with localcontext(prec=60):
        own, listed = sum((entry.reported or Decimal(0) for entry in both), Decimal(0)), sum(priced, Decimal(0))
        if abs(own - listed) > GAP * max(own, listed):
            amounts = f"{show_money(own, report.currency)}, by list price {show_money(listed, report.currency)}"
            yield COST_GAP.at(where, f"by its source the usage cost {amounts}")
