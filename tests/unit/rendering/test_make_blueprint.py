"""The rendered scenario as a file: its graph, its loops, its one data leaf."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from generator import resources
from generator.checking.rendered import check_rendered
from generator.commands.read import read_plan
from generator.iml.template import expressions
from generator.iml.tree import Expression, Reference, walk
from generator.rendering.build import serialise
from generator.rendering.make import render_make
from generator.rendering.plan import Plan

FILES = ["example", "meter-per-rate", "weighted", "watch"]
LOOPS = {10: 3, 20: 4, 34: 32, 72: 70, 92: 90, 108: 106, 122: 120}
"""First module of every loop of tries → the request that it repeats."""


def plan_of(name: str) -> Plan:
    _, plan, _ = read_plan(resources.mappings() / f"{name}.yaml")
    assert plan is not None
    return plan


def blueprint(plan: Plan) -> Any:
    return json.loads(serialise(render_make(plan, resources.templates())["meter-usage"]))


def modules(flow: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for module in flow:
        yield module
        yield from modules(module.get("onerror", []))
        for route in module.get("routes", []):
            yield from modules(route["flow"])


def graph(tree: Any) -> Any:
    """Forget what texts say, apart from the names of modules and fields."""
    if isinstance(tree, dict):
        return {k: v if k in {"module", "name", "o", "method", "scope"} else graph(v) for k, v in tree.items()}
    return [graph(item) for item in tree] if isinstance(tree, list) else tree if isinstance(tree, int) else ""


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", ["day", "hour"])
def test_lint_finds_nothing(name: str, size: str) -> None:
    plan = plan_of(name)
    plan = replace(plan, windows=replace(plan.windows, size=size))
    assert check_rendered({"make/meter-usage.json": serialise(blueprint(plan))}) == []


def test_every_mode_that_posts_has_the_same_graph() -> None:
    graphs = [graph(blueprint(replace(plan_of(name), name="x"))["flow"]) for name in FILES[:3]]
    assert graphs[0] == graphs[1] == graphs[2]


def test_watching_needs_no_stripe() -> None:
    text = json.dumps(blueprint(plan_of("watch")))
    assert "api.stripe.com" not in text
    assert "slack:CreateMessage" in text


def test_a_mapping_changes_nothing_but_its_leaf() -> None:
    plan = plan_of("meter-per-rate")
    first, *others = plan.clients
    other = replace(plan, clients=(*others, replace(first, key="new", names=("new", "a {{b}}"))), pairs=plan.pairs[1:])
    one, two = blueprint(plan), blueprint(other)
    changed = [a["id"] for a, b in zip(modules(one["flow"]), modules(two["flow"]), strict=True) if a != b]
    assert changed == [2]


@pytest.mark.parametrize("name", FILES)
def test_the_clock_is_read_once(name: str) -> None:
    """Waits that end at a date, and the end of a long run, go by `timestamp`; no key and no window does."""
    assert list(words(blueprint(plan_of(name))["flow"], "now")) == [1]


def words(flow: list[dict[str, Any]], word: str) -> Iterator[int]:
    for module in modules(flow):
        for text in strings([module["mapper"], module.get("filter")]):
            for part in expressions(text) if "{{" in text else []:
                found = walk(part.node) if isinstance(part, Expression) and part.node else ()
                yield from (module["id"] for node in found if isinstance(node, Reference) and node.root == word)


def strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from strings(item)


def test_all_loops_of_tries_are_one() -> None:
    """Seven places try again; whoever mends one must mend all."""
    found = {m["id"]: m for m in modules(blueprint(plan_of("example"))["flow"])}
    shapes = {str([loop_shape(m, base) for m in loop(found, base)]) for base in LOOPS}
    assert len(shapes) == 1


def loop(found: dict[int, dict[str, Any]], base: int) -> list[dict[str, Any]]:
    return [found[number] for number in (base, base + 1, base + 2, base + 3, base + 500, base + 5)]


def loop_shape(module: dict[str, Any], base: int) -> str:
    """Write a module of a loop with its own numbers relative, and without what the request is about."""
    mapper = dict(module["mapper"])
    if module["id"] == base + 5:
        own = {"spent"}
        mapper["variables"] = [v for v in mapper["variables"] if v["name"] in own]
    if module["id"] == base + 2:
        mapper["variables"] = [v["name"] for v in mapper["variables"]]
    rows = module.get("filter", {}).get("conditions", [])
    conditions = [[c["o"] for c in row] for row in rows]
    text = json.dumps([module["module"], mapper, conditions])
    return re.sub(r"\d+(?=\.(?:i|wait|spent)\b)", lambda m: f"+{int(m[0]) - base}", text)


@pytest.mark.parametrize("base", LOOPS)
def test_a_try_repeats_its_request(base: int) -> None:
    found = {m["id"]: m for m in modules(blueprint(plan_of("example"))["flow"])}
    first, again = found[LOOPS[base]], found[base + 4]
    assert again["mapper"] == first["mapper"]
    assert again["parameters"] == first["parameters"]


def test_every_request_answers_with_a_status_even_without_an_answer() -> None:
    for module in modules(blueprint(plan_of("example"))["flow"]):
        if module["module"] != "http:MakeRequest":
            continue
        (resume,) = module["onerror"]
        assert module["mapper"]["stopOnHttpError"] is False
        assert resume["module"] == "builtin:Resume"
        assert set(resume["mapper"]) == {"statusCode", "headers", "data"}


def test_a_stored_execution_never_posts_later() -> None:
    scenario = blueprint(plan_of("example"))["metadata"]["scenario"]
    assert (scenario["dlq"], scenario["sequential"]) == (False, True)


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert serialise(blueprint(plan_of("example"))) == serialise(blueprint(plan_of("example")))
