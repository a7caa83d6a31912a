"""Files that work together hold one mapping; the odd one out is named."""

from __future__ import annotations

import json
from typing import Any

from generator.checking.lint import lint

from .builders import module, night, node, workflow

OURS, OTHER = '{"format": 1, "clients": ["acme"]}', '{"format": 1, "clients": ["acme", "globex"]}'


def n8n(text: str) -> dict[str, Any]:
    made = workflow()
    made["nodes"].append(node("Mapping", "set", 3.4, {"mode": "raw", "jsonOutput": text, "options": {}}))
    return made


def make(text: str) -> dict[str, Any]:
    made = night()
    parsed = module(30, "json:ParseJSON", {"json": f'{{"now": "{{{{1.day}}}}", {text[1:]}'})
    parsed["metadata"]["designer"]["name"] = "Mapping"
    made["flow"].append(parsed)
    return made


def odd(**files: Any) -> list[str]:
    contents = {f"{name.replace('_', '/')}.json": json.dumps(data).encode() for name, data in files.items()}
    return [finding.where.file for finding in lint(contents, []) if finding.rule == "lint.mapping-differs"]


def test_one_that_differs_from_the_others_is_named() -> None:
    assert odd(n8n_a=n8n(OURS), n8n_b=n8n(OTHER), n8n_c=n8n(OURS)) == ["n8n/b.json"]
    assert odd(make_a=make(OURS), make_b=make(OURS), make_c=make(OTHER)) == ["make/c.json"]


def test_files_of_other_folders_and_platforms_are_not_compared() -> None:
    assert odd(mine_a=n8n(OURS), mine_b=make(OTHER), theirs_a=n8n(OTHER)) == []


def test_a_mapping_that_is_not_of_ours_is_let_be() -> None:
    assert odd(a=n8n(OURS), b=n8n('{"rows": 1}'), c=workflow()) == []
