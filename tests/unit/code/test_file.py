"""A file of usage: read whole or not at all, CSV as spreadsheets write it, JSON lines as programs do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import js_of

Js = Callable[..., Any]
HEAD = "time,client,model,input,output\n"
ROW = "2026-11-22T09:00Z,acme,gpt-4o,12,3\n"


@pytest.fixture(scope="module")
def file() -> Iterator[Js]:
    yield from js_of("file")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (HEAD + ROW, ""),
        (HEAD, ""),
        ("\ufeff" + HEAD.replace(",", ";") + ROW.replace(",", ";"), ""),
        ('{"time": "2026-11-22T09:00Z"}\n', ""),
        ("", "it is empty"),
        (" \n", "it is empty"),
        (HEAD + ROW.strip(), "its last line does not end: it is being written, or was cut"),
        ('{"a": 1}\n{"a', "its last line does not end: it is being written, or was cut"),
        ("<html>\nlog in\n", "its header lacks time, client, model"),
        ("time,model\n", "its header lacks client"),
        (None, "it is empty"),
    ],
)
def test_a_file_is_whole_or_it_is_none(file: Js, text: str | None, wrong: str) -> None:
    assert file("wrongFile", text) == wrong


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("time,model,input\n09:00,gpt-4o,12\n", [{"time": "09:00", "model": "gpt-4o", "input": "12"}]),
        ("\ufeffclient;model;input\r\n\"A; \"\"B\"\" \nC\";gpt;\r\n\r\n", [{"client": 'A; "B" \nC', "model": "gpt"}]),
        ('client\tusage\nacme\t"{""prompt_tokens"": 5}"\n', [{"client": "acme", "usage": {"prompt_tokens": 5}}]),
        ('{"client": "acme", "input": 1}\r\n\r\nno json\n[1]\n', [{"client": "acme", "input": 1}, {}, {}]),
        (HEAD + "short\n", [{"time": "short"}]),
    ],
)  # fmt: skip
def test_rows_are_those_of_the_file(file: Js, text: str, rows: list[dict[str, Any]]) -> None:
    assert file("sourceRows", [[{"data": text}]]) == rows


def test_a_file_that_is_being_written_is_asked_for_again(file: Js) -> None:
    terms = {
        "window": {"size": "day", "zone": "UTC", "lookback": 1}, "source": {"url": "https://files.example.com/usage"},
        "retry": {"attempts": 2, "base_s": 2, "cap_s": 30, "budget_s": 600},
    }  # fmt: skip
    first = file("nextPage", [file("openRun", {"now": "2026-11-23T06:20:00Z"}, terms)], terms, 0.5)
    cut = {"statusCode": 200, "headers": {}, "data": HEAD + ROW.strip()}
    waiting = file("nextPage", [cut, first], terms, 0.5)
    again = file("nextPage", [waiting], terms, 0.5)
    whole = {"statusCode": 200, "headers": {}, "data": HEAD + ROW}
    assert (waiting["do"], again["do"]) == ("wait", "pull")
    assert file("nextPage", [whole, again], terms, 0.5)["pages"] == [1]
    stopped = file("nextPage", [cut, again], terms, 0.5)
    assert stopped["stopped"] == (
        "the usage file: answered 200 its last line does not end: it is being written, or was cut, after 2 tries"
    )
