"""n8n and Make leave equal ledgers; what a fault met on one side alone is not held against them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from generator.rendering.plan import Windows
from generator.replay.expected import Fact, Window
from generator.replay.ledger import Ledger, differences

START = datetime(2026, 11, 22, 6, tzinfo=UTC)
DAY = Window(START, START + timedelta(days=1), "2026-11-22")
ACME, GLOBEX = (Fact(key, "openai/gpt-4o", "input", DAY) for key in ("acme", "globex"))
METERS = {ACME: ("acme", "ai_tokens"), GLOBEX: ("globex", "ai_tokens")}
SAME = Ledger(
    windows=Windows("day", "America/Chicago", 3, "00:20"),
    counted={ACME: 5, GLOBEX: 7},
    names={ACME: frozenset({"a:0"}), GLOBEX: frozenset({"g:0"})},
    hits={},
    touched=frozenset(),
    ended=(False,),
    seen={},
    meters=METERS,
)
HIT = replace(SAME, hits={(1, "500", "a:0"): 1}, touched=frozenset({METERS[ACME]}))
AGAIN = replace(HIT, hits={(1, "500", "a:0"): 2})
READ = (1, METERS[ACME], "summaries")
EARLY, LATE = (replace(SAME, seen={READ: frozenset({answer})}) for answer in (b"0", b"5"))


def test_equal_ledgers_have_no_difference():
    assert list(differences(SAME, SAME)) == []


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        (SAME, replace(SAME, counted={ACME: 5}), "globex openai/gpt-4o input 2026-11-22 counts 7 and 0"),
        (SAME, replace(SAME, names={**SAME.names, ACME: frozenset({"a:3"})}), "was posted as ['a:0'] and ['a:3']"),
        (HIT, replace(HIT, counted={ACME: 4, GLOBEX: 7}), "acme openai/gpt-4o input 2026-11-22 counts 5 and 4"),
        (SAME, replace(HIT, counted={ACME: 0, GLOBEX: 6}), "globex openai/gpt-4o input 2026-11-22 counts 7 and 6"),
        (SAME, replace(SAME, ended=(True,)), "runs that stopped or died are (False,) and (True,)"),
    ],
)
def test_a_difference_is_told_with_both_numbers(one: Ledger, two: Ledger, words: str):
    assert [said for said in differences(one, two) if words in said]
    assert len(list(differences(one, two))) == 1


def test_what_a_fault_met_on_one_side_alone_is_not_compared():
    assert list(differences(SAME, replace(HIT, counted={ACME: 0, GLOBEX: 7}))) == []
    assert list(differences(SAME, replace(HIT, counted={}, ended=(True,)))) == []


def test_a_fault_that_met_the_same_request_more_often_on_one_side_is_not_compared():
    assert list(differences(HIT, replace(AGAIN, counted={ACME: 0, GLOBEX: 7}))) == []
    assert list(differences(HIT, replace(AGAIN, counted={ACME: 5, GLOBEX: 0})))


def test_what_lagging_summaries_showed_differently_is_not_compared():
    assert list(differences(EARLY, replace(LATE, counted={ACME: 0, GLOBEX: 7}))) == []
    assert list(differences(EARLY, replace(LATE, counted={ACME: 5, GLOBEX: 0})))
    assert list(differences(EARLY, replace(EARLY, counted={ACME: 0, GLOBEX: 7})))


def test_other_windows_are_another_case():
    assert list(differences(SAME, replace(SAME, counted={}, windows=replace(SAME.windows, lookback=1)))) == []
