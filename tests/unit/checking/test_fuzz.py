"""Damaged files: whatever is cut, swapped or nested, `lint` answers with findings and never crashes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.checking.lint import described, gather, quick
from generator.checking.n8n_catalogue import Catalogue
from generator.mapping.findings import Finding

from .builders import night, request, scenario, variable, workflow

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12)
)
ODD = st.sampled_from(
    ["={{", "={{ $('", "{{1.", "{{`1`", "{{get(", "}}", "\ud800", "{{9999999999999999999.a}}", "=", "\\{{"]
)
VALUES = st.recursive(
    st.one_of(SCALARS, ODD),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


def judge(content: bytes, lines: list[Catalogue]) -> list[Finding]:
    """Run every rule but the syntax of JavaScript, which costs a process."""
    subjects = gather({"x.json": content})
    found = [*subjects.findings, *quick(subjects)]
    for subject in subjects.workflows:
        found += described(subject, lines)
    assert all(str(finding).encode("utf-8") for finding in found)
    return found


def paths(value: Any, top: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the way to every value inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [top, *(path for key, part in inner for path in paths(part, (*top, key)))]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_swapped_value_is_no_crash(lines: list[Catalogue], data: st.DataObject) -> None:
    made: Any = {"x": data.draw(st.sampled_from([workflow, night]))()}
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(paths(made["x"], ("x",))))
        around = made
        for step in path[:-1]:
            around = around[step]
        if data.draw(st.booleans()) or len(path) == 1:
            around[path[-1]] = data.draw(VALUES)
        else:
            del around[path[-1]]
    judge(json.dumps(made["x"]).encode(), lines)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_cut_file_is_an_error(lines: list[Catalogue], data: st.DataObject) -> None:
    whole = json.dumps(data.draw(st.sampled_from([workflow, night]))()).encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert [finding.rule for finding in judge(cut, lines)] == ["lint.not-read"]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), VALUES.map(lambda value: json.dumps(value).encode())))
def test_any_bytes_are_answered(lines: list[Catalogue], content: bytes) -> None:
    assert judge(content, lines)


DEEP = ["-" * 3000 + "1", "(" * 3000 + "1" + ")" * 3000, "abs(" * 3000 + "1" + ")" * 3000, "1" + "+1" * 3000]


@pytest.mark.parametrize("text", [*DEEP, "1" + ".b" * 3000, "1." + "a[1." * 2000 + "b" + "]" * 2000], ids=range(6))
def test_deep_expressions_are_no_crash(text: str) -> None:
    field = f"{{{{{text}}}}}"
    headers = [{"name": "Idempotency-Key", "value": field}]
    judge(json.dumps(scenario(variable(1, day=field), request(2, headers=headers))).encode(), [])


def test_a_long_chain_of_variables_is_no_crash() -> None:
    chained = [variable(1, a="{{now}}"), *(variable(n, a=f"{{{{{n - 1}.a}}}}") for n in range(2, 600))]
    post = request(600, headers=[{"name": "Idempotency-Key", "value": "{{599.a}}"}])
    judge(json.dumps(scenario(*chained, post)).encode(), [])
