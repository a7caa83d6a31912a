"""Rules on single requests: identity, time, retries, waves, and reads before posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from urllib.parse import parse_qs

from generator.rendering.plan import Billing
from generator.replay.expected import Fact
from generator.replay.judge.record import Post, RunRecord, is_complete, key_of, parsed
from generator.replay.world import Exchange

_VERSION, _PREVIEW = "2026-10-28.endive", "2026-10-14.preview"
"""What the answers that we read are written in (Stripe Python SDK 16.1.0 and 16.1.0a4); said here a second time."""
_SLACK = 2.0
"""Seconds that an engine may add to a wait: its own work between two requests, and the latency of an answer."""


_MOST_ASKS = 2
"""How often a run may ask the same of a summary: once for a range, once for the only window in it."""


def identity(run: RunRecord) -> Iterator[str]:
    """An identifier is a function of the fact and the base; key and identifier are one text."""
    again = run.step.backfill.again if run.step.backfill else ""
    for post in run.posts:
        said = str(post.body.get("identifier"))
        if post.fact is None:
            yield f"identity: {said} is about nothing in the mapping: {dict(post.body)}"
            continue
        base = said.split(":")[-2 if again else -1]
        if not base.isdigit() or said != run.book.identifier(post.fact, int(base), again):
            yield f"identity: {said} does not name {post.fact}"
        if post.key != said:
            yield f"identity: the Idempotency-Key is {post.key!r}, the identifier {said!r}"
        if len(said) > 100:
            yield f"identity: {said} is longer than 100 characters"
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for post in run.posts:
        bodies[post.key].add(post.exchange.request.body)
    yield from (f"identity: {key} was sent with {len(b)} different bodies" for key, b in bodies.items() if len(b) > 1)


def headers(run: RunRecord) -> Iterator[str]:
    """Every request to Stripe names the version whose answers we read; of v1 posts (n8n's own node) n8n decides."""
    reading = _PREVIEW if run.book.plan.billing is Billing.DIMENSIONS else _VERSION
    for exchange in run.exchanges:
        if exchange.target not in {"meters", "summary", "meter_event"} or _is_native(exchange):
            continue
        version = exchange.request.headers.get("stripe-version", "")
        wanted = _VERSION if exchange.target == "meter_event" else reading
        if version != wanted:
            yield f"headers: {exchange.target} went out with Stripe-Version {version!r}, not {wanted!r}"
        kind = exchange.request.headers.get("content-type", "")
        if exchange.target == "meter_event" and not kind.startswith("application/json"):
            yield f"headers: an event went out as {kind!r}"


def _is_native(exchange: Exchange) -> bool:
    return exchange.target == "meter_event" and exchange.request.path.startswith("/v1/")


def time(run: RunRecord) -> Iterator[str]:
    """Only windows of this run are posted, each stamped with its last second."""
    for post in run.posts:
        if post.fact and post.fact.window not in run.reading.windows:
            yield f"time: {post.body.get('identifier')} is outside the run's windows"


def retries(run: RunRecord) -> Iterator[str]:
    """Tries are bounded, waits are inside the band, and nothing that is final is tried again."""
    for key, tries in _tries(run).items():
        asks = _asks(tries)
        if max(map(len, asks)) > run.book.plan.retry.attempts * (2 if run.step.twice else 1):
            yield f"retries: {key} was tried {max(map(len, asks))} times"
        if run.step.twice:
            continue
        if len(asks) > _MOST_ASKS:
            yield f"retries: {key} was asked {len(asks)} times although it was answered"
        for ask in asks:
            for n, (first, second) in enumerate(pairwise(ask), 1):
                yield from (f"retries: {key}: {words}" for words in _again(run, n, first, second))


def _asks(tries: list[Exchange]) -> list[list[Exchange]]:
    """Part a summary's tries where it was answered: a range of one window is read as range and as window."""
    asks: list[list[Exchange]] = [[]]
    for one in tries:
        before = asks[-1][-1] if asks[-1] else None
        if before and before.target == "summary" and before.status == 200 and not retryable(before):
            asks.append([])
        asks[-1].append(one)
    return asks


def _tries(run: RunRecord) -> dict[str, list[Exchange]]:
    tries: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in run.exchanges:
        if exchange.target == "meter_event":
            tries[key_of(exchange)].append(exchange)
        elif exchange.target in {"summary", "meters", "usage"}:
            tries[f"{exchange.request.path}?{exchange.request.query}"].append(exchange)
    return tries


def _again(run: RunRecord, n: int, first: Exchange, second: Exchange) -> Iterator[str]:
    if not retryable(first):
        if first.target == "meter_event" or first.status >= 400:
            yield f"tried again after {first.status}"
        return
    wait = (second.at - first.at) / timedelta(seconds=1)
    retry = run.book.plan.retry
    low = min(retry.cap_s, retry.base_s * 2 ** (n - 1))
    asked = retry_after(first)
    if wait < max(low, asked) - 0.05:
        yield f"waited {wait:.2f} s before try {n + 1}, at least {max(low, asked):.2f} s is asked for"
    others = sum(1 for e in run.exchanges if first.at <= e.at <= second.at)
    if wait > max(2 * low, asked, *_neighbours(run, first, second)) + _SLACK + 0.5 * others + _silence(first):
        yield f"waited {wait:.2f} s before try {n + 1}, at most {max(2 * low, asked):.2f} s was due"


def _neighbours(run: RunRecord, first: Exchange, second: Exchange) -> Iterator[float]:
    """Waits that others asked for: one wait serves a whole pass, and events of one meter go one by one.

    An earlier wave of the same pass counts as well: what failed there has not been tried again when `first` fails.
    """
    retry = run.book.plan.retry
    yield 0.0
    waiting = {id(e): last for tries in _tries(run).values() for e, last in pairwise(tries)}
    between = [
        e
        for e in run.exchanges
        if e is not first
        and retryable(e)
        and (first.at <= e.at <= second.at or (e.at < first.at and id(e) in waiting and waiting[id(e)].at > first.at))
    ]
    late = sum(e.late for e in run.exchanges if first.at <= e.at <= second.at)
    yield late + sum(max(2 * retry.cap_s, retry_after(e)) + _silence(e) for e in between)


def _silence(exchange: Exchange) -> float:
    """How long a client may have waited for an answer that never came."""
    return 130.0 if exchange.status == 0 else 0.0


def retryable(exchange: Exchange) -> bool:
    """Whether an answer may be followed by another try: docs/run.md §7."""
    asked = exchange.headers.get("stripe-should-retry")
    if asked == "false":
        return False
    if exchange.status in {0, 409, 429} or exchange.status >= 500:
        return True
    if exchange.status in {401, 403}:
        return False
    ok = 200 <= exchange.status < 300
    return (asked == "true" and not ok) or not parsed(exchange.answer)


def retry_after(exchange: Exchange) -> float:
    """Read Retry-After as seconds from the answer: a number or an HTTP date; 0 where there is none."""
    text = exchange.headers.get("retry-after", "")
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - exchange.at) / timedelta(seconds=1) - 1)
    except ValueError:
        return 0.0


def waves(run: RunRecord) -> Iterator[str]:
    """Never two events of one customer and meter in flight: Stripe would answer 409 on its own."""
    if run.step.twice:
        return
    for post in run.posts:
        if post.exchange.status == 409 and not post.exchange.fault and not post.known(run.step.at):
            yield f"waves: {post.key} met a twin in flight"
    yield from _too_fast(run)


def _too_fast(run: RunRecord) -> Iterator[str]:
    """The account's limit is kept, not lived on; n8n's own Stripe node cannot be paced."""
    for exchange in run.exchanges:
        if exchange.status == 429 and not exchange.fault and not _is_native(exchange):
            yield f"waves: {exchange.target} came faster than the account's limit"


def refused_key(run: RunRecord) -> Iterator[str]:
    """Nothing is posted any more when Stripe has refused a key; what goes out beside the refused request may come."""
    if run.step.twice:
        return
    refused = [
        e.at for e in run.exchanges if e.status in {401, 403} and e.target in {"meters", "summary", "meter_event"}
    ]
    late = [post.key for post in run.posts if refused and post.exchange.at > min(refused) + timedelta(seconds=_SLACK)]
    if late:
        yield f"refused key: {late[0]} and {len(late) - 1} more were posted after Stripe had refused the key"


def asked_for(run: RunRecord) -> Iterator[str]:
    """The usage source refuses nothing by itself: what it does not know, the run asked for wrongly."""
    for exchange in run.exchanges:
        if exchange.target == "usage" and exchange.status >= 400 and not exchange.fault:
            words = exchange.answer.decode(errors="replace")[:200]
            yield f"asked for: the usage source answered {exchange.status}, and nothing harmed it: {words}"


def proven_reads(run: RunRecord) -> Iterator[str]:
    """No post for an older window without a complete answer for just that fact, whose number is the base."""
    newest, answers = run.reading.newest, _answers(run)
    for post in run.posts:
        if post.fact is None:
            continue
        again = bool(run.step.backfill and run.step.backfill.again)
        base = str(post.body.get("identifier")).split(":")[-2 if again else -1]
        if post.fact.window == newest:
            if base != "0":
                yield f"proven reads: {post.key} of the newest window has base {base}"
            continue
        said = {found for at, found in answers[_question(run, post, post.fact)] if at <= post.exchange.at}
        if base not in said:
            yield f"proven reads: {post.key} was posted, reads said {sorted(said)}"


def _answers(run: RunRecord) -> Mapping[Hashable, list[tuple[datetime, str]]]:
    """List what complete summaries said, and when, by what was asked: meter, customer, start, end, dimensions."""
    found = defaultdict(list)
    for exchange in run.exchanges:
        if exchange.target == "summary" and is_complete(exchange):
            rows = parsed(exchange.answer)["data"]
            found[_asked(exchange)].append((exchange.at, str(int(rows[0]["aggregated_value"])) if rows else "0"))
    return found


def _asked(exchange: Exchange) -> Hashable:
    ask = {k: v[0] for k, v in parse_qs(exchange.request.query).items()}
    start, end = (datetime.fromtimestamp(int(ask.get(k, 0)), UTC) for k in ("start_time", "end_time"))
    dimensions = frozenset((k, v) for k, v in ask.items() if k.startswith("dimension_filters"))
    return exchange.request.path.split("/")[-2], ask.get("customer"), start, end, dimensions


def _question(run: RunRecord, post: Post, fact: Fact) -> Hashable:
    meter = run.book.meters.get(run.book.event_name(fact), "")
    wanted = {"dimension_filters[model]": fact.model, "dimension_filters[token_type]": fact.token_type}
    dimensions = frozenset(wanted.items() if run.book.plan.billing == "dimensions" else ())
    return meter, post.body["payload"]["stripe_customer_id"], fact.window.start, fact.window.end, dimensions
