"""Rules on sums: nothing is lost, nothing counts twice, and every run says what it did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from generator.rendering.plan import Billing
from generator.replay.case import Expect
from generator.replay.expected import QUIET, Fact
from generator.replay.judge.record import Meter, RunRecord, is_complete
from generator.replay.money import money, places

LATE_S = 1500.0
"""A run on Make that took so long may leave what it did not come to."""
FACT_REASONS = frozenset({"period_closed", "too_old", "meter_unsuitable", "refused"})
"""Reasons that park a total; all others park rows."""


def conservation(run: RunRecord) -> Iterator[str]:
    """Source = counted + parked + stuck + left, over the windows that the run covered; of twins each tells it all."""
    if run.killed or run.told.stopped or run.step.retry_of:
        return
    if not run.told.reports and not run.unheard:
        yield "conservation: no report reached Slack"
    if not run.told.reports:
        return
    if run.book.plan.billing is Billing.WATCH:
        yield from watched(run)
        return
    missing, ahead = (sum(gap.values()) for gap in gaps(run))
    told = sum(n for reason, n in run.told.parked.items() if reason in FACT_REASONS)
    told += run.told.total("Stuck") + run.told.total("Left")
    blind = run.lagging or any(post.native for post in run.posts)
    if not missing <= told <= missing * run.told.reports and not (blind and told >= missing):
        yield f"conservation: {missing:,} units are missing at Stripe, {told:,} were told"
    least, most = (n * run.told.reports for n in (ahead - _of_both(run), ahead))
    if not least <= run.told.total("Ahead") <= most and not blind:
        yield f"conservation: Stripe is {ahead:,} ahead of the logs, {run.told.total('Ahead'):,} were told"
    yield from _parked_rows(run)


def _of_both(run: RunRecord) -> int:
    """Add up what two runs at once posted in older windows beyond what was missing there when they began.

    Each had read before the other's posts, so neither can tell it; the next run does (docs/run.md §5).
    """
    if not run.at_once:
        return 0
    lacked: dict[Meter, int] = defaultdict(int)
    grew: dict[Meter, int] = defaultdict(int)
    for fact in run.facts:
        if fact.window != run.reading.newest:
            before = run.before.get(fact, 0)
            lacked[run.book.meter_of(fact)] += run.reading.facts.get(fact, 0) - before
            grew[run.book.meter_of(fact)] += run.after.get(fact, 0) - before
    return sum(max(0, n - max(0, lacked[meter])) for meter, n in grew.items())


def _parked_rows(run: RunRecord) -> Iterator[str]:
    rows = {reason: n for reason, n in run.told.parked.items() if reason not in FACT_REASONS}
    parked = {reason: n * run.told.reports for reason, n in run.reading.parked.items()}
    if rows != parked:
        yield f"conservation: parked rows are {parked}, told were {rows}"


def watched(run: RunRecord) -> Iterator[str]:
    """In `watch` nothing is asked of Stripe, and the report adds up what metering would have charged."""
    asked = [e.target for e in run.exchanges if e.target not in {"usage", "slack"}]
    if asked:
        yield f"watch: Stripe was asked: {asked}"
    said = {line for _, text in run.messages for line in text.split("\n")}
    for line in _watch_lines(run):
        if line not in said:
            yield f"watch: the report lacks {line!r}"
    yield from _parked_rows(run)


def _watch_lines(run: RunRecord) -> Iterator[str]:
    facts, digits = run.reading.facts, places(run.book.plan.currency)
    cost, rate = _money(run, facts)
    yield f"Watched: {sum(facts.values()):,} tokens, cost {cost}, at metered rates {rate}"
    for client in run.book.plan.clients:
        own = {fact: n for fact, n in facts.items() if fact.client == client.key}
        cost, rate = _money(run, own)
        retainer = "" if client.retainer is None else f", retainer {client.retainer:,.{digits}f}"
        if own:
            yield f"• {client.key}: {sum(own.values()):,} tokens, cost {cost}, would charge {rate}{retainer}"


def _money(run: RunRecord, facts: Mapping[Fact, int]) -> tuple[str, str]:
    """Price facts in currency units, rounded half up to minor ones: what they cost, and what metering would charge."""
    pairs = {(p.model, p.token_type.value): p for p in run.book.plan.pairs}
    sold = [(pairs[(fact.model, fact.token_type)], n) for fact, n in facts.items()]
    sums = (sum(p.cost * n for p, n in sold), sum(p.rate * n for p, n in sold))
    cost, rate = (money(Decimal(total), run.book.plan.currency) for total in sums)
    return cost, rate


def gaps(run: RunRecord) -> tuple[dict[Meter, int], dict[Meter, int]]:
    """Add up what Stripe lacks and has too much after the run, per client and meter; older windows together.

    Where they could not be read, all that the logs hold may be lacking, and nothing is known to be too much.
    """
    older: dict[Meter, int] = defaultdict(int)
    missing: dict[Meter, int] = defaultdict(int)
    refused_as_known = {post.fact for post in run.posts if post.known(run.step.at)}
    for fact in run.facts:
        gap = run.reading.facts.get(fact, 0) - _shown(run, fact)
        if fact.window != run.reading.newest:
            older[run.book.meter_of(fact)] += gap
        elif gap > 0 and fact not in refused_as_known:
            missing[run.book.meter_of(fact)] += gap
    logged = _logged(run)
    unread = {meter for meter in logged if not _was_read(run, meter)}
    for meter, gap in older.items():
        missing[meter] += logged[meter] if meter in unread else max(0, gap)
    ahead = {meter: -gap for meter, gap in older.items() if gap < 0 and meter in logged and meter not in unread}
    return missing, ahead


def _shown(run: RunRecord, fact: Fact) -> int:
    """Say how much of a fact the run could know that Stripe counts: what it posted and no answer confirmed is not."""
    posts = [post for post in run.posts if post.fact == fact]
    if any(post.taken for post in posts) or (fact.window != run.reading.newest and not posts):
        return run.after.get(fact, 0)
    return 0 if fact.window == run.reading.newest else run.before.get(fact, 0)


def _logged(run: RunRecord) -> dict[Meter, int]:
    """Add up what the logs hold in older windows, per client and meter."""
    logged: dict[Meter, int] = defaultdict(int)
    for fact, tokens in run.reading.facts.items():
        if fact.window != run.reading.newest:
            logged[run.book.meter_of(fact)] += tokens
    return logged


def _was_read(run: RunRecord, meter: Meter) -> bool:
    """Whether a complete answer told what Stripe has for a client and meter; without any question none was needed."""
    key, event_name = meter
    customer = next(client.customer for client in run.book.plan.clients if client.key == key)
    path = f"/{run.book.meters.get(event_name)}/"
    asked = [
        e for e in run.exchanges if e.target == "summary" and path in e.request.path and customer in e.request.query
    ]
    return any(is_complete(e) for e in asked) or (not asked and run.seconds <= LATE_S)


def posted(run: RunRecord) -> Iterator[str]:
    """What a run says it posted is what Stripe took from it, or had taken before."""
    if run.killed or run.told.stopped or not run.told.reports:
        return
    delivered: list[int] = []
    for post in run.posts:
        if post.value == 0:
            yield f"posted: {post.key} reports nothing"
        newest = post.fact is not None and post.fact.window == run.reading.newest
        known = post.known(run.step.at)
        if (post.taken and not known) or (known and newest and not post.native):
            delivered.append(post.value)
    if (run.told.posted, run.told.events) != (sum(delivered), len(delivered)):
        yield (
            f"posted: {sum(delivered):,} in {len(delivered)} events were delivered, "
            f"{run.told.posted:,} in {run.told.events} were told"
        )


def ending(run: RunRecord) -> Iterator[str]:
    """On n8n a run that leaves something to a person ends failed; on Make only one that stopped does."""
    yield from (f"ending: {words}" for words in run.errors if words.startswith("replay:"))
    if run.killed or run.step.retry_of:
        return
    told = run.told
    if run.unheard:
        if run.status == "success" or (run.status == "done" and not run.errors):
            yield "ending: Slack took no report, and the run ended as if all were well"
        return
    if run.status == "done":
        if bool(told.stopped) != bool(run.errors):
            yield f"ending: the run {'stopped' if told.stopped else 'did not stop'}, its errors are {run.errors}"
        return
    news = told.stopped or told.total("Stuck") or told.total("Left") or told.missing or set(told.parked) - QUIET
    if bool(news) != (run.status == "failed"):
        why = f": {run.errors[0][:300]}" if run.errors else ""
        yield f"ending: the run ended as {run.status!r} although the report says otherwise{why}"


def expected(last: RunRecord, expect: Expect) -> Iterator[str]:
    """The numbers that the case itself names."""
    weighted = last.book.plan.billing is Billing.WEIGHTED
    for name, tokens in () if weighted else expect.counted.items():
        found = sum(n for fact, n in last.after.items() if _is_below(fact, name))
        if found != tokens:
            yield f"expected: {name} counts {found:,}, not {tokens:,}"
    told = {"Stuck": expect.stuck, "Ahead": expect.ahead, "Left": expect.left}
    for line, tokens in told.items():
        found = last.told.total(line)
        loose = tokens == -1 or (tokens and weighted)
        if (found == 0) if loose else (found != tokens):
            yield f"expected: {line} tells {last.told.total(line):,}, not {tokens:,}"
    told_parked = {r: -1 if weighted and r in FACT_REASONS else n for r, n in last.told.parked.items()}
    if told_parked != {r: -1 if weighted and r in FACT_REASONS else n for r, n in expect.parked.items()}:
        yield f"expected: parked is told as {last.told.parked}, not {expect.parked}"
    if expect.last_call is not None and last.told.last_call != expect.last_call:
        yield f"expected: last call is {last.told.last_call!r}, not {expect.last_call!r}"
    if bool(last.told.stopped) != expect.stopped:
        yield f"expected: the run {'stopped: ' + last.told.stopped if last.told.stopped else 'did not stop'}"


def _is_below(fact: Fact, name: str) -> bool:
    return f"{fact.client}/{fact.model}/{fact.token_type}".startswith(name)
