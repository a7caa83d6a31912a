"""The rules of metering exist twice, in Python and in the workflows' JavaScript: they must agree on anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generator.metering.differences import Read, differences
from generator.metering.facts import total_rows, weigh
from generator.metering.identifiers import identifier
from generator.metering.periods import closed_boundary
from generator.metering.usage import TOKEN_TYPES, row_counts, row_time
from generator.metering.windows import Window, between, covered, day_start

from .logs import ROWS, TIMES, ZONES

Js = Callable[..., Any]

INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2026, 12, 31)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=at.microsecond // 1000 * 1000)
)
DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))


def ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def cut(windows: tuple[Window, ...]) -> list[dict[str, Any]]:
    return [{"start": ms(one.start), "end": ms(one.end), "label": one.label} for one in windows]


@given(day=DAYS, zone=ZONES)
def test_days_begin_at_the_same_instant(js: Js, day: date, zone: str) -> None:
    assert js("dayStart", day.isoformat(), zone) == ms(day_start(day, zone))


@given(now=INSTANTS, zone=ZONES, size=st.sampled_from(["day", "hour"]), lookback=st.integers(1, 40))
def test_a_run_covers_the_same_windows(js: Js, now: datetime, zone: str, size: str, lookback: int) -> None:
    rule = {"size": size, "zone": zone, "lookback": lookback}
    assert js("coveredWindows", ms(now), rule) == cut(covered(now, size, zone, lookback))


@given(now=INSTANTS, zone=ZONES, size=st.sampled_from(["day", "hour"]), ago=st.integers(-2, 40), days=st.integers(0, 9))
def test_a_backfill_covers_the_same_windows(js: Js, now: datetime, zone: str, size: str, ago: int, days: int) -> None:
    first = now.date() - timedelta(days=ago)
    last = first + timedelta(days=days)
    rule = {"size": size, "zone": zone, "lookback": 1}
    found = js("windowsBetween", ms(now), rule, first.isoformat(), last.isoformat())
    assert found == cut(between(now, size, zone, first, last))


@given(now=INSTANTS, zone=ZONES, size=st.sampled_from(["day", "hour"]), lookback=st.integers(1, 60))
def test_windows_tile_time_in_any_zone(now: datetime, zone: str, size: str, lookback: int) -> None:
    windows = covered(now, size, zone, lookback)
    assert len(windows) == lookback
    assert all(one.start < one.end for one in windows)
    assert all(one.end == other.start for one, other in pairwise(windows))
    assert windows[-1].end <= now < windows[-1].end + timedelta(hours=26)


@given(anchor=INSTANTS, grace=st.integers(0, 72), now=INSTANTS)
def test_periods_close_at_the_same_instant(js: Js, anchor: datetime, grace: int, now: datetime) -> None:
    assume(now.year >= 2016)
    anchor = anchor.replace(microsecond=0)
    expected = closed_boundary(anchor, timedelta(hours=grace), now)
    assert js("closedBoundary", anchor.isoformat(), grace * 3600, ms(now)) == ms(expected)
    assert expected + timedelta(hours=grace) <= now


def read_json(data: Any) -> Any:
    return json.loads(json.dumps(data), parse_float=Decimal)


@given(text=TIMES)
def test_row_times_are_read_alike(js: Js, text: object) -> None:
    at = row_time(text)
    assert js("rowTime", text) == (None if at is None else ms(at))


@settings(max_examples=300)
@given(row=ROWS)
def test_rows_are_counted_alike(js: Js, row: dict[str, Any]) -> None:
    counts = row_counts(read_json(row))
    found = js("rowCounts", row)
    if found is not None:
        found = {model: tuple(int(four[kind]) for kind in TOKEN_TYPES) for model, four in found}
    assert found == (None if counts is None else {model: tuple(four) for model, four in counts.items()})


@dataclass(frozen=True)
class Client:
    key: str
    names: tuple[str, ...]
    since: datetime
    until: datetime | None
    patterns: tuple[str, ...] = ()
    models: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Name:
    name: str
    model: str
    since: datetime


@dataclass(frozen=True)
class Pair:
    model: str
    token_type: str
    weight: int | None
    since: datetime


@dataclass(frozen=True)
class Terms:
    since: datetime
    clients: tuple[Client, ...]
    model_names: tuple[Name, ...]
    pairs: tuple[Pair, ...]
    elsewhere: tuple[str, ...] = ()
    elsewhere_patterns: tuple[str, ...] = ()


STARTS = st.integers(-3, 3).map(lambda days: day_start(date(2026, 11, 21) + timedelta(days=days), "America/Chicago"))
TERMS = st.builds(
    lambda since, a, b, until, meanings, pairs, models, elsewhere: Terms(
        since,
        (
            Client("acme", ("acme", "acme-legal", "7"), a, None, ("glo*", "w*", "g*x-7")),
            Client("globex", ("globex",), b, until, ("globex-*", "acme-*", "*b*"), models),
        ),
        tuple(Name(name, model, start) for (name, model), start in meanings.items()),
        tuple(Pair(model, kind, 1 + TOKEN_TYPES.index(kind), start) for (model, kind), start in pairs.items()),
        *elsewhere,
    ),
    STARTS, STARTS, STARTS, st.one_of(st.none(), STARTS),
    st.dictionaries(
        st.tuples(st.sampled_from(["gpt-4o", "claude-3-haiku", "later", "42"]), st.sampled_from(["a/x", "b/y"])), STARTS
    ),
    st.dictionaries(st.tuples(st.sampled_from(["a/x", "b/y"]), st.sampled_from(TOKEN_TYPES)), STARTS),
    st.sampled_from([None, ("a/x",), ("b/y",), ()]),
    st.sampled_from([((), ()), (("initech",), ("init*", "*ate")), (("acme-labs",), ("acme-l*", "umb*"))]),
)  # fmt: skip


def leaf(terms: Terms) -> dict[str, Any]:
    return {
        "since": terms.since.isoformat(),
        "clients": [
            {
                "names": c.names,
                "patterns": c.patterns,
                "since": c.since.isoformat(),
                "until": c.until and c.until.isoformat(),
                **({} if c.models is None else {"models": c.models}),
            }
            for c in terms.clients
        ],
        "elsewhere": terms.elsewhere,
        "elsewhere_patterns": terms.elsewhere_patterns,
        "models": [{"name": n.name, "model": n.model, "since": n.since.isoformat()} for n in terms.model_names],
        "pairs": [
            {"model": p.model, "token_type": p.token_type, "weight": p.weight, "since": p.since.isoformat()}
            for p in terms.pairs
        ],
    }


@settings(max_examples=300)
@given(rows=st.lists(ROWS, max_size=12), terms=TERMS)
def test_logs_are_totalled_alike(js: Js, rows: list[dict[str, Any]], terms: Terms) -> None:
    assume(len({(n.name, n.since) for n in terms.model_names}) == len(terms.model_names))
    windows = covered(datetime(2026, 11, 23, 7, tzinfo=UTC), "day", "America/Chicago", 3)
    totals = total_rows(read_json(rows), terms, windows)
    found = js("totalRows", rows, leaf(terms), cut(windows))
    keys = {
        (w * len(terms.clients) + c) * len(terms.pairs) + p: (client.key, pair.model, pair.token_type, window)
        for w, window in enumerate(windows)
        for c, client in enumerate(terms.clients)
        for p, pair in enumerate(terms.pairs)
    }
    assert {keys[key]: int(total) for key, total in found["totals"]} == {tuple(f): n for f, n in totals.facts.items()}
    assert [(one["reason"], int(one["tokens"]), one["rows"], one["details"]) for one in found["parked"]] == [
        (reason, one.tokens, len(one.rows), list(one.details)) for reason, one in totals.parked.items()
    ]


@given(rows=st.lists(ROWS, max_size=12), terms=TERMS)
def test_credits_are_weighed_alike(js: Js, rows: list[dict[str, Any]], terms: Terms) -> None:
    assume(len({(n.name, n.since) for n in terms.model_names}) == len(terms.model_names))
    windows = covered(datetime(2026, 11, 23, 7, tzinfo=UTC), "day", "America/Chicago", 3)
    credits = weigh(total_rows(read_json(rows), terms, windows).facts, terms)
    found = js(
        "((rows, mapping, windows) => orderFacts(totalRows(rows, mapping, windows).totals, mapping))",
        rows, leaf(terms) | {"billing": "weighted"}, cut(windows),
    )  # fmt: skip
    named = [(terms.clients[one["client"]].key, windows[one["window"]], int(one["total"])) for one in found]
    assert named == [(fact.client, fact.window, total) for fact, total in credits.items()]


@given(rows=st.lists(ROWS, max_size=12), terms=TERMS)
def test_every_token_is_billed_or_parked_once(rows: list[dict[str, Any]], terms: Terms) -> None:
    rows = read_json([row for row in rows if row.get("request_id") is None])
    windows = covered(datetime(2026, 11, 23, 7, tzinfo=UTC), "day", "America/Chicago", 3)
    inside = [row for row in rows if (at := row_time(row["time"])) and windows[0].start <= at < windows[-1].end]
    source = sum(sum(four) for row in inside for four in (row_counts(row) or {}).values())
    totals = total_rows(rows, terms, windows)
    assert sum(totals.facts.values()) + sum(parked.tokens for parked in totals.parked.values()) == source


@given(rows=st.lists(ROWS, max_size=12), terms=TERMS)
def test_a_log_that_says_everything_twice_counts_once(rows: list[dict[str, Any]], terms: Terms) -> None:
    windows = covered(datetime(2026, 11, 23, 7, tzinfo=UTC), "day", "America/Chicago", 3)
    named = [read_json(row) | {"request_id": f"r{place}"} for place, row in enumerate(rows)]
    assert total_rows([*named, *named], terms, windows).facts == total_rows(named, terms, windows).facts


def test_a_row_without_a_time_hides_no_row_of_the_same_request(js: Js) -> None:
    start = day_start(date(2026, 11, 1), "UTC")
    terms = Terms(
        start, (Client("acme", ("acme",), start, None),), (Name("m", "a/m", start),), (Pair("a/m", "input", 1, start),)
    )
    row = {"client": "acme", "model": "m", "input": 3, "request_id": "r1"}
    rows = [row | {"time": "soon"}, row | {"time": "2026-11-22T09:00Z"}]
    windows = covered(datetime(2026, 11, 23, 7, tzinfo=UTC), "day", "UTC", 1)
    assert list(total_rows(rows, terms, windows).facts.values()) == [3]
    assert js("totalRows", rows, leaf(terms), cut(windows))["totals"] == [[0, "3"]]


READS = st.lists(
    st.builds(Read, st.integers(1, 10**17), st.one_of(st.none(), st.integers(0, 10**15))), min_size=1, max_size=6
)


@given(reads=READS, counted=st.integers(0, 10**15))
def test_differences_are_shared_alike(js: Js, reads: list[Read], counted: int) -> None:
    shared = differences(reads, counted)
    state = chunk_state(reads, counted)
    asks = js(
        "((state) => { const asks = enterPhase(state) && state.todo; return { asks, left: state.result.left }; })",
        state,
    )
    posts = {ask["fact"]: int(ask["n"]) for ask in asks["asks"]}
    if sum(read.logs for read in reads) > counted:
        assert posts == {place: n for place, n in enumerate(shared.post) if n}
        assert [int(note["n"]) for note in asks["left"]] == [n for n in shared.left if n]


@given(reads=READS, counted=st.integers(0, 10**15))
def test_no_more_is_posted_than_the_logs_have_more(reads: list[Read], counted: int) -> None:
    shared = differences(reads, counted)
    assert sum(shared.post) + sum(shared.left) <= max(0, sum(read.logs for read in reads) - counted)
    assert all(n <= max(0, read.logs - (read.counted or 0)) for n, read in zip(shared.post, reads, strict=True))
    assert all(n >= 0 for n in (*shared.post, *shared.left))
    assert shared.ahead == max(0, counted - sum(read.logs for read in reads))


def chunk_state(reads: list[Read], counted: int) -> dict[str, Any]:
    """Write the state of a chunk whose reads are done: one client and meter, one fact per window."""
    facts = [
        {"model": "m", "token_type": "input", "digest": "d", "window": place, "total": str(read.logs)}
        for place, read in enumerate(reads)
    ]
    proven = {f"0 {place}": str(read.counted) for place, read in enumerate(reads) if read.counted is not None}
    return {
        "phase": "windows",
        "run": {"newest": None, "windows": [{"start": 0, "end": 10**12, "label": str(n)} for n in range(len(reads))]},
        "groups": [{"client": "c", "customer": "cus_1", "event_name": "e", "closed": 0, "facts": facts}],
        "counted": {"0": str(counted)},
        "read": proven,
        "result": {"parked": [], "left": []},
    }


@given(start=INSTANTS, base=st.integers(0, 10**15), again=st.sampled_from(["", "r1", "again123"]))
def test_events_are_named_alike(js: Js, start: datetime, base: int, again: str) -> None:
    start = replace_seconds(start)
    name = identifier("day", start, "cus_SandboxAcme001", "348ef39a73", base, again)
    assert js("identifier", "d", ms(start), "cus_SandboxAcme001", "348ef39a73", str(base), again) == name
    assert len(name) <= 100


def replace_seconds(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
