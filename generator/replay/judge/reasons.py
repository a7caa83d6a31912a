"""Rules on reasons: what a report parks, leaves or calls stuck has a cause that the ledgers show; so has a stop."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from generator.rendering.plan import Billing
from generator.replay.expected import OLDEST, Fact, closed_before
from generator.replay.judge.posting import retryable
from generator.replay.judge.record import Meter, Post, RunRecord, parsed
from generator.replay.judge.totals import LATE_S, gaps
from generator.replay.world import Exchange

_LINE = re.compile(
    r"^(?:• )?(?P<why>period_closed|too_old|meter_unsuitable|refused|Stuck|Left|Ahead): [\d,]+ (?:tokens|credits) "
    r"\((?:worth [\d,.]+ \w+; )?(?P<details>.*)\)(?:\. Stripe knows .*)?$",
    re.M,
)
_ENTRY = re.compile(r"(?P<about>.+?): (?P<n>\d{1,3}(?:,\d{3})*)(?P<words> \[.*\])?")
_CUT = re.compile(r"; and [\d,]+ more$")


def causes(run: RunRecord) -> Iterator[str]:
    """Each fact that is told as not billed has the reason that is told."""
    if run.killed or run.step.retry_of or run.step.twice:
        return
    facts = _facts(run)
    for why, about, _ in _told(run):
        fact = facts.get(about)
        if fact and why in _CAUSES and not _CAUSES[why](run, fact):
            yield f"causes: nothing shows why {about} is told as {why}"
    if run.told.stopped and run.reading.newest and not any(map(_is_trouble, run.exchanges)):
        yield f"causes: nothing went wrong, yet the run stopped: {run.told.stopped}"


def shares(run: RunRecord) -> Iterator[str]:
    """What is told adds up to what Stripe lacks, or has too much, for each client and meter; at most, in a cut list."""
    native = any(post.native for post in run.posts)
    if run.killed or run.told.stopped or run.step.retry_of or run.step.twice or run.lagging or native:
        return
    if run.book.plan.billing is Billing.WATCH:
        return
    cut = any(_CUT.search(text) for text in _details(run))
    facts = _facts(run)
    meters = {
        f"{client.key} {name}": (client.key, name) for client in run.book.plan.clients for name in run.book.meters
    }
    told: dict[bool, dict[Meter, int]] = {True: defaultdict(int), False: defaultdict(int)}
    for why, about, n in _told(run):
        fact = facts.get(about)
        meter = meters.get(about) if why == "Ahead" else run.book.meter_of(fact) if fact else None
        if meter is None:
            return
        told[why == "Ahead"][meter] += n
    for ahead, real in zip((False, True), gaps(run), strict=True):
        for meter in {*real, *told[ahead]}:
            lacks, said = real.get(meter, 0), told[ahead][meter]
            if said > lacks or (said < lacks and not cut):
                words = "is ahead by" if ahead else "lacks"
                yield f"shares: Stripe {words} {lacks:,} of {meter}, told were {said:,}"


def words(run: RunRecord) -> Iterator[str]:
    """What Stripe refused is told with its last answer: status and words; what else is told has none to tell."""
    if run.killed or run.step.retry_of or run.step.twice or any(post.native for post in run.posts):
        return
    facts = _facts(run)
    for _, text in run.messages:
        for line in _LINE.finditer(text):
            for entry in map(_ENTRY.fullmatch, _CUT.sub("", line["details"]).split("; ")):
                fact = facts.get(entry["about"]) if entry else None
                wanted = _answer(run, fact) if fact and line["why"] == "refused" else ""
                if entry and wanted is not None and (entry["words"] or "") != wanted:
                    yield f"words: of {entry['about']} is told {entry['words']!r}, not {wanted!r}"


def _answer(run: RunRecord, fact: Fact) -> str | None:
    """Quote the last answer about a fact as a report does; None where there is none, or none with words of Stripe's."""
    asked = [post.exchange for post in _posts(run, fact)]
    error = parsed(asked[-1].answer).get("error") if asked else None
    said = error.get("message") if isinstance(error, dict) else None
    return f" [{asked[-1].status} {said}]" if isinstance(said, str) and "; " not in said else None


def _details(run: RunRecord) -> list[str]:
    return [match["details"] for _, text in run.messages for match in _LINE.finditer(text)]


def _told(run: RunRecord) -> Iterator[tuple[str, str, int]]:
    """Read each entry of the lines on facts: the line's word, what it is about, how much."""
    for _, text in run.messages:
        for line in _LINE.finditer(text):
            for entry in map(_ENTRY.fullmatch, _CUT.sub("", line["details"]).split("; ")):
                if entry:
                    yield line["why"], entry["about"], int(entry["n"].replace(",", ""))


def _facts(run: RunRecord) -> dict[str, Fact]:
    """Name every fact that the run could have, as reports do."""
    plan, facts = run.book.plan, {}
    pairs = [("", "")] if plan.billing is Billing.WEIGHTED else [(p.model, p.token_type.value) for p in plan.pairs]
    for client in plan.clients:
        for model, token_type in pairs:
            for window in run.reading.windows:
                about = " ".join(filter(None, (client.key, model, token_type, window.label)))
                facts[about] = Fact(client.key, model, token_type, window)
    return facts


def is_closed(run: RunRecord, fact: Fact) -> bool:
    """Whether Stripe has invoiced the fact's period by the time of the run."""
    client = next(c for c in run.book.plan.clients if c.key == fact.client)
    return fact.window.last_second < closed_before(client, run.step.at)


def is_too_old(run: RunRecord, fact: Fact) -> bool:
    """Whether Stripe takes no event of the fact's time any more."""
    return run.step.at - fact.window.last_second > OLDEST


def _has_no_meter(run: RunRecord, fact: Fact) -> bool:
    listed = [parsed(e.answer).get("data") for e in run.exchanges if e.target == "meters" and e.status == 200]
    meters = [meter for page in listed if isinstance(page, list) for meter in page]
    name = run.book.event_name(fact)
    return not any(meter.get("event_name") == name and _suits(run, meter) for meter in meters)


def _suits(run: RunRecord, meter: dict[str, Any]) -> bool:
    keys = sorted(meter.get("dimension_payload_keys") or ())
    return (
        meter.get("status") == "active"
        and meter.get("livemode") == run.book.plan.livemode
        and not meter.get("event_time_window")
        and meter["default_aggregation"]["formula"] == "sum"
        and meter["value_settings"]["event_payload_key"] == "value"
        and meter["customer_mapping"]["event_payload_key"] == "stripe_customer_id"
        and (keys == ["model", "token_type"] or (not keys and run.book.plan.billing is not Billing.DIMENSIONS))
    )


def _is_refused(run: RunRecord, fact: Fact) -> bool:
    return any(400 <= p.exchange.status < 500 and not retryable(p.exchange) for p in _posts(run, fact))


def _is_stuck(run: RunRecord, fact: Fact) -> bool:
    return fact.window != run.reading.newest and any(post.known(run.step.at) for post in _posts(run, fact))


def _is_left(run: RunRecord, fact: Fact) -> bool:
    customer = next(c.customer for c in run.book.plan.clients if c.key == fact.client)
    reads = [e for e in run.exchanges if e.target == "summary" and customer in e.request.query]
    asked = [*reads, *(post.exchange for post in _posts(run, fact))]
    return run.seconds > LATE_S or any(map(_is_trouble, asked))


def _posts(run: RunRecord, fact: Fact) -> list[Post]:
    return [post for post in run.posts if post.fact == fact]


def _is_trouble(exchange: Exchange) -> bool:
    return bool(exchange.fault) or not 200 <= exchange.status < 300


_CAUSES: dict[str, Callable[[RunRecord, Fact], bool]] = {
    "period_closed": is_closed,
    "too_old": is_too_old,
    "meter_unsuitable": _has_no_meter,
    "refused": _is_refused,
    "Stuck": _is_stuck,
    "Left": _is_left,
}
