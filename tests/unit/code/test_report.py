"""The words of a run's report: docs/run.md §8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Js = Callable[..., Any]

WINDOWS = [{"start": 0, "end": 86_400_000, "label": "2026-11-21"}, {"start": 1, "end": 2, "label": "2026-11-22"}]
RUN = {"backfill": False, "windows": WINDOWS, "newest": "2026-11-22"}
NONE: dict[str, Any] = {"events": 0, "posted": "0", "parked": [], "stuck": [], "ahead": [], "left": []}


def mapping(billing: str = "meter_per_rate") -> dict[str, Any]:
    pair = {"model": "m", "token_type": "input", "rate": "0.00125", "cost": "0.0005", "weight": 5}
    return {
        "name": "R&D <north>", "billing": billing, "currency": "usd", "minor": 100,
        "window": {"zone": "UTC"}, "pairs": [pair],
        "slack": {"ops": "C0OPS00001"},
        "clients": [{"key": "acme", "retainer": "1500"}, {"key": "idle", "retainer": None}],
    }  # fmt: skip


def note(n: int, label: str = "2026-11-22", **more: Any) -> dict[str, Any]:
    about = {"client": "acme", "event_name": "ai", "model": "m", "token_type": "input", "label": label, "n": str(n)}
    return about | more


def report(js: Js, *, run: Any = RUN, rows: Any = (), parked: Any = (), stopped: str = "", **result: Any) -> Any:
    billing = result.pop("billing", "meter_per_rate")
    return js("report", mapping(billing), run, rows, parked, [NONE | result], stopped, [])


def lines(told: Any) -> list[str]:
    return list(told["text"].split("\n"))


def test_a_quiet_night_says_what_was_posted(js: Js) -> None:
    told = report(js, events=48, posted="1234567")
    assert lines(told) == [
        "Tokentill · R&amp;D &lt;north&gt; · 2026-11-21 … 2026-11-22 (UTC) · meter_per_rate",
        "Posted: 1,234,567 tokens in 48 events",
    ]
    assert (told["failed"], told["channel"]) == (False, "C0OPS00001")


def test_a_shard_says_which_it_is(js: Js) -> None:
    told = report(js, run=RUN | {"shard": {"number": 2, "of": 3}})
    assert " · shard 2 of 3 · " in lines(told)[0]
    assert "shard" not in report(js)["text"]


def test_everything_that_needs_a_person_fails_the_run(js: Js) -> None:
    rows = [
        {"reason": "bad_time", "tokens": "0", "rows": 2, "details": ["3", "9"], "oldest": False},
        {"reason": "unknown_client", "tokens": "1777", "rows": 3, "details": ["<b>", "", "x"], "oldest": False},
    ]
    told = report(
        js, rows=rows,
        parked=[note(5, reason="refused", status=400, words="no & never"), note(100_000, reason="period_closed")],
        stuck=[note(7)], ahead=[note(1000, label="")], left=[note(8), note(9, "2026-11-21")],
    )  # fmt: skip
    assert lines(told)[2:] == [
        "Parked: 101,782 tokens",
        "• bad_time: 0 tokens (rows 3, 9)",
        "• unknown_client: 1,777 tokens (in 3 rows: &lt;b&gt;, (none), x)",
        "• refused: 5 tokens (acme m input 2026-11-22: 5 [400 no &amp; never])",
        "• period_closed: 100,000 tokens (worth 1.25 usd; acme m input 2026-11-22: 100,000)",
        "Stuck: 7 tokens (acme m input 2026-11-22: 7). Stripe knows the event but shows less. Look again after the "
        "next run; if it stays, run a backfill with again.",
        "Ahead: 1,000 tokens (acme ai: 1,000)",
        "Left: 17 tokens (acme m input 2026-11-21: 9; acme m input 2026-11-22: 8)",
        "Last call: 2026-11-21 leaves the lookback with this run. "
        "After mending: backfill from 1970-01-01 to 1970-01-01.",
    ]
    assert told["failed"]


def test_what_is_as_it_should_be_fails_nothing(js: Js) -> None:
    rows = [{"reason": "before_since", "tokens": "5", "rows": 1, "details": ["acme"], "oldest": True}]
    told = report(js, rows=rows, ahead=[note(3, label="")])
    assert (told["failed"], "Last call" in told["text"]) == (False, False)


def test_a_backfill_says_so_and_calls_nobody_last(js: Js) -> None:
    told = report(js, run=RUN | {"backfill": True, "windows": WINDOWS[:1]}, left=[note(9, "2026-11-21")])
    assert lines(told)[0].endswith("· backfill 2026-11-21 (UTC) · meter_per_rate")
    assert "Last call" not in told["text"]


def test_twenty_details_are_shown_and_the_rest_counted(js: Js) -> None:
    told = report(js, left=[note(1, model=f"m{n}") for n in range(1223)])
    assert lines(told)[-1].endswith("acme m19 input 2026-11-22: 1; and 1,203 more)")


def test_credits_and_tokens_are_not_added_up(js: Js) -> None:
    rows = [{"reason": "bad_count", "tokens": "0", "rows": 1, "details": ["1"], "oldest": False}]
    closed = note(2000, reason="period_closed", model="", token_type="")
    told = report(js, billing="weighted", rows=rows, parked=[closed])
    assert "Parked: 2,000 credits" in lines(told)
    assert "• period_closed: 2,000 credits (worth 0.01 usd; acme 2026-11-22: 2,000)" in lines(told)


def test_a_stopped_run_says_why_in_one_line(js: Js) -> None:
    told = report(js, stopped="Stripe refused the key:\n401 <no>")
    assert lines(told)[-1] == "Stopped: Stripe refused the key: 401 &lt;no&gt;"
    assert told["failed"]


def test_a_watched_night_shows_cost_against_metered_rates(js: Js) -> None:
    pair = {"cost": "0.0005", "rate": "0.00125"}
    said = js(
        "((mapping, pair, totals) => sayWatched(mapping, totals.map((t) => ({ client: 0, pair, total: BigInt(t) }))))",
        mapping("watch"), pair, ["2400000", "600000"],
    )  # fmt: skip
    assert said == [
        "Watched: 3,000,000 tokens, cost 15.00, at metered rates 37.50",
        "• acme: 3,000,000 tokens, cost 15.00, would charge 37.50, retainer 1,500.00",
    ]


@pytest.mark.parametrize(
    ("amount", "minor", "text"),
    [
        ("0.005", 100, "0.01"), ("0.00499999", 100, "0.00"), ("1234567.895", 100, "1,234,567.90"), ("12", 100, "12.00"),
        ("1234.5", 1, "1,235"), ("0.4", 1, "0"), ("1234.5675", 1000, "1,234.568"), ("0.0004", 1000, "0.000"),
    ],
)  # fmt: skip
def test_money_is_rounded_once_half_up_to_the_currencys_own_places(js: Js, amount: str, minor: int, text: str) -> None:
    assert js("((text, minor) => money(decimal(text), minor))", amount, minor) == text
