"""Shares of an expected month: which windows they cover, when one is news, and with which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Js = Callable[..., Any]
HOUR, DAY = 3_600_000, 86_400_000


def client(key: str = "acme", place: int = 0, **month: Any) -> dict[str, Any]:
    terms = {"expected": {"cost": "10000"}, "at": [50, 80, 100], "jump": 200, "currency": "usd", "rates": None}
    return {
        "key": key, "names": [key], "since": "2026-01-01T00:00:00Z", "until": None, "anchor": "2026-01-31T00:00:00Z",
        "retainer": "1500", "month": terms | {"flat": True, "contact": place} | month,
    }  # fmt: skip


def mapping(*clients: Mapping[str, Any], size: str = "day", zone: str = "UTC", **more: Any) -> dict[str, Any]:
    pair = {"model": "m", "token_type": "input", "rate": "0.002", "cost": "0.001", "since": "2026-01-01T00:00:00Z"}
    names = [{"name": "m", "model": "m", "since": "2026-01-01T00:00:00Z"}]
    contact = {"name": "Acme", "key": "acme"}
    tell = [{"channel": "C0INSIDE", "audience": "internal"}, {"channel": "C0CLIENT", "audience": "client"}]
    return {
        "name": "North", "billing": "weighted", "currency": "usd", "since": "2026-01-01T00:00:00Z",
        "window": {"size": size, "zone": zone, "lookback": 3}, "source": {"per_page": 9}, "slack": {"ops": "C0OPS"},
        "pairs": [pair], "models": names, "clients": list(clients) or [client()],
        "contacts": [contact | {"tell": tell}],
    } | more  # fmt: skip


def watched(js: Js, now: str, used: Mapping[str, int], given: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Let rows of one client be used at these instants; gives the news, with the texts by channel."""
    rules = given or mapping()
    state = js("openWatching", {"now": now}, rules)
    rows = [{"time": at, "client": "acme", "model": "m", "input": n} for at, n in used.items()]
    news = js(
        "((state, rows, mapping) => watchUsage(state, [[{ data: JSON.stringify({ rows }) }]], mapping).news)",
        state, rows, rules,
    )  # fmt: skip
    return [one | {"text": {m["channel"]: m["text"] for m in one["messages"]}} for one in news]


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [
        ("2026-02-27T12:00:00Z", "2026-01-31", "2026-02-28"),
        ("2026-02-28T00:00:00Z", "2026-02-28", "2026-03-31"),
        ("2028-02-28T12:00:00Z", "2028-01-31", "2028-02-29"),
        ("2026-12-31T00:00:00Z", "2026-12-31", "2027-01-31"),
        ("2027-01-01T00:00:00Z", "2026-12-31", "2027-01-31"),
    ],
)
def test_periods_meet_on_the_anchors_day_or_the_months_last(js: Js, at: str, start: str, end: str) -> None:
    found = js("((at) => periodAt('2026-01-31T00:00:00Z', Date.parse(at)))", at)
    assert js("((one) => [one.start, one.end].map((at) => isoInstant(at)))", found) == [
        f"{start}T00:00:00Z",
        f"{end}T00:00:00Z",
    ]


@pytest.mark.parametrize(
    ("tokens", "told"), [(4_999_999, []), (5_000_000, [50]), (8_000_000, [80]), (99_000_000, [100])]
)
def test_a_threshold_is_reached_exactly(js: Js, tokens: int, told: list[int]) -> None:
    assert [one["mark"]["told"] for one in watched(js, "2026-03-10T01:00:00Z", {"2026-03-05T00:00Z": tokens})] == told


def test_tokens_are_counted_where_tokens_are_expected(js: Js) -> None:
    (one,) = watched(
        js, "2026-03-16T00:30:00Z", {"2026-03-05T00:00Z": 820}, mapping(client(expected={"tokens": "1000"}))
    )
    assert one["text"]["C0CLIENT"].split("\n") == [
        "82 % of the expected month is used (alert at 80 %): "
        "820 of 1,000 tokens (0.02 USD) from 2026-02-28 to 2026-03-15.",
        "At this rate 159 % by 2026-03-30, and a charge of about 0.03 USD.",
    ]


def test_a_client_reads_its_own_rates_in_its_own_currency_and_that_they_are_list_prices(js: Js) -> None:
    terms = mapping(client(rates=["0.3"], currency="jpy", flat=False))
    (one,) = watched(js, "2026-03-16T00:30:00Z", {"2026-03-05T00:00Z": 8_000_000}, terms)
    assert "2,400,000 JPY of 3,000,000 JPY (8,000,000 tokens)" in one["text"]["C0CLIENT"]
    assert one["text"]["C0CLIENT"].endswith("list prices, before free tokens, tiers and credit.")
    assert "revenue" not in one["text"]["C0INSIDE"]


@pytest.mark.parametrize("billing", ["watch", "weighted"])
def test_cost_and_retainer_are_for_inside_eyes(js: Js, billing: str) -> None:
    given = mapping(billing=billing)
    (one,) = watched(js, "2026-03-16T00:30:00Z", {"2026-03-05T00:00Z": 8_599_500}, given)
    assert "5.73 % of this retainer (1,500.00 USD) goes to tokens so far" in one["text"]["C0INSIDE"]
    assert not any(word in one["text"]["C0CLIENT"] for word in ("cost", "retainer", "85.99", "86.00"))


def test_what_is_watched_only_costs_a_client_nothing(js: Js) -> None:
    (one,) = watched(js, "2026-03-16T00:30:00Z", {"2026-03-05T00:00Z": 8_000_000}, mapping(billing="watch"))
    assert "8,000,000 of about 10,000,000 tokens" in one["text"]["C0CLIENT"]
    assert "USD" not in one["text"]["C0CLIENT"]


def test_a_period_is_looked_at_for_a_week_after_its_end(js: Js) -> None:
    used = {"2026-02-27T23:59Z": 5_000_000, "2026-02-28T00:00Z": 1}
    ended = watched(js, "2026-03-07T01:00:00Z", used)
    assert [(one["mark"]["mark"], one["mark"]["told"]) for one in ended] == [("acme 2026-01-31T00:00:00Z", 50)]
    assert "was used" in ended[0]["text"]["C0CLIENT"]
    assert "At this rate" not in ended[0]["text"]["C0CLIENT"]
    assert watched(js, "2026-03-08T01:00:00Z", used) == []


def test_a_first_day_inside_the_period_makes_the_pace(js: Js) -> None:
    late = client() | {"since": "2026-03-11T00:00:00Z"}
    (one,) = watched(js, "2026-03-16T00:30:00Z", {"2026-03-12T00:00Z": 5_000_000}, mapping(late))
    assert "At this rate 200 % by 2026-03-30" in one["text"]["C0CLIENT"]


@pytest.mark.parametrize(("last_week", "news"), [(199, 0), (200, 1)])
def test_a_jump_is_told_to_the_owner_alone(js: Js, last_week: int, news: int) -> None:
    found = watched(
        js, "2026-03-15T00:30:00Z", {"2026-03-07T23:59Z": 100, "2026-03-01T00:00Z": 0, "2026-03-08T00:00Z": last_week}
    )
    assert [list(one["text"]) for one in found] == [["C0INSIDE"]] * news


def test_a_first_week_is_no_jump(js: Js) -> None:
    young = client() | {"since": "2026-03-02T00:00:00Z"}
    assert watched(js, "2026-03-15T00:30:00Z", {"2026-03-07T00:00Z": 1, "2026-03-09T00:00Z": 9}, mapping(young)) == []


def test_told_is_told(js: Js) -> None:
    month = {
        "mark": {"mark": "acme 2026-03", "at": 0, "told": 80},
        "gap": 1,
        "messages": [{"channel": "C", "text": "t"}],
    }

    def fresh(*rows: Mapping[str, Any]) -> int:
        return len(js("freshNews", {"news": [month]}, [{}, *rows]))

    assert fresh() == fresh({"mark": "acme 2026-03", "told": 50}) == fresh({"mark": "acme 2026-02", "told": 100}) == 1
    assert fresh({"mark": "acme 2026-03", "told": 80}) == fresh({"mark": "acme 2026-03", "told": "100"}) == 0


def test_only_what_slack_took_is_marked_and_once(js: Js) -> None:
    mark = {"mark": "acme 2026-03", "at": 0, "told": 80}
    talk = js("openTalk", [{"channel": channel, "text": "t", "about": mark} for channel in ("C1", "C2", "C0OPS")])
    state = js("aim", talk)
    for answer in ({"ok": True}, {"ok": False, "error": "is_archived"}, {"ok": True}, {"ok": False, "error": "no"}):
        state = js("nextMessage", [{"statusCode": 200, "body": answer}, state], "C0OPS", 0)
    assert (state["do"], js("marksOf", state)) == ("failed", [mark])
    assert js("marksOf", js("aim", talk)) == []


def test_hours_are_cut_at_the_anchor(js: Js) -> None:
    given = mapping(client() | {"anchor": "2026-01-01T06:00:00Z"}, size="hour", zone="America/Chicago")
    state = js("openWatching", {"now": "2026-03-20T06:30:00Z"}, given)
    assert (state["from"], state["to"]) == ("2026-03-01T06:00:00Z", "2026-03-20T06:00:00Z")
    used = {"2026-03-01T05:59Z": 9_000_000, "2026-03-01T06:00Z": 5_000_000}
    (one,) = watched(js, "2026-03-20T06:30:00Z", used, given)
    assert "50 % of the expected month is used" in one["text"]["C0CLIENT"]
    assert "from 2026-03-01 to 2026-03-20" in one["text"]["C0CLIENT"]


def test_a_report_that_lacks_windows_tells_nobody(js: Js) -> None:
    given = mapping()
    state = js("openWatching", {"now": "2026-03-20T06:30:00Z"}, given)
    state["run"] |= {"missing": state["run"]["windows"][-1:], "missing_why": "no numbers yet"}
    found = js("watchUsage", state, [[{"data": '{"rows": []}'}]], given)
    assert (found["news"], found["stopped"]) == ([], "no numbers yet")


def test_what_stopped_a_run_is_one_line_for_the_owner(js: Js) -> None:
    (message,) = js("sayNobody", mapping(name="<North>"), "the usage log: answered 500\n<no>")
    assert message == {
        "channel": "C0OPS",
        "text": "Tokentill · &lt;North&gt; · usage-thresholds: nobody was told how much is used. "
        "Stopped: the usage log: answered 500 &lt;no&gt;. The next run looks again.",
    }


def test_without_anybody_to_watch_one_window_is_pulled(js: Js) -> None:
    state = js("openWatching", {"now": "2026-03-20T06:30:00Z"}, mapping(client(expected=None, jump=0)))
    assert (state["from"], state["to"]) == ("2026-03-19T00:00:00Z", "2026-03-20T00:00:00Z")
