"""The announcement: what metering would have charged one client lately, from when it holds, how it will be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from generator.pricing.amounts import minor_units
from generator.pricing.price import PriceList
from generator.pricing.statement import Statement
from generator.reporting.amounts import show_money
from generator.reporting.pages import COPY, read_scripts, render_page
from generator.reporting.statement_page import day_bars, line_row, show_day, total_words


@dataclass(frozen=True, slots=True)
class Announcement:
    """Names, days and figures; the statement covers the days from `first` to `last` as if they were one month."""

    business: str
    name: str
    first: date
    last: date
    begins: date
    statement: Statement
    prices: PriceList

    @property
    def span(self) -> str:
        """Name the days in words."""
        number = (self.last - self.first).days + 1
        if number == 1:
            return f"the one day of {show_day(self.first)}"
        return f"the {number} days from {show_day(self.first)} to {show_day(self.last)}"

    @property
    def total(self) -> str:
        """Write what metering would have charged."""
        return total_words(self.statement)


def points(said: Announcement) -> list[str]:
    """Say how usage is charged and shown, in sentences for the client."""
    prices = said.prices
    free = {price.tiers[0].up_to for price in prices.prices if price.tiers and not price.tiers[0].unit_amount}
    sentences = []
    if len(free) == 1 and all(price.token_type for price in prices.prices):
        sentences.append(f"The first {free.pop():,} tokens of each line are free, every month.")
    elif free:
        sentences.append("Each month begins with free tokens; the lines below have them taken off.")
    if prices.credit:
        sentences.append(f"{_money(prices.credit, prices)} of usage a month is on us.")
    if prices.retainer:
        fee = _money(prices.retainer.amount, prices)
        sentences.append(f"Your fee of {fee} a {prices.retainer.interval} stays as it is; usage is a line of its own.")
    single = any(price.token_type is None for price in prices.prices)
    shown = "one line for all usage" if single else "one line for each model and kind of token"
    sentences.append(f"Your invoice shows {shown}, with quantity and rate.")
    sentences.append("With it comes a statement that leads from every line down to the days that make it up.")
    return sentences


def message(said: Announcement) -> str:
    """Write the text to send."""
    listed = "\n".join(f"- {sentence}" for sentence in points(said))
    return (
        f"Hello {said.name},\n\n"
        f"from {show_day(said.begins)} on, your AI usage is billed by what you use. In {said.span} "
        f"that would have been {said.total} for {said.statement.tokens:,} tokens.\n\n{listed}\n\n"
        "Nothing changes in how your automations work. Please write to us if you have questions.\n\n"
        f"{said.business}\n"
    )


def announcement_page(said: Announcement, templates: Path) -> str:
    """Write the page."""
    used = [line for line in said.statement.invoice.lines if line.quantity]
    values: dict[str, object] = {
        "business": said.business,
        "name": said.name,
        "span": said.span,
        "begins": show_day(said.begins),
        "total": said.total,
        "tokens": f"{said.statement.tokens:,}",
        "points": points(said),
        "lines": [line_row(line, said.statement) for line in used],
        "bars": day_bars(said.statement, said.first, said.last),
        "message": message(said),
    }
    return render_page(templates, "announcement/page.html.j2", values, read_scripts(templates, [COPY]))


def _money(amount: int, prices: PriceList) -> str:
    return show_money(Decimal(amount) / minor_units(prices.currency), prices.currency)
