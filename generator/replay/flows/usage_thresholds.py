"""The judge's own model of `usage-thresholds`: who hears of which share of a month, once, and with which figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from generator.rendering.plan import Billing, Client, Contact, Plan, TokenType
from generator.replay.case import Backfill
from generator.replay.expected import Fact, add_months, read
from generator.replay.flows.record import Deed
from generator.replay.money import minor_units, places
from generator.replay.usage.folder import usage_source
from generator.replay.usage.source import Answer

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
_LONGEST = timedelta(days=76)
"""Two periods and the week after the first of them."""


class Sums(NamedTuple):
    """Tokens; provider cost and charge in minor units."""

    tokens: int
    cost: Fraction
    charge: Fraction


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told of a client: parts of the text for everybody, and more for inside eyes."""

    client: Client
    key: object
    """Period or week that it is about."""
    level: int
    words: tuple[str, ...]
    inside: tuple[str, ...] = ()
    only_inside: bool = False


def judge(deeds: Sequence[Deed]) -> Iterator[str]:
    """Hold every step against the log as it was, and what was told before."""
    told: dict[tuple[str, object], int] = {}
    jumps: dict[str, datetime] = {}
    for deed in deeds:
        if not _whole(deed):
            yield from _silent(deed)
            continue
        fresh = [one for one in news_of(deed) if _is_fresh(one, told, jumps)]
        yield from _heard(deed, fresh)
        for one in fresh:
            if _is_told(deed, one):
                told[one.client.key, one.key] = one.level
                if one.only_inside and isinstance(one.key, datetime):
                    jumps[one.client.key] = one.key


def _is_fresh(one: News, told: dict[tuple[str, object], int], jumps: dict[str, datetime]) -> bool:
    if one.only_inside and isinstance(one.key, datetime):
        last = jumps.get(one.client.key)
        return last is None or one.key - last >= WEEK - timedelta(hours=1)
    return one.level > told.get((one.client.key, one.key), 0)


def _whole(deed: Deed) -> bool:
    """Whether all that the source knows came; nothing is missing where nobody's month is watched."""
    asked = [exchange for exchange in deed.exchanges if exchange.target == "usage"]
    if not asked and not any(client.month.at or client.month.jump for client in deed.plan.clients):
        return True
    return usage_source(deed.plan).whole([Answer(one.status, one.fault, one.answer) for one in asked])


def _silent(deed: Deed) -> Iterator[str]:
    heard = [message.channel for message in deed.messages]
    if heard != [deed.plan.ops_channel]:
        yield f"step {deed.index}: the log was not whole, and {heard} heard of it"


def _heard(deed: Deed, fresh: Sequence[News]) -> Iterator[str]:
    """Every channel hears of its news once, and of nothing else. Where Slack refused, the owner may hear instead."""
    wanted = [(channel, one) for one in fresh for channel, _ in told_to(deed.plan, one)]
    troubled = any(fault.on in ("slack", "any") for fault in deed.step.faults)
    if not troubled and sorted(m.channel for m in deed.messages) != sorted(channel for channel, _ in wanted):
        yield f"step {deed.index}: {[m.channel for m in deed.messages]} heard, expected {[c for c, _ in wanted]}"
    for one in fresh:
        for channel, audience in told_to(deed.plan, one):
            parts = one.words if audience == "client" else (*one.words, *one.inside)
            texts = [
                m.text for m in deed.messages if m.channel in {channel, *([deed.plan.ops_channel] if troubled else [])}
            ]
            if not troubled and not any(all(part in text for part in parts) for text in texts):
                yield f"step {deed.index}: {channel} should read {parts}, received {texts}"


def _is_told(deed: Deed, one: News) -> bool:
    return any(all(part in message.text for part in one.words) for message in deed.messages)


def told_to(plan: Plan, one: News) -> Iterator[tuple[str, str]]:
    """Give channel and audience of everybody who reads of it: somebody inside always does."""
    contact: Contact = next(c for c in plan.contacts if c.key == one.client.key)
    for channel in contact.channels:
        if channel.audience == "internal" or not one.only_inside:
            yield channel.id, channel.audience
    if not any(channel.audience == "internal" for channel in contact.channels):
        yield plan.ops_channel, "internal"


def news_of(deed: Deed) -> Iterator[News]:
    """Work out what the log says at a step, whatever was told before."""
    plan, zone, at = deed.plan, ZoneInfo(deed.plan.windows.zone), deed.step.at
    days = [(at - _LONGEST).astimezone(zone).date(), at.astimezone(zone).date()]
    asked = Backfill.model_validate({"from": days[0], "to": days[1]})
    reading = read(replace(plan, billing=Billing.METER_PER_RATE), deed.rows, at, asked)
    end = reading.windows[-1].end
    week = 7 if plan.windows.size == "day" else 7 * 24
    meets = [reading.windows[-week * n].start for n in (1, 2)]
    for client in plan.clients:
        facts = {fact: n for fact, n in reading.facts.items() if fact.client == client.key}
        for start, stop in _periods(client, end):
            yield from _month(plan, client, _sums(plan, client, facts, start, stop), start, stop, end)
        yield from _week(plan, client, facts, meets, end)


def _periods(client: Client, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    at = end - SECOND
    months = (at.year - client.anchor.year) * 12 + at.month - client.anchor.month
    number = next(n for n in (months + 1, months, months - 1) if add_months(client.anchor, n) <= at)
    before, start, stop = (add_months(client.anchor, number + n) for n in (-1, 0, 1))
    if end - start <= WEEK:
        yield before, start
    yield start, stop


def _sums(plan: Plan, client: Client, facts: dict[Fact, int], start: datetime, stop: datetime) -> Sums:
    tokens, cost, charge = 0, Fraction(0), Fraction(0)
    rates = client.month.rates or tuple(pair.rate for pair in plan.pairs)
    places = {(pair.model, pair.token_type): (pair.cost, rate) for pair, rate in zip(plan.pairs, rates, strict=True)}
    for fact, n in facts.items():
        if start <= fact.window.last_second < stop:
            paid, charged = places[fact.model, TokenType(fact.token_type)]
            tokens, cost, charge = tokens + n, cost + n * Fraction(paid), charge + n * Fraction(charged)
    return Sums(tokens, cost, charge)


def _month(plan: Plan, client: Client, sums: Sums, start: datetime, stop: datetime, end: datetime) -> Iterator[News]:
    month, minor = client.month, minor_units(plan.currency)
    expected = Fraction(month.tokens or 0) or Fraction(client.expected_month or 0) * minor
    mine = Fraction(sums.tokens) if month.tokens else sums.cost
    if not expected or not (reached := [at for at in month.at if mine * 100 >= at * expected]):
        return
    since, until = max(start, plan.since, client.since), min(stop, client.until or stop)
    over = until - end <= timedelta(hours=plan.windows.size == "day")
    pace = Fraction(1) if over else Fraction((until - since) // SECOND, (end - since) // SECOND)
    money = (client.month.currency or plan.currency, plan.currency)
    words = [f"{int(mine * 100 / expected)} % of the expected month", f"{sums.tokens:,}"]
    inside = [price(sums.cost, money[1]), price(sums.charge, money[0])]
    if plan.billing is not Billing.WATCH:
        words += [price(sums.charge, money[0])] + [price(sums.charge * pace, money[0])] * (not over)
    if month.tokens:
        words.append(f"{month.tokens:,}")
    elif plan.billing is not Billing.WATCH:
        words.append(price(sums.charge * expected / sums.cost, money[0]))
    if not over:
        words.append(f"{half_up(mine * pace * 100 / expected)} % by {_last_day(plan, until)}")
    if client.retainer:
        inside.append(
            f"{Decimal(half_up(sums.cost * 10000 / (Fraction(client.retainer) * minor))) / 100:,.2f} % of this retainer"
        )
    yield News(client, start, max(reached), tuple(words), tuple(inside))


def _last_day(plan: Plan, stop: datetime) -> date:
    """Give the day of the last window that has ended by then."""
    zone = ZoneInfo(plan.windows.zone)
    if plan.windows.size == "hour":
        return (stop.replace(minute=0, second=0) - SECOND).astimezone(zone).date()
    return stop.astimezone(zone).date() - timedelta(days=1)


def _week(
    plan: Plan, client: Client, facts: dict[Fact, int], meets: Sequence[datetime], end: datetime
) -> Iterator[News]:
    if not client.month.jump or meets[1] < max(plan.since, client.since):
        return
    week = _sums(plan, client, facts, meets[0], end)
    before = _sums(plan, client, facts, meets[1], meets[0])
    if before.cost and week.cost * 100 >= client.month.jump * before.cost:
        words = (price(week.cost, plan.currency), price(before.cost, plan.currency), "seven days")
        yield News(client, end, 0, (*words, f"{int(week.cost * 100 / before.cost)} %"), only_inside=True)


def price(minor: Fraction, currency: str) -> str:
    """Write an amount as a message does."""
    digits = places(currency)
    return f"{Decimal(half_up(minor)).scaleb(-digits):,.{digits}f} {currency.upper()}"


def half_up(value: Fraction) -> int:
    """Round to a whole number."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
