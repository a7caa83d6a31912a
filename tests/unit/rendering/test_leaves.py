"""Templates are filled leaf by leaf."""

from __future__ import annotations

import pytest

from generator.errors import TemplateError
from generator.rendering.leaves import fill


def test_a_leaf_that_is_one_expression_keeps_its_type() -> None:
    assert fill({"a": ["⟦ n ⟧", "⟦ s ⟧", "⟦ rows ⟧"]}, {"n": 5, "s": "123", "rows": [1]}) == {"a": [5, "123", [1]]}


def test_other_marked_leaves_become_text() -> None:
    assert fill("=at ⟦ n ⟧:⟦ s ⟧ {{ $json.x }}", {"n": 5, "s": "00"}) == "=at 5:00 {{ $json.x }}"


def test_two_expressions_are_never_one() -> None:
    assert fill("⟦ s ⟧⟦ s ⟧", {"s": "x"}) == "xx"


def test_what_was_filled_in_is_not_filled_again() -> None:
    assert fill("⟦ s ⟧", {"s": "⟦ n ⟧"}) == "⟦ n ⟧"


def test_keys_numbers_and_unmarked_text_stay() -> None:
    tree = {"⟦ k ⟧": [1, 1.5, None, True, "{{ $json }}"]}
    assert fill(tree, {}) == tree


def test_functions_of_the_context_can_be_called() -> None:
    assert fill("⟦ code('a', 'b') ⟧", {"code": lambda *names: "+".join(names)}) == "a+b"


@pytest.mark.parametrize(
    "leaf", ["⟦ missing ⟧", "⟦ a.missing ⟧", "x ⟦ missing ⟧", "⟦ 1 + ⟧", "x ⟦ none ⟧", "x ⟦ true ⟧"]
)
def test_a_broken_leaf_names_its_place(leaf: str) -> None:
    with pytest.raises(TemplateError, match=r"nodes\[1\]\.name"):
        fill({"nodes": [{}, {"name": leaf}]}, {"a": {}})
