"""A plan read back from a rendered file: enough to judge workflows that tell somebody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator import resources
from generator.cli import main
from generator.commands.read import read_plan
from generator.errors import WrongUsage
from generator.rendering.build import build
from generator.replay.given import is_about, plan_of, read_given, run_of


@pytest.mark.parametrize("name", ["example", "prices"])
def test_clients_come_back_with_their_month_and_their_channels(name: str) -> None:
    plan = read_plan(Path(resources.mappings() / f"{name}.yaml"))[1]
    assert plan
    held = plan_of({"n8n/usage-thresholds.json": build(plan)["n8n/usage-thresholds.json"]})
    assert held
    assert [replace(client, cap=None) for client in plan.clients] == list(held.clients)
    assert [(one.key, one.name, one.channels) for one in plan.contacts] == [
        (one.key, one.name, one.channels) for one in held.contacts
    ]


@pytest.mark.parametrize("stem", ["log-call", "meter-usage-chunk"])
def test_a_workflow_that_others_call_is_known_by_its_nodes(tmp_path: Path, stem: str) -> None:
    plan = read_plan(Path(resources.mappings() / "example.yaml"))[1]
    assert plan
    (tmp_path / "mine.json").write_bytes(build(plan)[f"n8n/{stem}.json"])
    assert list(read_given([tmp_path / "mine.json"])) == [f"n8n/{stem}.json"]


def test_files_with_another_kind_of_source_are_about_another_mapping() -> None:
    table, own = (read_plan(Path(resources.mappings() / f"{name}.yaml"))[1] for name in ("table", "meter-per-rate"))
    assert table
    assert own
    files = {"make/meter-usage.json": build(table)["make/meter-usage.json"]}
    assert (is_about(files, table), is_about(files, own)) == (True, False)


@pytest.mark.parametrize("path", ["make/meter-usage", "n8n/meter-usage"])
def test_of_several_sources_files_belong_to_one_run(tmp_path: Path, path: str) -> None:
    plan = read_plan(Path(resources.mappings() / "several-sources.yaml"))[1]
    assert plan
    files = build(plan)
    for run in plan.runs:
        (tmp_path / f"{run.run}.json").write_bytes(files[f"{path}-{run.run}.json"])
        held = read_given([tmp_path / f"{run.run}.json"])
        assert list(held) == [f"{path}.json"]
        assert run_of(held, plan) == run
    with pytest.raises(WrongUsage, match="one source's run at a time"):
        read_given([tmp_path / f"{run.run}.json" for run in plan.runs])


def test_files_of_the_other_platform_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = read_plan(Path(resources.mappings() / "example.yaml"))[1]
    assert plan
    (tmp_path / "mine.json").write_bytes(build(plan)["make/meter-usage.json"])
    assert main(["replay", str(tmp_path / "mine.json"), "--engine", "n8n-logic"]) == 2
    assert "the files are for make; --engine n8n-logic plays none of them" in capsys.readouterr().err


def test_an_engine_that_plays_nothing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    case = ["--case", "stripe-events/failed-payment", "--quick"]
    assert main(["replay", *case, "--engine", "make", "--engine", "n8n-logic"]) == 0
    told = capsys.readouterr().err
    assert "n8n-logic played nothing" in told
    assert "make played nothing" not in told
