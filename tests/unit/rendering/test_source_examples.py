"""The examples of other usage sources render whole, with the request that their provider documents."""

from __future__ import annotations

import json

import pytest

from generator import resources
from generator.checking.rendered import check_rendered
from generator.commands.read import read_plan
from generator.rendering.build import build

ASKED = {
    "openai": ("https://api.openai.com/v1/organization/usage/completions?", "group_by%5B%5D=project_id"),
    "anthropic": ("https://api.anthropic.com/v1/organizations/usage_report/messages?", "group_by%5B%5D=workspace_id"),
}


@pytest.mark.parametrize("kind", ASKED)
def test_an_example_renders_without_a_finding(kind: str) -> None:
    _, plan, findings = read_plan(resources.mappings() / f"{kind}.yaml")
    assert plan
    assert not findings
    files = build(plan)
    assert not list(check_rendered({name: data for name, data in files.items() if name.endswith(".json")}))
    address, grouped = ASKED[kind]
    nodes = {node["name"]: node for node in json.loads(files["n8n/meter-usage.json"])["nodes"]}
    assert nodes["Pull usage"]["parameters"]["url"] == f"={address}{{{{ $json.query }}}}"
    blueprint = files["make/meter-usage.json"].decode()
    assert blueprint.count(address) == 4
    assert grouped in blueprint
    assert "2.source.url" not in blueprint
    for setup in ("n8n/SETUP.md", "make/SETUP.md"):
        assert "admin key" in files[setup].decode()
        assert "usage log" not in files[setup].decode()
