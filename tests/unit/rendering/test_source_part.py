"""A source is one folder: a made-up one is rendered without a change anywhere else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.mapping.load import load
from generator.mapping.places import Places
from generator.mapping.sources import kinds, source_facts
from generator.pricing.catalogue import parse_catalogue
from generator.rendering.build import build
from generator.rendering.resolve import make_plan

KINDS = "title: a made-up ledger\ntakes: [per_page]\nclients: [shelf, drawer]\nready_s: 7200\n"
NODE = {"nodes": {"Pull usage": {"type": "n8n-nodes-base.dataTable", "alwaysOutputData": True}}}
MODULES = {
    "50": [
        {"id": 55, "metadata": {"designer": {"x": 1, "y": 2, "name": "Each box"}}},
        {"filter": None},
    ]
}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Add a source to a copy of ours; gives a mapping that names it."""
    folder = tmp_path / "sources"
    shutil.copytree(resources.sources(), folder)
    own = folder / "ledger"
    own.mkdir()
    (own / "source.yaml").write_text(KINDS, encoding="utf-8")
    (own / "n8n.js").write_text('const SOURCE_TITLE = "the ledger";\n', encoding="utf-8")
    (own / "n8n.json").write_text(json.dumps(NODE), encoding="utf-8")
    (own / "make.json").write_text(json.dumps(MODULES), encoding="utf-8")
    (own / "make.iml").write_text("⟦%- macro source_title() %⟧the ledger⟦% endmacro %⟧\n", encoding="utf-8")
    monkeypatch.setattr(resources, "sources", lambda: folder)
    text = (resources.mappings() / "example.yaml").read_text(encoding="utf-8")
    mapping = tmp_path / "ledger.yaml"
    mapping.write_text(
        re.sub(r"^source:.*\n(?: .*\n)*", "source: {kind: ledger}\n", text, flags=re.M), encoding="utf-8"
    )
    return mapping


def rendered(path: Path, **source: str) -> tuple[dict[str, bytes], list[str]]:
    loaded = load(path)
    assert loaded.mapping, loaded.findings
    mapping = loaded.mapping.model_copy(update={"source": loaded.mapping.source.model_copy(update=source)})
    plan, findings = make_plan(mapping, parse_catalogue(resources.catalogue_text()), Places("ledger.yaml"))
    return build(plan) if plan else {}, [finding.rule for finding in findings]


def modules(flow: list[Any]) -> list[Any]:
    return [m for module in flow for m in [module, *(n for r in module.get("routes", []) for n in modules(r["flow"]))]]


def test_a_made_up_source_puts_its_own_parts_into_the_templates(ledger: Path) -> None:
    files, _ = rendered(ledger)
    nodes = {node["name"]: node for node in json.loads(files["n8n/meter-usage.json"])["nodes"]}
    assert nodes["Pull usage"]["type"] == "n8n-nodes-base.dataTable"
    assert all('"the ledger"' in nodes[name]["parameters"]["jsCode"] for name in ("Windows", "Next page", "Totals"))
    source = '"source": {"kind": "ledger", "client": "shelf", "per_page": 1000, "ready_s": 7200}'
    assert source in files["n8n/mapping.txt"].decode()
    blueprint = files["make/meter-usage.json"].decode()
    each = [m for m in modules(json.loads(blueprint)["flow"]) if m["id"] in (50, 55)]
    assert [(m["id"], "filter" in m) for m in each] == [(55, True), (50, False)]
    assert "the ledger: the answer has no rows" in blueprint
    assert "the usage log" not in blueprint


def test_a_workflow_without_its_nodes_stays_as_it_is(ledger: Path) -> None:
    files, _ = rendered(ledger)
    plain, _ = rendered(resources.mappings() / "example.yaml")
    assert files["n8n/meter-usage-chunk.json"] == plain["n8n/meter-usage-chunk.json"]


def test_a_word_for_clients_is_one_of_the_kinds(ledger: Path) -> None:
    assert "source.client" in rendered(ledger, client="box")[1]
    assert "source.client" not in rendered(ledger, client="drawer")[1]


@pytest.mark.parametrize("kind", [kind for kind in kinds() if "make" not in source_facts(kind).platforms])
def test_the_blueprint_for_a_source_of_n8n_alone_says_so(kind: str) -> None:
    plan = read_plan(resources.mappings() / f"{kind}.yaml")[1]
    assert plan
    files = build(plan)
    assert f"{source_facts(kind).title}, which Make cannot read" in files["make/meter-usage.json"].decode()
    assert "**Make cannot read this source**" in files["make/SETUP.md"].decode()
