"""The rendered n8n files: reproducible, valid, and data where data belongs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.n8n import WORKFLOWS, cron, heartbeat, node_id
from generator.rendering.plan import Billing, Plan, Windows
from generator.rendering.run_time import READS_PER_SECOND

FILES = ("n8n/meter-usage.json", "n8n/meter-usage-chunk.json", "n8n/meter-usage-native.json")


@pytest.fixture(scope="module", params=["example", "meter-per-rate", "weighted", "watch"])
def plan(request: pytest.FixtureRequest) -> Plan:
    _, plan, _ = read_plan(resources.mappings() / f"{request.param}.yaml")
    assert plan
    return plan


@pytest.fixture(scope="module")
def files(plan: Plan) -> dict[str, bytes]:
    return build(plan)


def nodes(content: bytes) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in json.loads(content)["nodes"]}


def test_the_same_plan_gives_the_same_bytes(plan: Plan) -> None:
    assert build(plan) == build(plan)


def test_files_are_json_of_one_form(files: dict[str, bytes]) -> None:
    for name in FILES:
        content = files[name]
        assert (json.dumps(json.loads(content), indent=2, ensure_ascii=False) + "\n").encode() == content
        assert "⟦" not in content.decode()


def test_only_the_data_leaf_and_the_schedule_depend_on_the_mapping(plan: Plan) -> None:
    other = replace(plan, name="Other", clients=plan.clients[:1], windows=Windows("hour", "UTC", 5, "00:07"))
    one, two = (nodes(build(each)["n8n/meter-usage.json"]) for each in (plan, other))
    assert {name for name in one if one[name] != two[name]} == {"Mapping", "On schedule", "Backfill"}
    assert nodes(build(plan)["n8n/meter-usage-chunk.json"]) == nodes(build(other)["n8n/meter-usage-chunk.json"])


def test_names_from_outside_come_through_as_data(plan: Plan) -> None:
    odd = 'O\'Brien "={{ $env }}" ⟦ x ⟧ 🦊 \\ </script>'
    client = replace(plan.clients[0], name=odd, names=(odd,))
    workflow = nodes(build(replace(plan, name=odd, clients=(client,)))["n8n/meter-usage.json"])
    leaf = workflow["Mapping"]["parameters"]["jsonOutput"]
    assert not leaf.startswith("=")
    assert (json.loads(leaf)["name"], json.loads(leaf)["clients"][0]["names"]) == (odd, [odd])
    strings = [text for name in workflow if name not in {"Mapping", "Backfill"} for text in leaves(workflow[name])]
    assert not [text for text in strings if "O'Brien" in text]


def leaves(tree: Any) -> list[str]:
    if isinstance(tree, dict):
        return [text for value in tree.values() for text in leaves(value)]
    if isinstance(tree, list):
        return [text for value in tree for text in leaves(value)]
    return [tree] if isinstance(tree, str) else []


def test_expressions_carry_no_logic(files: dict[str, bytes]) -> None:
    allowed = {"={{ $now.toUTC().toISO() }}", "={{ $now.toMillis() }}", "={{ JSON.stringify($json.request.event) }}"}
    simple = r"""=[^{]*\{\{ (\$json|\$\('\w+'\)\.first\(\)\.json)(\.\w+)+ \}\}"""

    for name in FILES:
        for node in nodes(files[name]).values():
            for text in leaves(node["parameters"]):
                if text.startswith("=") and text not in allowed:
                    assert re.fullmatch(simple, text), (name, node["name"], text)


def test_one_expression_reads_the_clock(files: dict[str, bytes]) -> None:
    counts = {name: files[name].decode().count("$now") for name in FILES}
    assert counts == {FILES[0]: 1, FILES[1]: 1, FILES[2]: 2}
    for name in FILES:
        for node in nodes(files[name]).values():
            code = node["parameters"].get("jsCode", "")
            assert not any(word in code for word in ("Date.now", "new Date()", "require(", "$env", "DateTime.", "$now"))


def test_posts_to_stripe_are_tried_again_by_us_alone(files: dict[str, bytes]) -> None:
    for name in FILES:
        for node in nodes(files[name]).values():
            if node["type"].endswith((".httpRequest", ".stripe")):
                assert "retryOnFail" not in node
                assert node["onError"] == "continueRegularOutput"


def test_reads_go_out_as_fast_as_their_time_is_estimated(files: dict[str, bytes]) -> None:
    batch = nodes(files["n8n/meter-usage-chunk.json"])["Read Stripe"]["parameters"]["options"]["batching"]["batch"]
    assert batch["batchSize"] * 1000 // batch["batchInterval"] == READS_PER_SECOND


def test_the_child_keeps_no_execution_that_could_post_later(files: dict[str, bytes]) -> None:
    settings = json.loads(files["n8n/meter-usage-chunk.json"])["settings"]
    kept = ("saveDataErrorExecution", "saveDataSuccessExecution", "saveManualExecutions", "saveExecutionProgress")
    assert [settings[key] for key in kept] == ["none", "none", False, False]


def test_the_native_path_sleeps_and_names_its_pairs(plan: Plan, files: dict[str, bytes]) -> None:
    native = nodes(files["n8n/meter-usage-native.json"])
    properties = native["Create meter event"]["parameters"]["additionalFields"]["customPayload"]["properties"]
    assert native["On schedule"]["disabled"] is True
    assert [one["key"] for one in properties] == ([] if plan.billing is Billing.WEIGHTED else ["model", "token_type"])


def test_ids_that_others_hold_on_to_never_change() -> None:
    # A server updates a workflow by its id and a form by its webhook's: a new id would leave the old one live.
    assert WORKFLOWS == {
        "meter-usage": "tokentillMeter0001",
        "meter-usage-chunk": "tokentillChunk0001",
        "meter-usage-shard": "tokentillShard0001",
        "meter-usage-native": "tokentillNative001",
        "stripe-events": "tokentillEvents001",
        "meter-errors": "tokentillErrors001",
        "ops-errors": "tokentillOpsErr001",
        "log-call": "tokentillLogCall01",
        "usage-thresholds": "tokentillThresh001",
        "usage-cap": "tokentillCap000001",
        "gateway-call": "tokentillGateway01",
    }
    assert node_id("meter-usage", "clock") == "f01f791e-5b76-54b5-b27d-e0d2e7d8295c"


@pytest.mark.parametrize(
    ("windows", "expected"),
    [(Windows("day", "UTC", 1, "00:20"), "20 0 * * *"), (Windows("hour", "UTC", 1, "09:07"), "7 * * * *")],
)
def test_the_schedule_is_cron(windows: Windows, expected: str) -> None:
    assert cron(windows) == expected


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (Windows("day", "UTC", 1, "00:20"), "20 3 * * *"),
        (Windows("day", "UTC", 1, "22:05"), "5 1 * * *"),
        (Windows("hour", "UTC", 1, "09:07"), "7 */6 * * *"),
    ],
)
def test_the_last_run_is_looked_for_when_a_missed_one_is_26_hours_ago(windows: Windows, expected: str) -> None:
    assert heartbeat(windows) == expected


def test_every_workflow_names_the_one_that_tells_a_failed_run(files: dict[str, bytes]) -> None:
    named = {stem: json.loads(files[f"n8n/{stem}.json"])["settings"].get("errorWorkflow") for stem in WORKFLOWS}
    assert named == {stem: None if stem == "ops-errors" else "tokentillOpsErr001" for stem in WORKFLOWS}


def test_setup_names_every_credential(files: dict[str, bytes]) -> None:
    setup = files["n8n/SETUP.md"].decode()
    for name in FILES:
        for node in nodes(files[name]).values():
            for credential in node.get("credentials", {}).values():
                assert f"`{credential['name']}`" in setup


def test_templates_are_workflows_as_they_lie_there() -> None:
    for path in sorted(Path(resources.templates(), "n8n").glob("*.json")):
        workflow = json.loads(path.read_text(encoding="utf-8"))
        names = {node["name"] for node in workflow["nodes"]}
        ends = {end["node"] for outputs in workflow["connections"].values() for o in outputs["main"] for end in o}
        assert set(workflow["connections"]) | ends <= names
