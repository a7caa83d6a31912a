"""Files of other people: what works in their editor is no error here, though it may be worth a remark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from generator.checking.n8n_catalogue import Catalogue

from .builders import chain, findings, module, node, scenario, variable

MANUAL = node("Manual", "manualTrigger", 1)


def step(kind: str, version: float, parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Build a workflow with one node of interest behind a trigger."""
    nodes = [MANUAL, node("Step", kind, version, parameters, **more)]
    return {"name": "Foreign", "nodes": nodes, "connections": chain("Manual", "Step"), "settings": {}}


FOREIGN_MODULES = [
    ("an app of the organisation's own", module(2, "app#parcel-k3x9ab:TrackParcel"), []),
    ("an app that we do not know", module(2, "parcel-tracker:Track_It2", version=11), []),
    ("an unusual name", module(2, "Parcel.App:track-it"), ["warning make.module-name"]),
    ("a built-in module that we do not know", module(2, "builtin:SetVariable"), ["warning make.module-name"]),
    ("a name that is none", module(2, "Track a parcel"), ["error make.module-name"]),
]


@pytest.mark.parametrize(
    ("made", "expected"), [case[1:] for case in FOREIGN_MODULES], ids=[c[0] for c in FOREIGN_MODULES]
)
def test_modules_of_unknown_apps_are_no_errors(made: dict[str, Any], expected: list[str]) -> None:
    assert told(scenario(variable(1, day="x"), made)) == expected


EXPRESSIONS = [
    ('{{ourDiscount(1.day; "gold")}}', ["warning make.iml-function"]),
    ("{{case(dayOfWeek(now); 1; 2)}} {{escapeMarkdown(1.day)}}", ["warning make.iml-function"] * 3),
    ("{{addWeekDays(now; 2)}} {{in(1.day; 1; 2)}}", ["warning make.iml-function"] * 2),
    ("{{pow(2; 3)}}", ["error make.iml-function"]),
    ("{{uper(1.day)}}", ["error make.iml-function"]),
    ('{{formatDate(now; "dddd"; "Europe/Paris"; "fr")}}', ["warning make.iml-arguments"]),
    ("{{formatDate(now)}}", ["error make.iml-arguments"]),
    ('{{ifempty(first(map(1.day; "value"; "label"; "家族名")); "—")}}', []),
    ('{{replace(base64("{""alg"":""HS256""}"); "/\\+/g"; "-")}}', []),
    ('{{join(map(1.day;"a.b");",")}} of {{parseNumber(ifempty(1.day;0);".")+1}}', []),
    ('{"row":{"id":{{1.day}}}} {name} {{1.`رابط`}} {{1.day[].x[2].`Unique ID`}}', []),
    ('{{replace(1.day; "{client}"; 1.day)}} path?fields=a{b,c}', []),
]


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS)
def test_expressions_as_people_write_them(text: str, expected: list[str]) -> None:
    assert (
        told(scenario(variable(1, **{"day": "x", "رابط": "x"}), module(2, "util:ComposeTransformer", {"value": text})))
        == expected
    )


def test_an_old_version_of_the_legacy_http_app_is_a_remark() -> None:
    old = module(2, "http:ActionSendData", {"url": "https://example.com", "method": "get"}, version=2)
    assert told(scenario(variable(1, day="x"), old)) == ["warning make.module-version"]
    assert told(scenario(variable(1, day="x"), old | {"version": 4})) == ["error make.module-version"]


URL = {"url": "https://example.com", "options": {}}
PYTHON = {"language": "python", "pythonCode": "return []"}
CALL = {"resource": "channel", "operation": "__CUSTOM_API_CALL__"}
SLACK = {"slackApi": {"id": "1", "name": "Slack"}}
FOREIGN_STEPS = [
    ("a version newer than ours", step("httpRequest", 9.9, URL), ["warning n8n.unknown-node-version"]),
    ("a version that never was", step("httpRequest", 3.5, URL), ["error n8n.unknown-node-version"]),
    ("a node newer than ours", step("quantumMailbox", 1, {}), ["warning n8n.unknown-node-type"]),
    ("a slip of the pen", step("htpRequest", 4.2, {}), ["error n8n.unknown-node-type"]),
    ("a value of the older line", step("code", 2, PYTHON), ["warning n8n.bad-value", "warning n8n.python-code"]),
    ("the editor's own choice", step("slack", 2.3, CALL, credentials=SLACK), []),
]


@pytest.mark.parametrize(("made", "expected"), [case[1:] for case in FOREIGN_STEPS], ids=[c[0] for c in FOREIGN_STEPS])
def test_nodes_of_other_lines_are_no_errors(lines: list[Catalogue], made: dict[str, Any], expected: list[str]) -> None:
    assert told(made, lines) == expected


def test_a_community_node_is_no_error(lines: list[Catalogue]) -> None:
    made = step("noOp", 1, {"resource": "parcel"})
    made["nodes"][1]["type"] = "@parcel/n8n-nodes-parcel.parcel"
    assert told(made, lines) == []


METHODS = [
    ({}, []),
    ({"httpMethod": ["GET", "POST", "PUT"]}, []),
    ({"httpMethod": ["PUT"]}, ["warning n8n.output-index"]),
]


@pytest.mark.parametrize(("chosen", "expected"), METHODS)
def test_a_webhook_of_several_methods_has_an_output_for_each(
    lines: list[Catalogue], chosen: dict[str, Any], expected: list[str]
) -> None:
    parameters = {"path": "parcel", "multipleMethods": True, **chosen}
    nodes = [node("Hook", "webhook", 2, parameters, webhookId="1"), node("Posted", "noOp", 1)]
    second = {"Hook": {"main": [[], [{"node": "Posted", "type": "main", "index": 0}]]}}
    made = {"name": "Foreign", "nodes": nodes, "connections": second, "settings": {}}
    assert [rule for rule in told(made, lines) if "output" in rule] == expected


def told(made: dict[str, Any], lines: Sequence[Catalogue] = ()) -> list[str]:
    """Give level and rule of each finding, sorted."""
    return sorted(f"{finding.level} {finding.rule}" for finding in findings(made, lines))


def agent(tools: list[dict[str, Any]]) -> dict[str, Any]:
    made = module(2, "ai-local-agent:RunLocalAIAgent", {"message": "{{1.day}}"}, version=0)
    return {**made, "tools": [{"name": "t", "description": "d", "flow": tools}]}


def test_the_tools_of_an_agent_are_read() -> None:
    weather = module(3, "weather:ActionGetCurrentWeather", {"city": "{{2.city}}"})
    assert told(scenario(variable(1, day="x"), agent([weather]))) == []
    broken = module(3, "weather:ActionGetCurrentWeather", {"city": "{{2.city"})
    assert told(scenario(variable(1, day="x"), agent([broken]))) == ["error make.iml-syntax"]


def test_an_error_may_be_thrown_on_any_route() -> None:
    thrown = module(2, "builtin:ThrowError", {"message": "no"})
    assert told(scenario(variable(1, day="x"), thrown)) == []


@pytest.mark.parametrize("name", ["parseJSON", "toJSON", "createJSON", "json", "exists", "char"])
def test_functions_that_make_did_not_find_are_errors(name: str) -> None:
    assert told(scenario(variable(1, day=f"{{{{{name}(now)}}}}"))) == ["error make.iml-function"]


def test_an_organisations_own_function_is_a_remark() -> None:
    assert told(scenario(variable(1, day="{{formatDateTime(now)}}"))) == ["warning make.iml-function"]


@pytest.mark.parametrize("sign", ["&&", "||"])
def test_doubled_signs_are_a_remark(sign: str) -> None:
    text = '{{if((now > 0) && (now = ""); "a && b"; "n")}}'.replace("&&", sign)
    assert told(scenario(variable(1, day=text))) == ["warning make.iml-syntax"]
    assert told(scenario(variable(1, day=text.replace("if(", "fi(", 1)))) == [
        "warning make.iml-function",
        "warning make.iml-syntax",
    ]
    assert told(scenario(variable(1, day=text[:-3] + "}}"))) == ["error make.iml-syntax"]
