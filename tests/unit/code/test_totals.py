"""How a row finds its window and its client: what counts as a time, where an instant lies, what a spelling fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from generator.mapping.patterns import Ranked

Js = Callable[..., Any]

WINDOWS = [{"start": 100, "end": 200}, {"start": 200, "end": 300}]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-00-10T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-00T00:00:00Z"),
        *("2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z"),
        *("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "0000-01-01T00:00:00Z", 5, None),
    ],
)
def test_what_no_calendar_has_is_no_time(js: Js, text: object) -> None:
    assert js("rowTime", text) is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00", 0),
        ("1970-01-01T00:00:01.9Z", 1000),
        ("1970-12-31T23:59:59Z", 31_535_999_000),
        ("1970-01-01T01:30:00+01:30", 0),
        ("1969-12-31T22:00:00-02", 0),
    ],
)
def test_a_time_is_taken_to_the_second(js: Js, text: str, instant: int) -> None:
    assert js("rowTime", text) == instant


@pytest.mark.parametrize(("instant", "place"), [(99, -1), (100, 0), (199, 0), (200, 1), (299, 1), (300, -1)])
def test_a_window_holds_its_start_and_not_its_end(js: Js, instant: int, place: int) -> None:
    assert js("windowAt", WINDOWS, instant) == place


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("acme-*", ["acme-", "acme-eu", "acme-\n"], ["acme", "Acme-eu", "my-acme-eu", ""]),
        ("*@acme.com", ["@acme.com", "jo@acme.com"], ["jo@acme_com", "jo@acme.com ", "jo@acme.comb"]),
        ("proj_*_acme", ["proj__acme", "proj_7_acme"], ["proj_acme", "proj_7_acme_", "proj_7.acme"]),
        ("*acme*", ["acme", "the acme team"], ["acne", "ac-me"]),
        ("ab*bc*cd", ["abbccd", "ab-bc-bc-cd"], ["abccd", "abbcd", "ab-cd", "abbc"]),
        ("*(.+)*$", ["(.+)$", "a(.+)b$"], ["(xx)$", "(.+)$b", "$(.+)"]),
        ("*ab*ab", ["abab", "aabab"], ["ab", "aab"]),
        ("*😀*", ["😀", "a😀b"], ["\U0001f601", ""]),
    ],
)
def test_a_pattern_stands_for_whole_spellings(js: Js, pattern: str, fitting: list[str], others: list[str]) -> None:
    both = "((text, name) => rankPatterns([{ text, owner: 0 }]).map((pattern) => fitsPattern(pattern, name)))"
    for spelling in (*fitting, *others):
        assert js(both, pattern, spelling) == [spelling in fitting]
        assert Ranked([(pattern, True)]).find(spelling) == (True if spelling in fitting else None)


def test_the_longest_beginning_wins_then_the_longest_pattern(js: Js) -> None:
    texts = ["*long*pattern*", "a*", "*😀😀*", "*abc", "ab*", "*"]
    ranked = js("rankPatterns", [{"text": text, "owner": place} for place, text in enumerate(texts)])
    assert [texts[one["owner"]] for one in ranked] == ["ab*", "a*", "*", "*long*pattern*", "*abc", "*😀😀*"]


@pytest.mark.parametrize(
    ("name", "found"),
    [("acme", 0), ("acme-x", 1), ("x-acme", 0), ("far-x", "other_source"), ("acme-far", 1), ("x", None), ("", None)],
)
def test_a_client_is_found_by_a_whole_spelling_then_by_patterns(js: Js, name: str, found: int | str | None) -> None:
    clients = [{"names": ["acme"], "patterns": ["*acme"]}, {"names": ["globex"], "patterns": ["acme-*"]}]
    mapping = {
        "clients": [{**client, "since": "2026-11-01T00:00:00Z", "until": None} for client in clients],
        "elsewhere_patterns": ["far*", "*-far"], "models": [], "pairs": [], "since": "2026-11-01T00:00:00Z",
    }  # fmt: skip
    twice = "((mapping, name) => [indexMapping(mapping)].flatMap((i) => [0, 1].map(() => findClient(i, name) ?? null)))"
    assert js(twice, mapping, name) == [found, found]
