"""What clients pay, as this run of `provision` or `preview` sees it: now, and what is agreed for later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from generator.metering.periods import period_end
from generator.pricing.price import FixedPrice, Price, PriceList
from generator.pricing.price_lists import price_list_at
from generator.rendering.plan import Client, Plan


@dataclass(frozen=True, slots=True)
class Month:
    """A client's running billing month, [start, end)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ClientTerms:
    """One client with its price list of this moment and its running month."""

    client: Client
    prices: PriceList
    month: Month
    now: datetime
    changes: datetime | None
    """When other terms begin, if they are agreed."""

    @property
    def on_subscription(self) -> list[Price | FixedPrice]:
        """List what stands on the subscription of the tokens."""
        retainer = self.prices.retainer
        monthly = [retainer] if retainer and retainer.interval == "month" else []
        return [*self.prices.prices, *monthly]

    def without_usage(self) -> ClientTerms:
        """Leave the retainer alone: a pricing plan has the usage and the credit."""
        return replace(self, prices=replace(self.prices, prices=(), credit=0))

    @property
    def yearly(self) -> FixedPrice | None:
        """Give the retainer that needs a second subscription: one takes prices of one interval only."""
        retainer = self.prices.retainer
        return retainer if retainer and retainer.interval == "year" else None


def month_of(anchor: datetime, now: datetime) -> Month:
    """Give the billing month that an instant lies in."""
    months = (now.year - anchor.year) * 12 + now.month - anchor.month
    number = next(back for back in (months + 1, months, months - 1) if period_end(anchor, back) <= now)
    return Month(period_end(anchor, number), period_end(anchor, number + 1))


def terms_of(plan: Plan, lists: Sequence[PriceList], key: str, now: datetime) -> ClientTerms | None:
    """Give a client's terms; None for one that a gateway meters, and those of the future before its first day."""
    client = next((one for one in plan.clients if one.key == key), None)
    own = [one for one in lists if one.client == key]
    if client is None or not own:
        return None
    prices = price_list_at(own, key, now) or own[0]
    return ClientTerms(client, prices, month_of(client.anchor, now), now, prices.until)


def in_force(lists: Sequence[PriceList], now: datetime) -> list[PriceList]:
    """Leave out price lists that are past."""
    return [one for one in lists if one.until is None or one.until > now]
