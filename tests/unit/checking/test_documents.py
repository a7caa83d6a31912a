"""Files that are none, and shapes that circulate: each is read or told, never called fine in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.checking.document import NOT_READ, read
from generator.checking.lint import gather, lint, lint_files
from generator.checking.n8n_nodes import UNAVAILABLE
from generator.mapping.findings import Level, Place

from .builders import night, workflow


def rules(content: bytes) -> list[str]:
    return [finding.rule for finding in lint({"x.json": content}, ())]


UNREAD = [
    b"",
    b"  \n ",
    b"{",
    b"not json",
    b"\xff\xfe{\x00}\x00",
    '{"name": "é"}'.encode("latin-1"),
    b'{"a": NaN}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 300 + b"1" + b"}" * 300,
]


@pytest.mark.parametrize("content", UNREAD, ids=range(len(UNREAD)))
def test_what_cannot_be_read_is_an_error(content: bytes) -> None:
    found = lint({"x.json": content}, ())
    assert [finding.rule for finding in found] == ["lint.not-read"]
    assert found[0].level is Level.ERROR


STRANGE: list[Any] = [
    {},
    [],
    None,
    3,
    "text",
    {"nodes": [], "edges": []},
    {"nodes": [{"id": 1, "type": "LLM"}], "links": []},
    {"data": {"x": 1}},
    {"blueprint": "not json"},
    {"flow": {}},
    {"flow": [{"step": 1}]},
    [workflow(), {"name": "no workflow"}],
]


@pytest.mark.parametrize("data", STRANGE, ids=range(len(STRANGE)))
def test_what_is_neither_is_an_error(data: Any) -> None:
    assert "lint.not-recognised" in rules(json.dumps(data).encode())


def test_a_byte_order_mark_is_told_and_the_file_read() -> None:
    assert rules(b"\xef\xbb\xbf" + json.dumps(night()).encode()) == ["lint.byte-order-mark"]


def test_a_repeated_key_is_told() -> None:
    text = json.dumps(night()).replace('"name": "Sound"', '"name": "Sound", "name": "Other"')
    assert rules(text.encode()) == ["lint.repeated-key"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    found = lint_files([tmp_path / "none.json", tmp_path], lambda: pytest.fail("nothing is to be described"))
    assert [finding.rule for finding in found] == [NOT_READ.name] * 2


def test_descriptions_are_brought_once_for_all_workflows(tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    for path in paths:
        path.write_text(json.dumps(workflow()), encoding="utf-8")
    told = UNAVAILABLE.at(Place(""), "no network")
    assert [finding for finding in lint_files(paths, lambda: ([], [told])) if finding.rule == told.rule] == [told]


WRAPPED: list[tuple[Any, int, int]] = [
    (workflow(), 1, 0),
    ([workflow(), workflow()], 2, 0),
    ({"data": workflow()}, 1, 0),
    ({"data": [workflow(), workflow()], "nextCursor": None}, 2, 0),
    ({"workflow": {"id": 3, "workflow": workflow()}}, 1, 0),
    ({"workflowData": workflow(), "startedAt": "x"}, 1, 0),
    ({"nodes": workflow()["nodes"], "connections": {}}, 1, 0),
    ({"nodes": workflow()["nodes"]}, 1, 0),
    (night(), 0, 1),
    ({"code": "OK", "response": {"blueprint": night(), "scheduling": {}}}, 0, 1),
    ({"subflows": [{"flow": night()["flow"]}, {"flow": night()["flow"]}], "metadata": {"version": 1}}, 0, 2),
    ({"blueprint": night()}, 0, 1),
    ({"teamId": 1, "blueprint": json.dumps(night())}, 0, 1),
]


@pytest.mark.parametrize(("data", "workflows", "scenarios"), WRAPPED, ids=range(len(WRAPPED)))
def test_wrappers_are_opened(data: Any, workflows: int, scenarios: int) -> None:
    found = gather({"x.json": json.dumps(data).encode()})
    assert (len(found.workflows), len(found.blueprints)) == (workflows, scenarios)
    assert "lint.not-recognised" not in {finding.rule for finding in found.findings}


def test_places_are_those_of_an_editor() -> None:
    text = '{\n  "a": [1, {"b": "x\\"{"}, []],\n  "c": {"d": {}, "é": [[2]]}\n}'
    document, _ = read("x.json", text.encode())
    assert document is not None
    places = {pointer: document.place(pointer) for pointer in [("a", 1, "b"), ("a", 2), ("c", "é", 0, 0), ("c", "no")]}
    assert [(place.line, place.column) for place in places.values()] == [(2, 13), (2, 27), (3, 25), (3, 3)]
