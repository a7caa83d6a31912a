"""Repeated parts of an expression are evaluated once, without anyone noticing."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from time import process_time

import pytest

from generator.iml.evaluate import compile_text, evaluate
from generator.iml.faults import ImlFault
from generator.iml.rules import Rules
from generator.iml.scope import Scope, Surroundings
from generator.iml.sharing import Sharing
from generator.iml.template import parse
from generator.iml.tree import Call, Node, walk


def scope(n: object = 3, rules: Rules | None = None) -> Scope:
    around = Surroundings(lambda: datetime(2026, 11, 23, tzinfo=UTC), Random(5), rules=rules or Rules())
    return Scope({"1": {"n": n, "list": [1, 2, 3]}}, around)  # type: ignore[dict-item]


def root(source: str) -> Node:
    typed = parse("{{" + source + "}}").typed
    assert typed is not None
    assert typed.node is not None
    return typed.node


def test_equal_parts_have_one_number_wherever_they_stand() -> None:
    node = root("upper(1.a) + lower(upper(1.a)) + upper(1.b)")
    sharing = Sharing(node)
    assert [sharing.repeated(sharing.number(n)) for n in _calls(node)] == [True, False, True, False]


def _calls(node: Node) -> list[Call]:
    return [n for n in walk(node) if isinstance(n, Call)]


def test_numbers_and_texts_that_look_alike_differ() -> None:
    assert evaluate('{{length(join(add(emptyarray; 1; "1"; 1.0); "|")) + length("1")}}', scope()) == 6
    assert evaluate('{{if(contains("1"; "1"); "text"; contains(1; "2"))}}', scope()) == "text"


def test_a_module_and_a_number_differ() -> None:
    assert evaluate('{{get(`1`; "n") + get(1; "n")}}', scope()) == 3


def test_each_evaluation_starts_afresh() -> None:
    compiled = compile_text("{{round(1.n * 2) + round(1.n * 2)}}")
    assert [compiled(scope(1)), compiled(scope(2)), compiled(scope(1))] == [4, 8, 4]


def test_chance_is_drawn_anew_at_every_place() -> None:
    assert evaluate("{{uuid = uuid}}", scope()) is False
    assert evaluate("{{substring(toString(random); 0; 9) = substring(toString(random); 0; 9)}}", scope()) is False


def test_a_repeated_fault_is_a_fault_at_every_place() -> None:
    source = '{{if(true; "fine"; round("x") + round("x"))}}'
    with pytest.raises(ImlFault):
        evaluate(source, scope())
    assert evaluate(source, scope(rules=Rules(unchosen_branches="skipped"))) == "fine"


def test_what_is_skipped_uses_up_no_chance() -> None:
    rules = Rules(unchosen_branches="skipped")
    assert evaluate("{{if(false; random * 2; random)}}", scope(rules=rules)) == evaluate("{{random}}", scope())


def test_array_arguments_and_plain_ones_keep_apart() -> None:
    assert evaluate("{{length(1.list[]) + 1.list[] + length(1.list[]) + 1.list[]}}", scope()) == 8


def test_an_expression_that_doubles_itself_stays_cheap() -> None:
    text = "1.n"
    for _ in range(11):
        text = f"if({text} > 0; {text}; 0)"
    source = "{{" + text + "}}"
    compile_text(source)
    begin = process_time()
    for _ in range(50):
        assert evaluate(source, scope()) == 3
    assert process_time() - begin < 0.5
