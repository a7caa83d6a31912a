"""Words for Slack, and what is done when Slack does not take them."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any

import pytest

Js = Callable[..., Any]

OPS = "C0OPS"
OK = {"statusCode": 200, "body": {"ok": True}}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<!channel> & co", "&lt;!channel&gt; &amp; co"),
        ("two\r\nlines", "two lines"),
        ("\u202eevil\u2066", "evil"),
        ("x" * 80, "x" * 80),
        ("x" * 4000, "x" * 80 + "…"),
        (None, ""),
        (0, "0"),
    ],
)
def test_text_from_outside_is_shown_as_text(js: Js, text: Any, seen: str) -> None:
    assert js("shown", text) == seen


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://pay.example.com/i?x=1&y=2", True),
        ("http://pay.example.com", False),
        ("https://a.example.com/|evil>", False),
        ("https://a b", False),
        ("javascript:alert(1)", False),
        (None, False),
        (7, False),
    ],
)
def test_only_an_address_without_signs_of_slacks_is_a_link(js: Js, url: Any, kept: bool) -> None:
    assert js("link", url) == (url if kept else "")


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (152000, "usd", "1,520.00 USD"),
        (5, "eur", "0.05 EUR"),
        (0, "usd", "0.00 USD"),
        (-1234, "usd", "-12.34 USD"),
        (152000, "jpy", "152,000 JPY"),
        (99, "JPY", "99 JPY"),
        (1234567, "kwd", "1,234.567 KWD"),
        (9_007_199_254_740_991, "jpy", "9,007,199,254,740,991 JPY"),
        (None, "usd", "0.00 USD"),
        (1.5, "usd", "0.00 USD"),
        (100, "<b>", "1.00 &lt;B&gt;"),
    ],
)
def test_an_amount_has_its_currencys_decimals(js: Js, minor: Any, currency: str, written: str) -> None:
    assert js("amount", minor, currency) == written


@pytest.mark.parametrize(
    ("seconds", "zone", "written"),
    [
        (1_793_512_800, "America/Chicago", "2026-11-01 01:00"),  # the hour that comes twice
        (1_793_516_400, "America/Chicago", "2026-11-01 01:00"),
        (1_794_765_900, "Asia/Kolkata", "2026-11-15 23:35"),
    ],
)
def test_a_moment_is_read_on_the_zones_clocks(js: Js, seconds: int, zone: str, written: str) -> None:
    assert js("localTime", seconds, zone) == written


def test_a_clients_channel_reads_the_clients_words_alone(js: Js) -> None:
    tell = [{"channel": "C1", "audience": "internal"}, {"channel": "C2", "audience": "client"}]
    both = js("addressed", {"tell": tell}, {"internal": "cost 5", "client": "hello"})
    assert both == [{"channel": "C1", "text": "cost 5"}, {"channel": "C2", "text": "hello"}]
    assert js("addressed", {"tell": tell}, {"internal": "cost 5", "client": ""}) == both[:1]


def opened(js: Js, *channels: str) -> Any:
    state = js("openTalk", [{"channel": channel, "text": f"for {channel}"} for channel in channels])
    return js("nextMessage", [state], OPS, 0.5)


def answered(js: Js, state: Any, answer: Any) -> Any:
    """Give what comes after an answer; the HTTP node's item may come first or last."""
    first, last = js("nextMessage", [state, answer], OPS, 0.5), js("nextMessage", [answer, state], OPS, 0.5)
    assert first == last
    return first


def test_messages_go_out_one_after_the_other(js: Js) -> None:
    state = opened(js, "C1", "C2")
    assert (state["do"], state["channel"], state["text"]) == ("send", "C1", "for C1")
    state = answered(js, state, OK)
    assert (state["do"], state["channel"]) == ("send", "C2")
    assert answered(js, state, OK)["do"] == "done"
    assert opened(js)["do"] == "done"


DOWN = {"statusCode": 503}
LIMITED = {"statusCode": 429, "headers": {"retry-after": "30"}, "body": {"ok": False, "error": "ratelimited"}}


@pytest.mark.parametrize(
    ("answer", "nap"),
    [
        (LIMITED, 30.5),
        ({**LIMITED, "headers": {}}, 30.5),
        ({**LIMITED, "headers": {"retry-after": "3600"}}, 62.5),
        ({**LIMITED, "headers": {"retry-after": "1"}}, 2),
        ({"statusCode": 200, "body": {"ok": False, "error": "ratelimited"}}, 30.5),
        (DOWN, 2.5),
        ({"statusCode": 500}, 2.5),
        ({"error": {"message": "connect ECONNRESET"}}, 2.5),
    ],
)
def test_a_busy_slack_is_waited_for_within_bounds(js: Js, answer: Any, nap: float) -> None:
    state = answered(js, opened(js, "C1"), answer)
    assert (state["do"], state["nap"], len(state["queue"])) == ("wait", nap, 1)
    assert js("nextMessage", [state], OPS, 0.5)["do"] == "send"


@pytest.mark.parametrize(("answer", "tries", "words"), [(LIMITED, 16, "ratelimited"), (DOWN, 4, "status 503")])
def test_after_all_tries_the_owner_reads_it(js: Js, answer: Any, tries: int, words: str) -> None:
    state = opened(js, "C1")
    for _ in range(tries - 1):
        state = js("nextMessage", [answered(js, state, answer)], OPS, 0)
        assert state["channel"] == "C1"
        assert 2 <= state["nap"] < 65
    state = answered(js, state, answer)
    assert (state["do"], state["channel"]) == ("send", OPS)
    assert state["text"] == f"Slack did not take a message for C1 ({words}). It was:\nfor C1"
    assert answered(js, state, OK)["do"] == "done"


@pytest.mark.parametrize("hint", ["1", "30"])
def test_of_200_runs_at_once_in_a_channel_that_takes_one_a_second_none_is_lost(js: Js, hint: str) -> None:
    chance, busy = Random(1), {**LIMITED, "headers": {"retry-after": hint}}
    due = [(0.0, run, opened(js, "C1")) for run in range(200)]
    free, arrived = 0.0, 0
    heapify(due)
    while due:
        now, run, state = heappop(due)
        assert state["channel"] == "C1"
        taken = now >= free
        free, arrived = (now + 1, arrived + 1) if taken else (free, arrived)
        state = js("nextMessage", [state, OK if taken else busy], OPS, chance.random())
        if not taken:
            heappush(due, (now + state.get("nap", 0), run, js("nextMessage", [state], OPS, 0)))
    assert arrived == 200


@pytest.mark.parametrize("words", ["channel_not_found", "is_archived", "invalid_auth", "not_in_channel"])
def test_what_waiting_does_not_mend_goes_to_the_owner_at_once(js: Js, words: str) -> None:
    state = answered(js, opened(js, "C1", "C2"), {"statusCode": 200, "body": {"ok": False, "error": words}})
    assert (state["do"], state["channel"]) == ("send", OPS)
    assert f"({words})" in state["text"]
    state = answered(js, state, OK)
    assert (state["do"], state["channel"]) == ("send", "C2")


def test_what_the_owners_channel_does_not_take_fails_the_run_after_all_others(js: Js) -> None:
    refused = {"statusCode": 200, "body": {"ok": False, "error": "invalid_auth"}}
    state = answered(js, opened(js, OPS, "C2"), refused)
    assert (state["do"], state["channel"]) == ("send", "C2")
    state = answered(js, state, OK)
    assert (state["do"], state["why"]) == ("failed", f"{OPS}: invalid_auth")


@pytest.mark.parametrize("body", ["<html>", "", None, '{"ok": true', [], {"ok": "true"}])
def test_a_page_in_place_of_an_answer_is_none(js: Js, body: Any) -> None:
    assert js("readSlack", {"statusCode": 200, "body": body})["done"] is False
    assert js("readSlack", {"statusCode": 200, "data": '{"ok": true}'})["done"] is True


def test_of_runs_that_took_one_event_in_the_first_tells_it(js: Js) -> None:
    rows = [
        {"id": 12, "event": "evt_1", "run": "b"},
        {"id": 11, "event": "evt_1", "run": "a"},
        {"id": 10, "event": "evt_2", "run": "c"},
    ]
    assert [js("isFirst", rows, "evt_1", run) for run in "abc"] == [True, False, False]
    twice = [*rows, {"id": 13, "event": "evt_1", "run": "a"}]  # the table's node tried again
    assert [js("isFirst", twice, "evt_1", run) for run in "ab"] == [True, False]
    assert js("isFirst", [], "evt_1", "a") is False
