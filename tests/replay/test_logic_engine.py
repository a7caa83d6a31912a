"""n8n's logic without n8n: cases pass as on the real engine, and what it does not know ends the replay."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from generator.cli import main
from generator.errors import EngineFailure
from generator.rendering.build import build
from generator.replay.case import load_cases
from generator.replay.command import Job
from generator.replay.engine import Files
from generator.replay.logic_engine import LogicEngine, OnlyReal
from generator.replay.n8n.logic.process import LogicProcess
from generator.replay.stage import Outcome, play
from generator.stripe_mock import Switches
from tests.replay.test_worlds import PLANS

CASES = {case.key: case for case in load_cases()}
PLAN = PLANS[0]
FILES = build(PLAN)
Change = Callable[[dict[str, Any]], None]


def changed(change: Change, path: str = "n8n/meter-usage-chunk.json", node: str = "Post meter events") -> Files:
    data = json.loads(FILES[path])
    change(next(one for one in data["nodes"] if one["name"] == node))
    return {**FILES, path: json.dumps(data).encode()}


def played(files: Files) -> Outcome:
    return play(CASES["ordinary-day"], PLAN, files, LogicEngine(), Switches())


@pytest.mark.parametrize("case", ["old-retry", "cron-twice", "backfill", "killed-anywhere", "slack-down", "timeout"])
def test_a_case_of_the_real_engine_passes(case: str) -> None:
    row = Job(CASES[case], PLAN, "n8n-logic", 1, None).play()
    assert row.passed, row.failures


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda node: node.update(type="n8n-nodes-base.stripe"), "n8n-nodes-base.stripe"),
        (lambda node: node.update(typeVersion=9), "httpRequest 9"),
        (lambda node: node.update(executeOnce=True), "executeOnce"),
        (lambda node: node["parameters"].update(provideSslCertificates=True), "provideSslCertificates"),
        (lambda node: node["parameters"]["options"].update(proxy="http://example.com"), "proxy"),
        (lambda node: node.update(onError="continueErrorOutput"), "continueErrorOutput"),
    ],
)
def test_what_it_does_not_know_is_not_passed_over(change: Change, words: str) -> None:
    with pytest.raises(OnlyReal, match=f"only the real n8n engine can play this file: Post meter events.*{words}"):
        played(changed(change))


def test_a_node_without_its_credential_posts_nothing() -> None:
    outcome = played(changed(lambda node: node.pop("credentials")))
    assert outcome.counted == 0
    assert outcome.failures


def test_an_address_outside_the_world_is_named() -> None:
    outcome = played(changed(lambda node: node["parameters"].update(url="https://stripe.example.org/v2")))
    assert any("stray connection to stripe.example.org" in words for words in outcome.failures)


def load(process: LogicProcess, code: str) -> None:
    """Load a workflow of one Code node."""
    node = {"name": "Code", "type": "n8n-nodes-base.code", "typeVersion": 2, "parameters": {"jsCode": code}}
    begin = {"name": "Begin", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "parameters": {}}
    nodes = [{**one, "position": [0, 0]} for one in (begin, node)]
    connections = {"Begin": {"main": [[{"node": "Code", "type": "main", "index": 0}]]}}
    settings = {"executionOrder": "v1"}
    process.tell("load", files=[{"id": "w", "nodes": nodes, "connections": connections, "settings": settings}])


@contextmanager
def loaded(code: str) -> Iterator[LogicProcess]:
    """Give a process with a workflow of one Code node."""
    process = LogicProcess()
    try:
        load(process, code)
        yield process
    finally:
        process.close()


def started(process: LogicProcess) -> Mapping[str, Any]:
    runs = [{"id": 1, "trigger": "Begin", "items": [{"json": {"n": 1}}]}]
    return process.tell("start", workflow="w", runs=runs, seed=1, now=1_793_500_000_000).ended[0]


def run_code(code: str) -> Mapping[str, Any]:
    """Run it; gives how it ended."""
    with loaded(code) as process:
        return started(process)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("return process.env;", "process is not defined"),
        ("return require('fs');", "require is not defined"),
        ("return $input.all.constructor('return process')();", "Code generation from strings disallowed"),
        ("return $.constructor.constructor('return process')();", "Code generation from strings disallowed"),
        ("return eval('1');", "Code generation from strings disallowed"),
        ("return await import('node:fs');", "import"),
    ],
)
def test_the_code_of_a_workflow_reaches_nothing_of_the_machine(code: str, words: str) -> None:
    ended = run_code(code)
    assert ended["status"] == "error"
    assert words in ended["error"]


def test_code_reads_the_replays_clock_and_the_same_chance() -> None:
    code = "return [{ json: { now: new Date().toISOString(), ms: Date.now(), chance: Math.random() } }];"
    assert run_code(code) == run_code(code)
    assert '"now":"2026-11-01T02:26:40.000Z","ms":1793500000000' in run_code(code)["trace"]


def never_ends(process: LogicProcess) -> None:
    with pytest.MonkeyPatch.context() as hasty:
        hasty.setattr("generator.replay.n8n.logic.process._PATIENCE_S", 0.5)
        with pytest.raises(EngineFailure, match="did not end"):
            started(process)


def test_code_without_end_ends_with_its_node() -> None:
    with loaded("for (;;) {}") as process:
        never_ends(process)
        assert process._process.returncode is not None


def test_the_workflow_after_it_gets_a_fresh_node() -> None:
    with loaded("for (;;) {}") as process:
        never_ends(process)
        load(process, "return [];")
        assert started(process)["status"] == "success"


def test_engines_may_be_named_together(capsys: pytest.CaptureFixture[str]) -> None:
    case = ["--case", "ordinary-day", "--mode", "dimensions", "--quick", "--format", "json"]
    assert main(["replay", *case, "--engine", "make", "--engine", "n8n-logic"]) == 0
    assert [row["engine"] for row in json.loads(capsys.readouterr().out)] == ["make", "n8n-logic"]
