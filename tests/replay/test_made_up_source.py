"""A source is one folder: one that nobody has is checked, rendered and replayed without a change anywhere else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.plan import Plan
from generator.replay.command import Ask, Job, jobs
from generator.replay.engine import Engine

OWN = Path(__file__).parent / "sources"
MODES = ("example", "meter-per-rate", "weighted", "watch")
CASES = ("ledger-nights", "ledger-unsealed")


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Put the ledger beside our sources; gives the examples' business as it reads from there."""
    folder = tmp_path / "sources"
    shutil.copytree(resources.sources(), folder)
    shutil.copytree(OWN, folder, dirs_exist_ok=True)
    monkeypatch.setattr(resources, "sources", lambda: folder)
    found = []
    for mode in MODES:
        text = (resources.mappings() / f"{mode}.yaml").read_text(encoding="utf-8")
        path = tmp_path / f"{mode}.yaml"
        path.write_text(re.sub(r"^source:.*\n(?: .*\n)*", "source: {kind: ledger}\n", text, flags=re.M))
        _, plan, findings = read_plan(path)
        assert plan, findings
        found.append(plan)
    return found


def played(plans: list[Plan], engine: str) -> list[Job]:
    return list(jobs(Ask(plans, names=CASES), engine))


def test_on_make(plans: list[Plan]) -> None:
    rows = [job.play() for job in played(plans, "make")]
    assert [row.failures for row in rows if row.failures] == []
    assert {row.mode for row in rows} == {"dimensions", "meter_per_rate", "weighted", "watch"}
    assert all(row.counted for row in rows if row.mode != "watch")


@pytest.mark.engine
def test_on_n8n(plans: list[Plan], n8n_engines: Mapping[str, Engine]) -> None:
    rows = [job.play(n8n_engines["n8n"]) for job in played(plans, "n8n")]
    assert [row.failures for row in rows if row.failures] == []
    assert all(row.counted for row in rows if row.mode != "watch")
