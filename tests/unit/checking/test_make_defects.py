"""Broken copies of a sound Make scenario: each defect is found, under its own name, at its module."""

from __future__ import annotations

from typing import Any

import pytest

from .builders import Mutation, findings, module, night, request, router, rules, scenario, variable


def flat(made: dict[str, Any], number: int) -> dict[str, Any]:
    def walk(flow: list[dict[str, Any]]) -> dict[str, Any] | None:
        for one in flow:
            if one["id"] == number:
                return one
            for inner in [one.get("onerror", []), *(route["flow"] for route in one.get("routes", []))]:
                if found := walk(inner):
                    return found
        return None

    found = walk(made["flow"])
    assert found is not None
    return found


def mapper(made: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = flat(made, number)["mapper"]
    return found


def condition(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = flat(made, 6)["filter"]["conditions"][0][0]
    return found


def test_a_sound_scenario_has_no_findings() -> None:
    assert [str(finding) for finding in findings(night())] == []


MESSAGE = {"channelWType": "manualy", "channel": "C0EXAMPLE1", "text": "Hi"}
JSON = {"json": "{}"}
ANSWER = {"status": "200", "body": "{}", "headers": [{"key": "Content-Type", "value": "text/html"}]}
BREAK = module(7, "builtin:Break", {"retry": True, "count": "3", "interval": "15"})
DEFECTS: list[tuple[str, str, Mutation]] = [
    ("make.module-id", "3", lambda s: flat(s, 4).update(id=3)),
    ("make.module-id", "0", lambda s: flat(s, 2).update(id="two")),
    ("make.module-name", "8", lambda s: flat(s, 8).update(module="builtin:Sleep")),
    ("make.module-name", "3", lambda s: flat(s, 3).update(module="builtin:BasicIterator")),
    ("make.module-name", "2", lambda s: flat(s, 2).update(module="http:makerequest")),
    ("make.module-name", "9", lambda s: flat(s, 9).update(module="Just words")),
    ("make.module-version", "2", lambda s: flat(s, 2).update(version=3)),
    ("make.module-version", "9", lambda s: flat(s, 9).pop("version")),
    ("make.required-field", "2", lambda s: mapper(s, 2).pop("url")),
    ("make.required-field", "1", lambda s: mapper(s, 1).pop("scope")),
    ("make.required-field", "4", lambda s: flat(s, 4).update(parameters={})),
    ("make.required-field", "6", lambda s: mapper(s, 6).update(jsonStringBodyContent="")),
    ("make.required-field", "7", lambda s: flat(s, 7).update(module="builtin:Break", mapper={"retry": True})),
    ("make.field-default", "2", lambda s: mapper(s, 2).pop("stopOnHttpError")),
    ("make.field-value", "6", lambda s: mapper(s, 6).update(method="POST")),
    ("make.field-value", "8", lambda s: mapper(s, 8).update(duration="301")),
    ("make.field-value", "8", lambda s: mapper(s, 8).update(duration="0")),
    ("make.field-value", "8", lambda s: mapper(s, 8).update(duration="2.5")),
    ("make.field-value", "2", lambda s: mapper(s, 2).update(timeout="301")),
    ("make.filter-operator", "6", lambda s: condition(s).update(o="text:startswith")),
    ("make.filter-operator", "6", lambda s: condition(s).update(o="number:notEqual")),
    ("make.filter-form", "6", lambda s: flat(s, 6).update(filter={"conditions": [{"a": "1"}]})),
    ("make.filter-form", "6", lambda s: condition(s).pop("o")),
    ("make.filter-operand", "6", lambda s: condition(s).pop("a")),
    ("make.filter-operand", "6", lambda s: condition(s).update(o="number:equal", b="done")),
    ("make.filter-first", "1", lambda s: flat(s, 1).update(filter=flat(s, 6)["filter"])),
    ("make.iml-syntax", "9", lambda s: mapper(s, 9).update(value="{{1.day + }}")),
    ("make.iml-syntax", "9", lambda s: mapper(s, 9).update(value="{{formatDate(now; 'YYYY')}}")),
    ("make.iml-syntax", "9", lambda s: mapper(s, 9).update(value="{{1.day")),
    ("make.doubled-escaping", "9", lambda s: mapper(s, 9).update(value='{{formatDate(now; \\"YYYY\\")}}')),
    ("make.iml-function", "9", lambda s: mapper(s, 9).update(value="{{dateDiff(now; now)}}")),
    ("make.iml-arguments", "9", lambda s: mapper(s, 9).update(value="{{get(1.day)}}")),
    ("make.iml-arguments", "9", lambda s: mapper(s, 9).update(value="{{lower(1.day; 2.data)}}")),
    ("make.iml-word", "9", lambda s: mapper(s, 9).update(value="{{YOUR_KEY}}")),
    ("make.reference-missing", "9", lambda s: mapper(s, 9).update(value="{{77.data}}")),
    ("make.reference-missing", "9", lambda s: mapper(s, 9).update(value="{{`77`}}")),
    ("make.reference-later", "1", lambda s: flat(s, 1)["mapper"]["variables"][0].update(value="{{2.data}}")),
    ("make.reference-later", "2", lambda s: mapper(s, 2).update(url="{{2.data.next}}")),
    ("make.reference-other-route", "9", lambda s: mapper(s, 9).update(value="{{6.data}}")),
    ("make.reference-other-route", "8", lambda s: mapper(s, 8).update(duration="{{7.data}}")),
    ("make.reference-aggregated", "9", lambda s: mapper(s, 9).update(value="{{3.tokens}}")),
    ("make.reference-failed-module", "7", lambda s: mapper(s, 7).update(data="{{6.data}}")),
    ("make.reference-no-output", "9", lambda s: mapper(s, 9).update(value="{{5.data}}")),
    ("make.variable-field", "9", lambda s: mapper(s, 9).update(value="{{1.dya}}")),
    ("make.variable-twice", "1", lambda s: mapper(s, 1)["variables"].append(dict(mapper(s, 1)["variables"][0]))),
    ("make.field-default", "2", lambda s: mapper(s, 2).pop("timeout")),
    ("make.module-version", "20", lambda s: s["flow"].append(module(20, "slack:CreateMessage", {}, 1))),
    (
        "make.field-value",
        "20",
        lambda s: s["flow"].append(module(20, "slack:CreateMessage", {**MESSAGE, "thread_ts": "top"}, 4)),
    ),
    (
        "make.field-value",
        "20",
        lambda s: s["flow"].append(module(20, "slack:CreateMessage", {**MESSAGE, "channelWType": "manual"}, 4)),
    ),
    (
        "make.field-value",
        "20",
        lambda s: s["flow"].append(module(20, "slack:CreateMessage", {**MESSAGE, "blocks": "top"}, 4)),
    ),
    (
        "make.required-field",
        "20",
        lambda s: s["flow"].append(module(20, "slack:CreateMessage", {**MESSAGE, "channel": ""}, 4)),
    ),
    (
        "make.required-field",
        "20",
        lambda s: s["flow"].append(module(20, "slack:CreateMessage", {**MESSAGE, "text": ""}, 4)),
    ),
    (
        "make.field-value",
        "20",
        lambda s: s["flow"].append(module(20, "json:ParseJSON", JSON, parameters={"type": "a"})),
    ),
    ("make.field-value", "20", lambda s: s["flow"].append(module(20, "gateway:WebhookRespond", ANSWER))),
    ("make.settings", "Sound", lambda s: s["metadata"].pop("version")),
    ("make.settings", "Sound", lambda s: s["metadata"]["scenario"].update(roundtrips=2)),
    ("make.settings", "Sound", lambda s: s["metadata"]["scenario"].pop("maxErrors")),
    ("make.variable-never-set", "20", lambda s: s["flow"].insert(1, module(20, "util:GetVariable2", {"name": "dya"}))),
    ("make.field-value", "2", lambda s: flat(s, 2)["parameters"].update(authenticationType="bearer")),
    ("make.feeder", "4", lambda s: flat(s, 4)["parameters"].update(feeder=77)),
    ("make.feeder", "4", lambda s: flat(s, 4)["parameters"].update(feeder=9)),
    ("make.feeder", "4", lambda s: flat(s, 4).update(feeder=3, parameters={})),
    (
        "make.feeder-twice",
        "20",
        lambda s: s["flow"].insert(4, module(20, "util:TextAggregator", {"value": "x"}, parameters={"feeder": 3})),
    ),
    ("make.router", "5", lambda s: flat(s, 5).update(routes=[])),
    ("make.router", "5", lambda s: s["flow"].append(request(20))),
    ("make.router", "5", lambda s: flat(s, 5).update(mapper={"a": "b"})),
    ("make.directive-place", "20", lambda s: s["flow"].insert(2, module(20, "builtin:Ignore"))),
    ("make.directive-place", "7", lambda s: flat(s, 6)["onerror"].append(module(20, "builtin:Ignore"))),
    ("make.handler-place", "5", lambda s: flat(s, 5).update(onerror=[module(20, "builtin:Ignore")])),
    ("make.break-without-store", "7", lambda s: flat(s, 6).update(onerror=[BREAK])),
    ("make.instant", "Sound", lambda s: s["metadata"].update(instant=True)),
    (
        "make.webhook-respond",
        "20",
        lambda s: (
            s["flow"].insert(0, variable(21))
            or s["flow"].insert(1, module(20, "gateway:WebhookRespond", {"status": "200"}))
        ),
    ),
    ("make.top-level", "Sound", lambda s: s.pop("metadata")),
    ("make.top-level", "Sound", lambda s: s["metadata"].update(version=2)),
    ("make.top-level", "Sound", lambda s: s.update(flow=[])),
    ("make.name", "", lambda s: s.pop("name")),
    ("make.unknown-key", "Sound", lambda s: s.update(schedule="daily")),
    ("make.shape", "", lambda s: flat(s, 5).update(routes=[{"flow": "none"}])),
    ("make.shape", "", lambda s: s["flow"].append({"id": 30})),
    ("make.field-value", "6", lambda s: mapper(s, 6)["headers"].append({"name": "idempotency-key", "value": "a"})),
    ("make.required-field", "6", lambda s: mapper(s, 6)["headers"].append({"name": " ", "value": "a"})),
    ("make.changing-key", "6", lambda s: mapper(s, 6)["headers"][0].update(value="{{executionId}}")),
]


@pytest.mark.parametrize(("rule", "label", "defect"), DEFECTS, ids=[f"{i}-{d[0]}" for i, d in enumerate(DEFECTS)])
def test_a_defect_is_found_at_its_module(rule: str, label: str, defect: Mutation) -> None:
    broken = night()
    defect(broken)
    found = [finding for finding in findings(broken) if finding.rule == rule]
    assert found
    assert found[0].where.path == label
    assert found[0].where.line


def test_names_that_circulate_are_answered_with_the_right_ones() -> None:
    broken = scenario(request(1), module(2, "tools:Sleep", {"duration": "3"}))
    assert [finding.hint for finding in findings(broken)] == ["write `util:FunctionSleep`"]


def test_a_place_in_an_expression_is_told() -> None:
    broken = scenario(variable(1, day="fine {{now}} but {{1.a + }} here"))
    assert "at character" in findings(broken)[0].message


def test_what_repeats_inside_a_repeater_counts_towards_the_run_time() -> None:
    repeater = module(1, "builtin:BasicRepeater", {"start": "1", "repeats": "10", "step": "1"})
    sleep = module(2, "util:FunctionSleep", {"duration": "300"})
    assert rules(scenario(repeater, sleep)) == {"make.run-time"}


def test_an_error_route_sees_what_ran_before_and_the_error() -> None:
    failing = request(2)
    failing["onerror"] = [
        module(3, "util:ComposeTransformer", {"value": "{{1.day}} {{2.error.type}}"}),
        module(4, "builtin:Resume", {"data": "{{3.value}}"}),
    ]
    assert findings(scenario(variable(1, day="x"), failing)) == []


def test_branches_of_an_if_else_meet_in_a_merge() -> None:
    def branch(number: int, **more: Any) -> dict[str, Any]:
        return {"merge": True, "flow": [module(number, "util:ComposeTransformer", {"value": "{{1.day}}"})], **more}

    choice = module(2, "builtin:BasicIfElse")
    first = branch(3, type="condition", conditions=[[{"a": "{{1.day}}", "o": "exist"}]])
    choice |= {"mapper": None, "branches": [first, branch(4, type="else")]}
    merge = module(5, "builtin:BasicMerge")
    merge |= {"mapper": None, "outputs": [{"name": "text", "mappings": ["{{3.value}}", "{{4.value}}"]}]}
    after = module(6, "util:ComposeTransformer", {"value": "{{5.text}}"})
    assert findings(scenario(variable(1, day="x"), choice, merge, after)) == []
    after["mapper"]["value"] = "{{3.value}}"
    assert rules(scenario(variable(1, day="x"), choice, merge, after)) == {"make.reference-other-route"}
    merge["outputs"][0]["mappings"].pop()
    assert "make.merge" in rules(scenario(variable(1, day="x"), choice, merge))
    choice["branches"].reverse()
    assert "make.if-else" in rules(scenario(variable(1, day="x"), choice))


def test_an_aggregator_may_collect_the_groups_of_another() -> None:
    groups = module(3, "builtin:BasicAggregator", {"a": "{{2.a}}"}, parameters={"feeder": 2})
    text = module(5, "util:TextAggregator", {"value": "{{3.array[1].a}} {{4.statusCode}}"}, parameters={"feeder": 3})
    flow = [module(2, "builtin:BasicFeeder", {"array": "{{1.rows}}"}), groups, request(4), text]
    tell = module(6, "util:ComposeTransformer", {"value": "{{5.text}}"})
    assert findings(scenario(variable(1, rows="x"), *flow, tell)) == []
    tell["mapper"]["value"] = "{{4.statusCode}}"
    assert rules(scenario(variable(1, rows="x"), *flow, tell)) == {"make.reference-aggregated"}


@pytest.mark.parametrize(
    "text",
    [
        "no expression {here} at all }}",
        '{"a":{"b":{{1.day}}}}',
        "{{1.`a b`[].c}} {{var.input.name}} {{`1`}}",
        '{{replace(1.day; newline; "\\n")}} {{replace(1.day; "a"; )}}',
        '{{if(1.day = "x" & length(1.day) > 3; "quote "" inside"; emptystring)}}',
        "{{now}}{{space}}{{timestamp}}{{uuid}}{{random}}{{pi}}",
    ],
)
def test_ordinary_expressions_raise_no_alarm(text: str) -> None:
    held = variable(1, **{"day": "x", "a b": "{{now}}"})
    assert findings(scenario(held, module(2, "util:ComposeTransformer", {"value": text}))) == []


def test_an_export_with_connections_and_editor_state_raises_no_alarm() -> None:
    hook = module(1, "gateway:CustomWebHook", {}, parameters={"hook": 123, "maxResults": 1})
    hook["metadata"] |= {"restore": {"parameters": {}}, "parameters": [{"name": "hook"}], "interface": []}
    choice = router(2, [request(3)])
    choice["filter"] = {"name": "", "conditions": [[{"a": "{{1.a}}", "o": "exist"}]]}
    row = module(4, "google-sheets:addRow", {"values": {"0": "{{1.a}}"}}, 2, parameters={"__IMTCONN__": 5})
    row["filter"] = None
    choice["routes"].append({"flow": [row]})
    made = scenario(hook, choice, instant=True)
    made["metadata"] |= {"zone": "eu2.make.com", "notes": []}
    assert findings(made) == []


def test_fields_that_the_editor_requires_are_asked_for_in_any_app() -> None:
    mail = module(2, "email:ActionSendEmail", {"to": "", "priority": "urgent"}, 7)
    mail["metadata"]["expect"] = [
        {"name": "to", "required": True, "type": "text"},
        {"name": "priority", "type": "select", "validate": {"enum": ["low", "high"]}},
    ]
    assert rules(scenario(request(1), mail)) == {"make.required-field", "make.field-value"}


@pytest.mark.parametrize(("text", "level"), [("{{dateDiff(now; now)}}", "error"), ("{{escapeJSON(1.day)}}", "warning")])
def test_functions_met_in_exports_are_doubted_and_others_refused(text: str, level: str) -> None:
    (found,) = findings(scenario(variable(1, day="x"), module(2, "util:ComposeTransformer", {"value": text})))
    assert (found.rule, found.level) == ("make.iml-function", level)


def test_a_word_with_parentheses_is_answered_with_the_word() -> None:
    (found,) = findings(scenario(variable(1, day="{{now()}}")))
    assert found.hint == "write `now` without parentheses: it is a word"
