"""What a case left behind on one engine, and whether n8n and Make leave the same (design: both follow docs/run.md).

A fault is a number of a call, and the platforms call in different orders. So where a fault met another request on one
side, or the same one more often, the facts of the client and meter that it met are not compared, nor is anything of a
run that a fault ended. Neither are those of a client and meter whose lagging summaries the platforms read in different
seconds, and so read differently.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from generator.rendering.plan import Windows
from generator.replay.expected import Fact
from generator.replay.judge.record import Book, Meter, RunRecord, key_of
from generator.replay.world import Exchange


@dataclass(frozen=True, slots=True)
class Ledger:
    """What Stripe counts at the end, and what was asked of it on the way."""

    windows: Windows
    counted: Mapping[Fact, int]
    names: Mapping[Fact, frozenset[str]]
    """The identifiers under which a fact was posted, in any run."""
    hits: Mapping[tuple[int, str, str], int]
    """Run, fault, request → how often: what the faults met."""
    touched: frozenset[Meter]
    """Clients and meters whose own requests met a fault."""
    ended: tuple[bool, ...]
    """Per run: whether it was killed or stopped."""
    seen: Mapping[tuple[int, Meter, str], frozenset[bytes]]
    """Run, client and meter, question → what was answered: the reads of runs in which summaries lagged."""
    meters: Mapping[Fact, Meter]

    def facts(self, without: frozenset[Meter]) -> set[Fact]:
        """List the facts that were counted or posted, but for those of some meters."""
        return {fact for fact in {*self.counted, *self.names} if self.meters[fact] not in without}


def take(records: Sequence[RunRecord], book: Book) -> Ledger:
    """Take the ledger of a case that was played; `book` is the last one, a run's own says what it posted to."""
    counted = {fact: n for fact, n in records[-1].after.items() if n}
    meters = {fact: book.meter_of(fact) for fact in counted}
    names: dict[Fact, set[str]] = defaultdict(set)
    for record in records:
        for post, fact in ((post, post.fact) for post in record.posts if post.fact):
            names[fact].add(str(post.body.get("identifier")))
            meters[fact] = record.book.meter_of(fact)
    met = [(record, exchange) for record in records for exchange in record.exchanges if exchange.fault]
    touched = (meter for record, exchange in met for meter in _meters(record, exchange))
    return Ledger(
        windows=book.plan.windows,
        counted=counted,
        names={fact: frozenset(said) for fact, said in names.items()},
        hits=Counter((record.index, exchange.fault, _request(exchange)) for record, exchange in met),
        touched=frozenset(touched),
        seen=_seen(record for record in records if record.lagging),
        ended=tuple(record.killed or bool(record.told.stopped) for record in records),
        meters=meters,
    )


def _seen(lagging: Iterable[RunRecord]) -> dict[tuple[int, Meter, str], frozenset[bytes]]:
    found: dict[tuple[int, Meter, str], set[bytes]] = defaultdict(set)
    for record in lagging:
        for exchange in record.exchanges:
            if exchange.target == "summary" and exchange.status == 200:
                for meter in _meters(record, exchange):
                    found[record.index, meter, _request(exchange)].add(exchange.answer)
    return {asked: frozenset(answers) for asked, answers in found.items()}


def _request(exchange: Exchange) -> str:
    """Name what both platforms ask alike: an event by its key, a read by its question, else the service."""
    if exchange.target == "meter_event":
        return key_of(exchange)
    if exchange.target != "summary":
        return str(exchange.target)
    return f"{exchange.request.path} {sorted(exchange.request.params)}"


def _meters(record: RunRecord, exchange: Exchange) -> Iterator[Meter]:
    book = record.book
    if exchange.target == "meter_event":
        yield from (book.meter_of(post.fact) for post in record.posts
                    if post.exchange is exchange and post.fact)  # fmt: skip
    elif exchange.target == "summary":
        client = book.clients.get(parse_qs(exchange.request.query).get("customer", [""])[0], "")
        yield from ((client, name) for name, meter in book.meters.items() if f"/{meter}/" in exchange.request.path)


def differences(one: Ledger, two: Ledger) -> Iterator[str]:
    """Say where two engines that played the same case differ: first the one's number, then the other's."""
    same = one.hits == two.hits
    if one.windows != two.windows or (not same and any((*one.ended, *two.ended))):
        return
    if one.ended != two.ended:
        yield f"runs that stopped or died are {one.ended} and {two.ended}"
    without = frozenset() if same else one.touched | two.touched
    without |= {asked[1] for asked in {*one.seen, *two.seen} if one.seen.get(asked) != two.seen.get(asked)}
    for fact in sorted(one.facts(without) | two.facts(without)):
        about = " ".join(filter(None, (fact.client, fact.model, fact.token_type, fact.window.label)))
        counts = one.counted.get(fact, 0), two.counted.get(fact, 0)
        if counts[0] != counts[1]:
            yield f"{about} counts {counts[0]:,} and {counts[1]:,}"
        names = one.names.get(fact, frozenset()), two.names.get(fact, frozenset())
        if names[0] != names[1]:
            yield f"{about} was posted as {sorted(names[0])} and {sorted(names[1])}"
