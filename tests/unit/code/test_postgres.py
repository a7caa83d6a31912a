"""The source in a database: which windows are asked for, and what an answer must hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import js_of

Js = Callable[..., Any]
WINDOWS = [{"start": 0, "end": 86400000, "label": "1970-01-01"}, {"start": 86400000, "end": 172800000, "label": "x"}]
STATE = {
    "run": {"windows": WINDOWS}, "from": "1970-01-01T06:00:00Z", "to": "1970-01-02T09:00:01Z", "calls": 1, "pages": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def postgres() -> Iterator[Js]:
    yield from js_of("postgres")


def test_windows_are_asked_for_as_far_as_the_look_up_goes(postgres: Js) -> None:
    assert json.loads(postgres("askPage", STATE, {})["windows"]) == [
        {"start": "1970-01-01T06:00:00Z", "end": "1970-01-02T00:00:00Z"},
        {"start": "1970-01-02T00:00:00Z", "end": "1970-01-02T09:00:01Z"},
    ]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([{"kind": "total"}, {"kind": "end"}], ""),
        ([{"kind": "end"}], ""),
        ([{}], "the usage table: the answer has no end"),
        ([{"kind": "total"}], "the usage table: the answer has no end"),
        ([{"error": {"message": "no view"}}], "the usage table: it could not be read (no view)"),
        ([{"error": {}, "message": "no view"}], "the usage table: it could not be read (no view)"),
        ([{"error": {"code": 1}}], "the usage table: it could not be read (no reason was given)"),
    ],
)
def test_an_answer_is_whole_or_none(postgres: Js, items: list[Any], said: str) -> None:
    state = postgres("takeItems", STATE, items, {})
    assert (state["do"], state.get("stopped", "")) == ("stopped" if said else "done", said)


@pytest.mark.parametrize(
    ("usage", "read"),
    [('{"input_tokens": 7}', {"input_tokens": 7}), ("{", "{"), ({"input_tokens": 7}, {"input_tokens": 7})],
)
def test_a_providers_object_may_come_as_text(postgres: Js, usage: object, read: object) -> None:
    assert postgres("tellField", "usage", usage) == read
    assert postgres("tellField", "model", "{}") == "{}"
