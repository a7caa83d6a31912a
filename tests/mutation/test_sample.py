"""A seeded sample of all changes, and what the campaign itself rests on: literals, scopes, edits, excuses."""

from __future__ import annotations

import json
import os
from math import inf
from time import monotonic

import pytest

from generator.replay.n8n.server import N8nServer

from . import units
from .campaign import campaign, sampled
from .excuses import load_table
from .literals import changed, of_expression, of_javascript
from .mutants import mutants
from .platforms import opened, rendered
from .scopes import scopes

SIZE, SEED, SHOTS = 30, int(os.environ.get("MUTATION_SEED", "1")), 40
ENOUGH_S = 85.0
CODE = """
// a "comment" 1
const TOP = 24;
function used(a) { return `x ${a ? "y" : TOP} z` + /re"1/.test(a) / 2; }
function dead() { return 7; }
return [used("b")];
"""


def test_literals_of_javascript_leave_comments_and_regular_expressions_out() -> None:
    texts = [CODE[token.start : token.end] for token in of_javascript(CODE)]
    assert texts == ["24", "x ", "y", " z", "2", "7", "b"]


def test_a_scope_is_used_when_the_node_comes_to_it() -> None:
    assert {scope.name: scope.used for scope in scopes(CODE) if scope.name in {"used", "dead", "TOP"}} == {
        "TOP": True,
        "used": True,
        "dead": False,
    }


def test_literals_of_expressions_are_strings_and_digits() -> None:
    text = "={{ $('Log 2').first().json.n + 10 }}"
    assert [text[t.start : t.end] for t in of_expression(text)] == ["Log 2", "2", "10"]


@pytest.mark.parametrize(("number", "by", "becomes"), [("007", 1, "008"), ("24n", 1, "25n"), ("0", -1, "0")])
def test_a_number_moves_as_it_is_written(number: str, by: int, becomes: str) -> None:
    assert changed(number, by) == becomes


def test_every_change_changes_something() -> None:
    node = {"name": "A", "type": "t", "parameters": {"jsCode": 'return ["a", "b", 1]', "mode": "x 5"}}
    content = json.dumps({"nodes": [node], "data": '{"k": "v", "n": 3}'}).encode()
    found = mutants("file.json", content)
    assert len({mutant.apply(content) for mutant in found}) == len(found)
    assert None not in {mutant.apply(content) for mutant in found}


def test_every_row_of_the_table_gives_its_reason() -> None:
    assert all(row.reason and (row.where.pattern or row.shows.pattern) for row in load_table())


def test_the_unit_tests_of_the_code_are_asked_about_a_change_inside_it() -> None:
    files = rendered("n8n-logic")
    found = {m.where: m for name, content in files.items() for m in mutants(name, content)}
    nap = found["Turn: parameters.jsCode#nextNap"]
    assert units.caught(nap, files[nap.file]).startswith("tests/unit/code/")
    outside = found["Wait: parameters.amount"]
    assert units.caught(outside, files[outside.file]) == ""


def _caught(platform: str, server: N8nServer | None = None, enough_s: float = inf) -> None:
    began = monotonic()
    with opened(platform, server) as field:
        results = campaign(field, sampled([m for m in field.mutants if not m.fine], SIZE, SEED), SHOTS)
        found = []
        for result in results:
            found.append(result)
            if monotonic() - began > enough_s:
                break
    hunted = [result for result in found if result.status not in {"harmless", "unused"}]
    survivors = [str(result.mutant) for result in hunted if result.status == "survived"]
    assert hunted
    assert len(survivors) <= max(1, len(hunted) // 20), survivors


@pytest.mark.parametrize("platform", ["make", "n8n-logic"])
def test_a_sample_of_changes_is_caught(platform: str) -> None:
    _caught(platform)


@pytest.mark.campaign
@pytest.mark.engine
def test_a_sample_of_changes_is_caught_on_the_real_engine(hasty_server: N8nServer) -> None:
    _caught("n8n", hasty_server, ENOUGH_S)
