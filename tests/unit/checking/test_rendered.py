"""What `build` asks of its own files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.checking.rendered import check_rendered

from .builders import Mutation, night, node, to, workflow


def rules(**files: Any) -> set[str]:
    contents = {f"{name}.json": json.dumps(data).encode() for name, data in files.items()}
    return {finding.rule for finding in check_rendered(contents)}


def test_sound_files_have_no_findings() -> None:
    assert rules(one=workflow(), two=night()) == set()


BROKEN_WORKFLOWS: list[tuple[str, Mutation]] = [
    ("n8n.workflow-id", lambda w: w.pop("id")),
    ("n8n.workflow-id", lambda w: w.update(id="nodigits")),
    ("n8n.workflow-id", lambda w: w.update(id="far-too-long-for-the-command-line-1")),
    ("n8n.left-over", lambda w: w.update(pinData={"Manual": [{}]})),
    ("n8n.left-over", lambda w: w.update(active=True)),
    ("n8n.missing-workflow", lambda w: w["settings"].update(errorWorkflow="elsewhere1")),
    ("n8n.execution-order", lambda w: w["settings"].pop("executionOrder")),
    ("n8n.history", lambda w: w["settings"].pop("saveDataErrorExecution")),
    ("n8n.history", lambda w: w["settings"].update(saveDataErrorExecution="none")),
    ("n8n.history", lambda w: w["settings"].update(saveDataSuccessExecution="none")),
    ("n8n.history", lambda w: w["settings"].update(saveDataSuccessExecution="DEFAULT")),
    ("n8n.reference-missing", lambda w: w["nodes"][-1]["parameters"].update(value="={{ $('Gone').all() }}")),
]


@pytest.mark.parametrize(("rule", "defect"), BROKEN_WORKFLOWS)
def test_a_broken_workflow_is_refused(rule: str, defect: Mutation) -> None:
    broken = workflow()
    defect(broken)
    assert rules(one=broken) == {rule}


def test_a_sub_workflow_must_be_rendered_with_its_parent() -> None:
    parent = workflow()
    called = {"__rl": True, "mode": "id", "value": "child01"}
    parent["nodes"].append(node("Call", "executeWorkflow", 1.2, {"workflowId": called}))
    parent["connections"]["Sign"] = {"main": [[to("Call")]]}
    assert rules(parent=parent) == {"n8n.missing-workflow"}
    assert rules(parent=parent, child=workflow() | {"id": "child01"}) == set()


def test_a_called_workflow_may_forget_its_runs() -> None:
    called = workflow()
    called["nodes"] = [n for n in called["nodes"] if n["name"] != "Manual"]
    night = next(n for n in called["nodes"] if n["name"] == "Night")
    night.update(type="n8n-nodes-base.executeWorkflowTrigger", parameters={"inputSource": "passthrough"})
    called["connections"].pop("Manual", None)
    called["settings"].update(saveDataErrorExecution="none", saveDataSuccessExecution="none")
    assert "n8n.history" not in rules(one=called)


def test_every_workflow_names_the_error_workflow_that_is_rendered_with_it() -> None:
    one, handler = workflow(), workflow() | {"id": "errors01"}
    handler["nodes"] = [node("Failed", "errorTrigger", 1), *handler["nodes"]]
    handler["connections"] |= {"Failed": {"main": [[to("Settings")]]}}
    assert rules(one=one, handler=handler) == {"n8n.untold-failure"}
    one["settings"].update(errorWorkflow="errors01")
    assert rules(one=one, handler=handler) == set()


@pytest.mark.parametrize("path", ["", "tokentill", "Tokentill-Cap", "cap", "tokentill-", "tokentill-2", 5])
def test_those_who_call_find_a_webhook_under_an_address_of_ours(path: Any) -> None:
    one = workflow()
    parameters = {"httpMethod": "POST", "path": "tokentill-cap", "options": {}}
    one["nodes"].append(node("Asked", "webhook", 2.1, parameters, webhookId="hook1"))
    assert rules(one=one) == set()
    parameters["path"] = "tokentill-cap-eu-1"
    assert rules(one=one) == set()
    parameters["path"] = path
    assert "n8n.address" in rules(one=one)


@pytest.mark.parametrize("asked", [None, "none", "n8nUserAuth", ["basicAuth"]])
def test_a_form_asks_for_a_password(asked: Any) -> None:
    one = workflow()
    parameters = {"authentication": "basicAuth", "options": {"path": "tokentill-backfill"}}
    one["nodes"].append(node("Asked", "formTrigger", 2.2, parameters, webhookId="hook1"))
    assert "n8n.open-form" not in rules(one=one)
    parameters["authentication"] = asked
    assert "n8n.open-form" in rules(one=one)


def test_a_workflow_that_is_called_with_a_key_keeps_no_run() -> None:
    one = workflow()
    one["nodes"] = [n for n in one["nodes"] if n["name"] != "Night"]
    one["connections"].pop("Night", None)
    parameters = {"httpMethod": "POST", "path": "tokentill-cap", "authentication": "headerAuth", "options": {}}
    one["nodes"].append(node("Asked", "webhook", 2.1, parameters, webhookId="hook1"))
    assert "n8n.history" in rules(one=one)
    one["settings"].update(saveDataErrorExecution="none", saveDataSuccessExecution="none")
    assert "n8n.history" in rules(one=one)
    one["settings"].update(saveManualExecutions=False)
    assert "n8n.history" not in rules(one=one)


def test_a_service_is_asked_with_a_time_limit() -> None:
    one = workflow()
    asking = next(n for n in one["nodes"] if n["type"].endswith("httpRequest"))
    asking["parameters"]["options"].pop("timeout")
    assert rules(one=one) == {"n8n.no-time-limit"}


BROKEN_SCENARIOS: list[tuple[str, Mutation]] = [
    ("make.account-part", lambda s: s["metadata"].update(zone="eu2.make.com")),
    ("make.account-part", lambda s: s["flow"][1]["parameters"].update(apiKeyKeychain=7)),
    ("make.editor-state", lambda s: s["flow"][1]["metadata"].update(restore={})),
    ("make.layout", lambda s: s["flow"][1].update(metadata={})),
    ("make.layout", lambda s: s["flow"][4].update(filter={"conditions": [[{"a": "{{1.day}}", "o": "exist"}]]})),
    ("make.reference-missing", lambda s: s["flow"][1]["mapper"].update(url="{{70.url}}")),
    ("make.second-clock", lambda s: s["flow"][1]["mapper"].update(url="{{now}}")),
]


@pytest.mark.parametrize(("rule", "defect"), BROKEN_SCENARIOS)
def test_a_broken_scenario_is_refused(rule: str, defect: Mutation) -> None:
    broken = night()
    defect(broken)
    assert rules(one=broken) == {rule}


def test_pages_are_searched_for_secrets() -> None:
    page = f"# Setup\n\nUse `whsec_{'4eC39HqLyjWDarjtT1zdp7dc'}`.\n".encode()
    (found,) = check_rendered({"SETUP.md": page, "other.md": b"nothing"})
    assert (found.rule, found.where.file, found.where.line) == ("secret.in-file", "SETUP.md", 3)
