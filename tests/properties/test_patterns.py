"""A spelling means the same client everywhere: in Python, on n8n, on Make, and for the replay's judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import product
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import resources
from generator.commands.read import read_plan
from generator.iml.evaluate import compile_text
from generator.iml.scope import Scope, Surroundings
from generator.mapping.patterns import Ranked, meet, rank
from generator.rendering.leaf_make import mapping_text as make_text
from generator.rendering.leaf_n8n import mapping_text as n8n_text
from generator.rendering.make import expressions
from generator.rendering.plan import Plan
from generator.replay import expected

SIGNS = [*"abA1 _-.+([{}])\\$^|?/&,;:'\"=", "😀", "é", "\u0301"]
LITERALS = st.lists(st.sampled_from(SIGNS), max_size=4).map("".join)
PATTERNS = st.lists(LITERALS, min_size=2, max_size=4).map(
    lambda parts: "*".join([parts[0], *filter(None, parts[1:-1]), parts[-1]])
).filter(lambda pattern: pattern.strip("*"))  # fmt: skip
NAMES = st.lists(st.sampled_from([*SIGNS, "*", "\n", "\t", "c0001;"]), max_size=6).map("".join)
OWNERS = ("acme", "globex", "initech", "")
"""The last stands for clients that another source bills."""


@st.composite
def businesses(draw: st.DrawFn) -> Plan:
    """Draw patterns for three clients and another source's, without those that `names.tied` refuses."""
    held: list[tuple[str, str]] = []
    for pattern, owner in draw(st.lists(st.tuples(PATTERNS, st.sampled_from(OWNERS)), min_size=1, max_size=8)):
        if not any(rank(other) == rank(pattern) and meet(other, pattern) for other, _ in held):
            held.append((pattern, owner))
    return known_by(tuple(held))


def known_by(held: tuple[tuple[str, str], ...]) -> Plan:
    """Give the example's mapping with patterns."""

    def of(key: str) -> tuple[str, ...]:
        return tuple(pattern for pattern, owner in held if owner == key)

    clients = tuple(replace(client, patterns=of(client.key)) for client in example_plan().clients)
    return replace(example_plan(), clients=clients, elsewhere_patterns=of(""))


@cache
def example_plan() -> Plan:
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    assert plan
    return plan


@st.composite
def spelled(draw: st.DrawFn, plan: Plan) -> str:
    """Draw a spelling: mostly one that fits a pattern of somebody, or is one sign off."""
    every = [pattern for client in plan.clients for pattern in client.patterns] + list(plan.elsewhere_patterns)
    pattern = draw(st.sampled_from([*every, "*"]))
    name = "".join(draw(NAMES) if sign == "*" else sign for sign in pattern)
    at = draw(st.integers(0, len(name)))
    return draw(st.sampled_from([name, name, name[:at] + name[at + 1 :], name[:at] + draw(NAMES) + name[at:]]))


def on_make(plan: Plan, name: str) -> str | None:
    """Ask the expressions that every row of a run goes through; `c0000` is a client of another source."""
    found = make_client(plan.patterned)(Scope({"2": make_data(plan), "50": {"client": name}}, surroundings()))
    return None if found is None else str(found)


@cache
def make_client(patterned: bool) -> Callable[[Scope], Any]:
    plan = known_by((("a*", "acme"),) if patterned else ())
    named = expressions(resources.templates() / "make" / "iml", plan, ["row"])
    return compile_text("{{" + named.client_entry("c") + "}}")


@cache
def make_data(plan: Plan) -> Any:
    return json.loads("{" + make_text(plan))


def surroundings() -> Surroundings:
    return Surroundings(now=lambda: datetime(2026, 11, 23, tzinfo=UTC), rng=Random(1))


AS_MAKE_RUNS_IT = """((patterns, names) => names.map((name) => {
  const line = name.replace(/\\n/g, "\\t") + patterns.clients;
  const found = line.replace(new RegExp(patterns.fitting), "$1");
  return found === line ? null : Number(found.slice(1)) - 1;
}))""".replace("\n", " ")


@settings(max_examples=300)
@example(plan=known_by((("*ab*ab", "acme"), ("*b", "globex"))), data=None)
@given(plan=businesses(), data=st.data())
def test_a_spelling_means_the_same_client_everywhere(js: Callable[..., Any], plan: Plan, data: Any) -> None:
    names = ["ab", "abab", "aab", "abb"] if data is None else data.draw(st.lists(spelled(plan), min_size=3, max_size=6))
    owners = Ranked(
        [
            *((p, place) for place, c in enumerate(plan.clients) for p in c.patterns),
            *((p, -1) for p in plan.elsewhere_patterns),
        ]
    )
    known = {name: place for place, client in enumerate(plan.clients) for name in client.names}
    meant = [known[name] if name in known else owners.find(name) for name in names]
    code = "((mapping, names) => names.map((name) => findClient(indexMapping(mapping), name) ?? null))"
    found = js(code, json.loads(n8n_text(plan)), names)
    assert [-1 if one == "other_source" else one for one in found] == meant
    assert [on_make(plan, name) for name in names] == [None if one is None else f"c{one + 1:04}" for one in meant]
    assert js(AS_MAKE_RUNS_IT, make_data(plan).get("patterns"), names) == [owners.find(name) for name in names]
    judged = [expected._client(plan, name) for name in names]
    assert [-1 if away else client and plan.clients.index(client) for client, away in judged] == meant


SHORT = sorted({"".join(signs) for n in (2, 3, 4) for signs in product("ab*", repeat=n)})
GLOBS = [text for text in SHORT if "*" in text and "**" not in text and text.strip("*")]
SPELLINGS = ["".join(signs) for n in range(7) for signs in product("ab", repeat=n)]


def test_patterns_meet_where_some_spelling_fits_both() -> None:
    fitting = {glob: {name for name in SPELLINGS if Ranked([(glob, True)]).find(name)} for glob in GLOBS}
    assert all(fitting.values())
    for one, other in product(GLOBS, repeat=2):
        assert meet(one, other) == bool(fitting[one] & fitting[other]), (one, other)
