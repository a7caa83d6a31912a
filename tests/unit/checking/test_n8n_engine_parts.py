"""The parts that lean on n8n's packages and on Node.js: cron, displayOptions, descriptions, JavaScript."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from generator.checking import n8n_javascript
from generator.checking.lint import gather
from generator.checking.n8n_catalogue import LINES, Catalogue, Line
from generator.checking.n8n_display import Scope, in_force, shown
from generator.checking.n8n_expressions import split
from generator.checking.n8n_nodes import catalogues
from generator.checking.n8n_schedule import cron
from generator.checking.workflow import Node
from generator.errors import OutsideWorld

from .builders import node, workflow


@pytest.mark.parametrize(
    "expression",
    [
        "15 2 * * *",
        "0 15 2 * * *",
        "@daily",
        "*/15 * * * *",
        "0 9 * * MON-FRI",
        "0 9 * * 7",
        "5/15 1,2 * jan *",
        " 0 9 * * 1-5 ",
    ],
)
def test_a_cron_that_n8n_schedules_is_fine(expression: str) -> None:
    assert cron(expression) == ""


@pytest.mark.parametrize(
    "expression",
    [
        "61 25 * * *",
        "* * * * * * *",
        "0 9 * *",
        "",
        "0 0 L * *",
        "0 0 1 13 *",
        "5-1 * * * *",
        "*/0 * * * *",
        "0 0 ? * MON",
        "x",
    ],
)
def test_a_cron_that_n8n_refuses_is_told(expression: str) -> None:
    assert cron(expression)


def at(version: float = 1, kind: str = "n8n-nodes-base.x") -> Node:
    return Node("x", kind, version, {}, {}, ())


CONDITIONS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({"show": {"mode": ["a"]}}, {"mode": "a"}, True),
    ({"show": {"mode": ["a"]}}, {"mode": "b"}, False),
    ({"show": {"mode": ["a"]}}, {}, False),
    ({"show": {"mode": ["a"]}}, {"mode": "={{ $json.x }}"}, True),
    ({"show": {"on": [True]}}, {"on": 1}, False),
    ({"hide": {"mode": ["a"]}}, {"mode": "a"}, False),
    ({"hide": {"mode": ["a"]}}, {}, True),
    ({"show": {"@version": [2]}}, {}, True),
    ({"show": {"@version": [{"_cnd": {"gte": 2.1}}]}}, {}, False),
    ({"show": {"@version": [{"_cnd": {"between": {"from": 1, "to": 3}}}]}}, {}, True),
    ({"show": {"@version": [1, {"_cnd": {"lt": 3}}]}}, {}, True),
    ({"show": {"mode": [{"_cnd": {"not": "a"}}]}}, {"mode": "b"}, True),
    ({"show": {"mode": [{"_cnd": {"exists": True}}]}}, {"mode": ""}, False),
    ({"show": {"mode": [{"_cnd": {"regex": "^a"}}]}}, {"mode": "ab"}, True),
    ({"show": {"/mode": ["a"], "deep.er": ["b"]}}, {"mode": "a", "deep": {"er": "b"}}, True),
    ({"show": {"mode": ["a"]}}, {"mode": {"__rl": True, "value": "a"}}, True),
    ({"show": {"list": ["a"]}}, {"list": ["b", "a"]}, True),
    ({"show": {"@tool": [True]}}, {}, False),
]


@pytest.mark.parametrize(("options", "values", "expected"), CONDITIONS, ids=range(len(CONDITIONS)))
def test_display_options_decide_as_in_n8n(options: Any, values: dict[str, Any], expected: bool) -> None:
    assert shown({"displayOptions": options}, Scope(values, values, at(2))) is expected


def test_defaults_that_depend_on_defaults_settle() -> None:
    definitions: list[Any] = [
        {"name": "c", "default": 3, "displayOptions": {"show": {"b": [2]}}},
        {"name": "c", "default": 4, "displayOptions": {"show": {"b": [8]}}},
        {"name": "b", "default": 2, "displayOptions": {"show": {"a": [1]}}},
        {"name": "b", "default": 8, "displayOptions": {"show": {"a": [9]}}},
        {"name": "a", "default": 1},
    ]
    assert in_force(definitions, {}, at()) == {"a": 1, "b": 2, "c": 3}
    assert in_force(definitions, {"a": 9}, at()) == {"a": 9, "b": 8, "c": 4}
    assert in_force(definitions, {"a": 9, "b": 2}, at()) == {"a": 9, "b": 2, "c": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ([], True)),
        ("a {{ b }} c {{ d }}", ([" b ", " d "], True)),
        ("{{ a", ([" a"], False)),
        (r"\{{ a }} {{ b }}", ([" b "], True)),
        ("{{ {a: {b: 1} } }}", ([" {a: {b: 1} } "], True)),
    ],
)
def test_expressions_are_cut_as_n8n_cuts_them(text: str, expected: tuple[list[str], bool]) -> None:
    assert split(text) == expected


PIECES = [
    ("expression", "$json.a", True),
    ("expression", "{ a: 1 }", True),
    ("expression", "$json.a // why", True),
    ("expression", "a; b", True),
    ("expression", "$json.a +", False),
    ("expression", "'open", False),
    ("code", "const a = await b();\nreturn [a];", True),
    ("code", "return [;", False),
    ("code", "}); (() => {", False),
]


@pytest.mark.parametrize(("kind", "code", "fine"), PIECES)
def test_javascript_is_judged_by_node(kind: str, code: str, fine: bool) -> None:
    made = workflow()
    text = f"={{{{ {code}\n}}}}" if kind == "expression" else code
    made["nodes"] = [node("Code", "code", 2, {"jsCode" if kind == "code" else "x": text})]
    found = list(n8n_javascript.check(gather({"x": json.dumps(made).encode()}).workflows))
    assert [finding.rule for finding in found] == ([] if fine else [f"n8n.{kind}-syntax"])


def test_code_is_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    made = workflow()
    code = f"}})(); require('fs').writeFileSync({json.dumps(str(mark))}, 'x'); (async function () {{"
    made["nodes"] = [node("Code", "code", 2, {"jsCode": code})]
    list(n8n_javascript.check(gather({"x": json.dumps(made).encode()}).workflows))
    assert not mark.exists()


def test_without_node_the_reader_is_told(tmp_path: Path) -> None:
    workflows = gather({"x": json.dumps(workflow()).encode()}).workflows
    (found,) = n8n_javascript.check(workflows, tmp_path / "no-such-node")
    assert found.rule == "n8n.node-missing"


def archive(folder: Path, descriptions: list[Any]) -> Path:
    """Pack descriptions as n8n's package does."""
    content = json.dumps(descriptions).encode()
    entry = tarfile.TarInfo("package/dist/types/nodes.json")
    entry.size = len(content)
    with tarfile.open(folder / "made.tgz", "w:gz") as made:
        made.addfile(entry, io.BytesIO(content))
    return folder / "made.tgz"


def test_descriptions_are_fetched_once_and_kept(tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(line: Line, folder: Path) -> Path:
        asked.append(line.version)
        return archive(folder, [{"name": "code", "version": [1, 2], "properties": [], "description": "x" * 999}])

    for _ in range(2):
        found, missing = catalogues(tmp_path, fetch)
        assert missing == []
        assert [catalogue.versions("n8n-nodes-base.code") for catalogue in found] == [[1, 2]] * len(LINES)
    assert asked == [line.version for line in LINES]
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == len(LINES)
    assert max(path.stat().st_size for path in kept) < 999


def offline(line: Line, folder: Path) -> Path:
    raise OutsideWorld("no network")


def broken(line: Line, folder: Path) -> Path:
    (folder / "x.tgz").write_bytes(b"<html>")
    return folder / "x.tgz"


@pytest.mark.parametrize("fetch", [offline, broken])
def test_descriptions_that_cannot_be_had_are_told(fetch: Any, tmp_path: Path) -> None:
    found, missing = catalogues(tmp_path, fetch)
    assert found == []
    assert {finding.rule for finding in missing} == {"n8n.descriptions-missing"}
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_cache_that_cannot_be_written_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    _, missing = catalogues(tmp_path / "file", lambda _, folder: archive(folder, []))
    assert missing


def test_an_installed_engine_saves_the_fetch(tmp_path: Path) -> None:
    package = tmp_path / "engine" / "node_modules" / "n8n-nodes-base"
    (package / "dist" / "types").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": LINES[-1].version}))
    (package / "dist" / "types" / "nodes.json").write_text(json.dumps([{"name": "code", "version": 2}]))
    found, missing = catalogues(tmp_path, offline)
    assert [catalogue.line for catalogue in found] == [LINES[-1]]
    assert len(missing) == 1


def test_both_lines_are_whole(lines: list[Catalogue]) -> None:
    for catalogue in lines:
        assert len(list(catalogue.types())) > 390
        assert catalogue.get("n8n-nodes-base.httpRequest", 4.2)
        assert catalogue.get("n8n-nodes-base.httpRequestTool", 4.2)
