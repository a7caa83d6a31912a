"""Broken copies of a sound n8n workflow: each defect is found, under its own name, where it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.checking.lint import lint
from generator.checking.n8n_catalogue import Catalogue
from generator.mapping.findings import Level

from .builders import Mutation, findings, node, rules, to, workflow


def named(made: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in made["nodes"] if one["name"] == name)


def parameters(made: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = named(made, name)["parameters"]
    return found


def test_a_sound_workflow_has_no_findings(lines: list[Catalogue]) -> None:
    assert findings(workflow(), lines) == []


def first_assignment(w: dict[str, Any]) -> dict[str, Any]:
    assignment: dict[str, Any] = parameters(w, "Settings")["assignments"]["assignments"][0]
    return assignment


def first_condition(w: dict[str, Any]) -> dict[str, Any]:
    condition: dict[str, Any] = parameters(w, "Good")["conditions"]["conditions"][0]
    return condition


def rows_by(condition: str) -> dict[str, Any]:
    filters = {"conditions": [{"keyName": "what", "condition": condition, "keyValue": "a"}]}
    return node("Rows", "dataTable", 1, {"operation": "get", "filters": filters})


def table_by(mode: Any) -> dict[str, Any]:
    return node("Table", "dataTable", 1, {"dataTableId": {"__rl": True, "mode": mode, "value": "t1"}})


@pytest.mark.parametrize("chosen", [{"__rl": True, "mode": "id", "value": "t1"}, {"__rl": True, "value": "t1"}, "t1"])
def test_a_choice_may_be_made_in_each_of_n8ns_ways(chosen: Any, lines: list[Catalogue]) -> None:
    sound = workflow()
    sound["nodes"].append(node("Table", "dataTable", 1, {"dataTableId": chosen}))
    assert "n8n.bad-value" not in {finding.rule for finding in findings(sound, lines)}


@pytest.mark.parametrize("chosen", [None, "", "stopWorkflow"])
def test_what_n8n_takes_for_its_default_on_an_error_is_fine(chosen: Any, lines: list[Catalogue]) -> None:
    sound = workflow()
    named(sound, "Post").update(onError=chosen)
    assert "n8n.on-error" not in {finding.rule for finding in findings(sound, lines)}


def form(*labels: str) -> dict[str, Any]:
    fields = {"values": [{"fieldLabel": label} for label in labels]}
    return node("Ask", "formTrigger", 2.2, {"formTitle": "Ask", "formFields": fields}, webhookId="w1")


DEFECTS: list[tuple[str, str, Mutation]] = [
    ("n8n.unknown-node-type", "Settings", lambda w: named(w, "Settings").update(type="n8n-nodes-base.sett")),
    ("n8n.unknown-node-version", "Post", lambda w: named(w, "Post").update(typeVersion=9.9)),
    ("n8n.unknown-parameter", "Post", lambda w: parameters(w, "Post").update(urll="https://x.example")),
    ("n8n.unknown-parameter", "Post", lambda w: parameters(w, "Post")["options"].update(tiemout=1)),
    ("n8n.bad-value", "Post", lambda w: parameters(w, "Post").update(method="PSOT")),
    ("n8n.required-parameter", "Post", lambda w: parameters(w, "Post").update(url="")),
    ("n8n.required-parameter", "Post", lambda w: parameters(w, "Post").pop("url")),
    ("n8n.connection-missing-node", "Tell", lambda w: w["connections"]["Tell"]["main"][0].append(to("Nobody"))),
    ("n8n.connection-missing-node", "Sound", lambda w: w["connections"].update(Nobody={"main": [[to("Tell")]]})),
    ("n8n.output-index", "Good", lambda w: w["connections"]["Good"]["main"].extend([[], [to("Tell")]])),
    ("n8n.input-index", "Sign", lambda w: w["connections"]["Tell"]["main"][0].append(to("Sign", 1))),
    ("n8n.duplicate-name", "Settings", lambda w: w["nodes"].append(node("Settings", "noOp", 1, id="other"))),
    ("n8n.duplicate-id", "Sign", lambda w: named(w, "Sign").update(id="node-tell")),
    ("n8n.orphan", "Sign", lambda w: w["connections"].pop("Tell")),
    ("n8n.reference-missing", "Sign", lambda w: parameters(w, "Sign").update(value="={{ $('No such').item.json.a }}")),
    ("n8n.reference-missing", "Tell", lambda w: parameters(w, "Tell").update(jsCode="return $node['Gone'].json")),
    ("n8n.reference-not-before", "Tell", lambda w: parameters(w, "Tell").update(jsCode="return $('Sign').all()")),
    ("n8n.expression-syntax", "Sign", lambda w: parameters(w, "Sign").update(value="={{ $json.a + }}")),
    ("n8n.expression-braces", "Sign", lambda w: parameters(w, "Sign").update(value="={{ $json.a")),
    ("n8n.code-syntax", "Tell", lambda w: parameters(w, "Tell").update(jsCode="return [];\nconst a = ;")),
    ("n8n.cron", "Night", lambda w: parameters(w, "Night")["rule"]["interval"][0].update(expression="61 25 * * *")),
    ("n8n.credential-missing", "Post", lambda w: named(w, "Post").pop("credentials")),
    ("secret.in-file", "", lambda w: parameters(w, "Sign").update(value="rk_" + "live_4eC39HqLyjWDarjtT1")),
    ("n8n.hidden-parameter", "Post", lambda w: parameters(w, "Post").update(queryParameters={"parameters": [{}]})),
    ("n8n.time-zone", "Night", lambda w: w["settings"].pop("timezone")),
    ("n8n.retry-clamped", "Post", lambda w: named(w, "Post").update(retryOnFail=True, maxTries=9)),
    ("n8n.hasty-retry", "Post", lambda w: named(w, "Post").update(retryOnFail=True, waitBetweenTries=2)),
    ("n8n.assignment-type", "Settings", lambda w: first_assignment(w).update(type="text")),
    ("n8n.assignment-type", "Settings", lambda w: first_assignment(w).update(type=[])),
    ("n8n.endless-request", "Post", lambda w: parameters(w, "Post")["options"].update(timeout=0)),
    ("n8n.condition-option", "Good", lambda w: parameters(w, "Good")["conditions"].update(combinator="xor")),
    ("n8n.condition-version", "Good", lambda w: parameters(w, "Good")["conditions"]["options"].update(version=1)),
    ("n8n.condition-version", "Good", lambda w: parameters(w, "Good")["conditions"]["options"].pop("version")),
    ("n8n.setting", "Sound", lambda w: w["settings"].update(saveDataErrorExecution="some")),
    ("n8n.setting", "Sound", lambda w: w["settings"].update(saveExecutionProgress="yes")),
    ("n8n.setting", "Sound", lambda w: w["settings"].update(executionTimeout="long")),
    ("n8n.setting", "Sound", lambda w: w["settings"].update(timezone="America/Chikago")),
    ("n8n.setting", "Sound", lambda w: w["settings"].update(timezone=[])),
    ("n8n.on-error", "Post", lambda w: named(w, "Post").update(onError="goOn")),
    ("n8n.on-error", "Post", lambda w: named(w, "Post").update(onError=[])),
    ("n8n.bad-value", "Table", lambda w: w["nodes"].append(table_by("nam"))),
    ("n8n.bad-value", "Table", lambda w: w["nodes"].append(table_by([]))),
    ("n8n.condition-option", "Rows", lambda w: w["nodes"].append(rows_by("equals"))),
    ("n8n.form-field", "Ask", lambda w: w["nodes"].append(form("from", "from"))),
    ("n8n.condition-option", "Good", lambda w: first_condition(w)["operator"].update(type="text")),
    ("n8n.condition-option", "Good", lambda w: first_condition(w)["operator"].update(operation="after")),
    ("n8n.condition-option", "Good", lambda w: first_condition(w)["operator"].pop("operation")),
    ("n8n.connection-type", "Post", lambda w: w["connections"]["Post"]["main"][0][0].update(type="ai_tool")),
    (
        "n8n.condition-option",
        "Good",
        lambda w: parameters(w, "Good")["conditions"]["options"].update(typeValidation="lose"),
    ),
    ("n8n.json-body-text", "Post", lambda w: parameters(w, "Post").update(jsonBody='={"day": "{{ $json.day }}"}')),
    ("n8n.code-sandbox", "Tell", lambda w: parameters(w, "Tell").update(jsCode="return require('crypto')")),
    ("n8n.shape", "Sound", lambda w: w.pop("connections")),
    ("n8n.shape", "Sound", lambda w: w["nodes"].append("nothing")),
    ("n8n.shape", "Sound", lambda w: named(w, "Tell").update(typeVersion="two")),
    ("n8n.shape", "Sound", lambda w: named(w, "Tell").update(type="set")),
    ("n8n.shape", "Sound", lambda w: named(w, "Tell").pop("typeVersion")),
    ("n8n.shape", "Sound", lambda w: w["connections"]["Tell"]["main"][0][0].pop("type")),
    ("n8n.shape", "Sound", lambda w: w["connections"]["Tell"]["main"][0][0].update(index=-1)),
    ("n8n.shape", "Sound", lambda w: w["connections"]["Tell"]["main"][0][0].update(index="0")),
    ("n8n.shape", "Sound", lambda w: w["connections"].update(Tell={"main": [to("Sign")]})),
    ("n8n.shape", "Sound", lambda w: w["connections"].update(Tell={"main": [[{"index": 0}]]})),
    ("n8n.shape", "Sound", lambda w: w["connections"].update(Tell=[[to("Sign")]])),
]

KEPT: dict[str, Any] = {
    "dataTableId": {"__rl": True, "mode": "list", "value": "t1"},
    "columns": {"mappingMode": "byHand", "value": {"at": "now"}},
}
DEFECTS.append(("n8n.bad-value", "Keep", lambda w: w["nodes"].append(node("Keep", "dataTable", 1, KEPT))))


@pytest.mark.parametrize(("rule", "label", "defect"), DEFECTS, ids=[f"{i}-{d[0]}" for i, d in enumerate(DEFECTS)])
def test_a_defect_is_found_at_its_node(rule: str, label: str, defect: Mutation, lines: list[Catalogue]) -> None:
    broken = workflow()
    defect(broken)
    found = [finding for finding in findings(broken, lines) if finding.rule == rule]
    assert found
    assert found[0].where.path == label
    assert found[0].where.line


def test_misspelt_names_are_answered_with_the_right_ones(lines: list[Catalogue]) -> None:
    broken = workflow()
    parameters(broken, "Post")["options"]["tiemout"] = 1
    assert [f.hint for f in findings(broken, lines)] == ["did you mean `timeout`?"]


ADDED: list[tuple[str, dict[str, Any]]] = [
    ("n8n.long-wait", node("More", "wait", 1.1, {"amount": 90, "unit": "seconds"})),
    ("n8n.python-code", node("More", "code", 2, {"language": "python", "pythonCode": "return []"})),
    ("n8n.one-line-only", node("More", "set", 3.5, {"mode": "raw", "jsonOutput": "{}", "options": {}})),
    ("n8n.removed-in-3", node("More", "executeWorkflow", 1.2, {"workflowId": "other1", "mode": "each"})),
    ("n8n.webhook-id", node("More", "webhook", 2, {"path": "in"})),
]


@pytest.mark.parametrize(("rule", "more"), ADDED, ids=[rule for rule, _ in ADDED])
def test_a_pitfall_is_told(rule: str, more: dict[str, Any], lines: list[Catalogue]) -> None:
    made = workflow()
    made["nodes"].append(more)
    made["connections"]["Sign"] = {"main": [[to("More")]]}
    assert rule in rules(made, lines)


SOUND: list[dict[str, Any]] = [
    node("More", "switch", 3.2, {"rules": {"values": []}, "options": {"fallbackOutput": "extra"}}),
    node("More", "merge", 3, {"mode": "append", "numberInputs": 2}),
    node("More", "summarize", 1.1, {"fieldsToSummarize": {"values": [{"aggregation": "sum", "field": "tokens"}]}}),
    node("More", "wait", 1.1, {"amount": "={{ $json.wait }}"}, webhookId="6a0b"),
    node("More", "stopAndError", 1, {"errorMessage": "={{ $json.text }}"}),
    node(
        "More",
        "slack",
        2.3,
        {"select": "channel", "channelId": "={{ $json.channel }}", "text": "x"},
        credentials={"slackApi": {}},
    ),
    node("More", "set", 3.4, {"mode": "raw", "jsonOutput": "={{ JSON.stringify({n: 1}) }}", "options": {}}),
    node("More", "httpRequest", 4.2, {"url": "={{ $json.u }}", "options": {"batching": {"batch": {"batchSize": 20}}}}),
    node("More", "splitInBatches", 3, {"batchSize": 50, "options": {}}),
    node("More", "noOp", 1, disabled=True),
]


@pytest.mark.parametrize("more", SOUND, ids=[one["type"] for one in SOUND])
def test_a_sound_node_has_no_findings(more: dict[str, Any], lines: list[Catalogue]) -> None:
    made = workflow()
    made["nodes"].append(more)
    made["connections"]["Sign"] = {"main": [[to("More")]]}
    assert [str(finding) for finding in findings(made, lines)] == []


def test_of_two_schedules_without_a_zone_the_live_one_is_named(lines: list[Catalogue]) -> None:
    made = workflow()
    made["settings"].pop("timezone", None)
    daily = {"rule": {"interval": [{"field": "days"}]}}
    off = node("Off", "scheduleTrigger", 1.2, daily, disabled=True)
    made["nodes"] = [off, *(n for n in made["nodes"] if n["type"] != "n8n-nodes-base.scheduleTrigger")]
    said = [one.message for one in findings(made, lines) if one.rule == "n8n.time-zone"]
    assert said == ["`Off` would start at a time of day of no named zone"]
    made["nodes"].append(node("Live", "scheduleTrigger", 1.2, daily))
    said = [one.message for one in findings(made, lines) if one.rule == "n8n.time-zone"]
    assert said == ["`Live` starts at a time of day of no named zone"]


@pytest.mark.parametrize("expression", ["1" * 5000 + " * * * *", "*/" + "1" * 5000 + " * * * *"])
def test_a_number_without_end_is_no_cron(expression: str, lines: list[Catalogue]) -> None:
    made = workflow()
    row = {"field": "cronExpression", "expression": expression}
    made["nodes"].append(node("Nightly", "scheduleTrigger", 1.2, {"rule": {"interval": [row]}}))
    assert "n8n.cron" in {one.rule for one in findings(made, lines)}


def test_the_old_cron_node_has_an_expression_of_its_own(lines: list[Catalogue]) -> None:
    made = workflow()
    made["nodes"].append(node("Old", "cron", 1, {"triggerTimes": {"item": [{"mode": "custom"}]}}))
    assert "n8n.cron" not in {one.rule for one in findings(made, lines)}


OFF: list[tuple[dict[str, Any], str]] = [
    ({"field": "cronExpression", "expression": "99 0 * * *"}, "n8n.cron"),
    ({"field": "sometimes"}, "n8n.bad-value"),
]


@pytest.mark.parametrize(("row", "rule"), OFF, ids=[rule for _, rule in OFF])
def test_what_is_wrong_with_a_node_that_is_off_waits_for_its_day(
    row: dict[str, Any], rule: str, lines: list[Catalogue]
) -> None:
    made = workflow()
    made["nodes"].append(node("Nightly", "scheduleTrigger", 1.2, {"rule": {"interval": [row]}}, disabled=True))
    made["connections"]["Nightly"] = {"main": [[to("Settings")]]}
    assert [(one.rule, one.level) for one in findings(made, lines)] == [(rule, Level.WARNING)]


def test_tools_of_an_agent_are_no_orphans_and_see_what_the_agent_sees(lines: list[Catalogue]) -> None:
    made = workflow()
    made["nodes"] += [
        node("Agent", "noOp", 1),
        node("Look up", "rssFeedReadTool", 1.2, {"url": "={{ $('Settings').first().json.day }}"}),
    ]
    made["connections"]["Sign"] = {"main": [[to("Agent")]]}
    made["connections"]["Look up"] = {"ai_tool": [[{"node": "Agent", "type": "ai_tool", "index": 0}]]}
    assert findings(made, lines) == []


def test_older_and_sloppier_files_are_read(lines: list[Catalogue]) -> None:
    made = workflow()
    made["connections"]["Sign"] = {"main": [None, []]}
    named(made, "Sign")["onError"] = "continueErrorOutput"
    named(made, "Post")["credentials"]["httpHeaderAuth"] = "a name"
    assert findings(made, lines) == []


REFUSED: list[tuple[str, Any, str]] = [
    ("position", None, "`position`"),
    ("position", {"x": 1, "y": 2}, "`position`"),
    ("position", ["1", "2"], "`position`"),
    ("position", [1, 2, 3], "`position`"),
    ("id", 7, "`id`"),
    ("typeVersion", "2", "`typeVersion`"),
    ("disabled", "true", "`disabled`"),
]


@pytest.mark.parametrize(("key", "value", "said"), REFUSED)
def test_what_n8n_2_refuses_to_import_is_said(lines: list[Catalogue], key: str, value: object, said: str) -> None:
    made = workflow()
    named(made, "Tell")[key] = value
    (found,) = [one for one in findings(made, lines) if one.rule == "n8n.shape"]
    assert (found.level, said in found.message, "n8n 2 refuses" in found.message) == (Level.ERROR, True, True)


@pytest.mark.parametrize("key", ["type", "index"])
def test_a_connection_says_which_input_it_enters(lines: list[Catalogue], key: str) -> None:
    made = workflow()
    del next(iter(made["connections"].values()))["main"][0][0][key]
    assert "n8n.shape" in {one.rule for one in findings(made, lines) if one.level is Level.ERROR}


OWN_DOLLAR = [
    "const cheerio = require('cheerio'); const $ = cheerio.load(html); $('.row').each(() => {}); return [];",
    "const load = ($) => $('h1').text(); return [];",
    "const hits = ['A'].filter(n => text.includes(`$('${n}')`)); return hits;",
    "const help = \"use $('Some Node') here\"; return [{json: {help}}];",
]


@pytest.mark.parametrize("code", OWN_DOLLAR)
def test_what_only_looks_like_a_node_is_none(lines: list[Catalogue], code: str) -> None:
    made = workflow()
    parameters(made, "Tell")["jsCode"] = code
    assert "n8n.reference-missing" not in {one.rule for one in findings(made, lines)}


def test_a_node_in_a_template_literal_is_asked_for(lines: list[Catalogue]) -> None:
    made = workflow()
    parameters(made, "Tell")["jsCode"] = "return [{json: {text: `so ${$('Gone').first().json.n} it is`}}];"
    assert "n8n.reference-missing" in {one.rule for one in findings(made, lines)}


def test_n8ns_own_fingerprint_is_no_secret(lines: list[Catalogue]) -> None:
    made = workflow()
    token = ".".join(["eyJhbGciOiJIUzI1NiIs", "eyJjcmVhdG9yIjoiIiwiaXNzIjoibjhuIn0", "c2lnbmVkLWJ5LW44bi1pdHNlbGY"])
    made["meta"] = {"fingerprint": token}
    assert findings(made, lines) == []
    assert lint({"list.json": json.dumps([made]).encode()}, lines) == []
    made["meta"] = {"note": token}
    assert {one.rule for one in findings(made, lines)} == {"secret.in-file"}


def test_what_only_may_fail_is_a_warning(lines: list[Catalogue]) -> None:
    broken = workflow()
    parameters(broken, "Tell")["jsCode"] = "try { return $('Gone').all() } catch { return [] }"
    assert [finding.level for finding in findings(broken, lines)] == [Level.WARNING]


def test_without_descriptions_the_other_rules_go_on() -> None:
    broken = workflow()
    broken["connections"]["Tell"]["main"][0].append(to("Nobody"))
    assert rules(broken) == {"n8n.connection-missing-node"}
