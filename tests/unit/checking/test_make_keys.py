"""Keys of requests: what may flow into them, and what must not, however far it comes."""

from __future__ import annotations

from typing import Any

import pytest

from .builders import module, request, rules, scenario, variable

DAY = '{{formatDate(addDays(now; -1); "YYYY-MM-DD"; "UTC")}}'


def posted(key: str, *before: dict[str, Any]) -> set[str]:
    return rules(scenario(*before, request(9, headers=[{"name": "idempotency-key", "value": key}])))


@pytest.mark.parametrize(
    "key",
    [
        "{{1.day}}",
        '{{get(split(1.day; "-"); 1)}}',
        '{{if(now > 1.day; "a"; "b")}}',
        "{{floor(timestamp / 86400)}}",
        '{{formatDate(now; "YYYY-MM-DDTHH:[mm]")}}',
        "{{md5(1.day)}}",
    ],
)
def test_a_key_of_the_day_is_fine(key: str) -> None:
    assert posted(key, variable(1, day=DAY)) == set()


@pytest.mark.parametrize("word", ["now", "timestamp", "executionId", "uuid", "random", 'formatDate(now; "HH:mm:ss")'])
def test_a_key_of_the_run_is_told(word: str) -> None:
    assert posted(f"k-{{{{{word}}}}}") == {"make.changing-key"}


BEFORE: list[tuple[str, list[dict[str, Any]]]] = [
    ("{{1.at}}", [variable(1, at="{{timestamp}}")]),
    ("{{1.at}}", [module(1, "util:SetVariable2", {"name": "at", "scope": "roundtrip", "value": "{{now}}"})]),
    ("{{2.at}}", [variable(1, at="{{now}}"), module(2, "util:GetVariable2", {"name": "at"})]),
    ("{{2.at}}", [variable(1, at="{{now}}"), module(2, "util:GetVariables", {"variables": ["at"]})]),
    ("{{2.value}}", [variable(1, at="{{uuid}}"), module(2, "util:ComposeTransformer", {"value": "x{{1.at}}"})]),
    (
        "{{4.key}}",
        [
            module(2, "builtin:BasicFeeder", {"array": "{{var.input.rows}}"}),
            module(3, "builtin:BasicAggregator", {"key": "{{random}}"}, parameters={"feeder": 2}),
            module(4, "builtin:BasicFeeder", {"array": "{{3.array}}"}),
        ],
    ),
]


@pytest.mark.parametrize(("key", "before"), BEFORE)
def test_a_key_is_followed_to_where_it_comes_from(key: str, before: list[dict[str, Any]]) -> None:
    assert posted(key, *before) == {"make.changing-key"}


def test_identifiers_inside_a_body_are_keys_as_well() -> None:
    body = {"method": "post", "contentType": "json", "inputMethod": "jsonString"}
    text = '{"event_name":"x","identifier":"{{1.day}}:{{uuid}}"}'
    assert rules(scenario(variable(1, day=DAY), request(2, **body, jsonStringBodyContent=text))) == {
        "make.changing-key"
    }


def test_variables_that_name_each_other_end_the_search() -> None:
    assert posted("{{1.a}}", variable(1, a="{{2.b}}"), variable(2, b="{{1.a}}")) == {"make.reference-later"}
