"""Usage files as the nightly run reads them, also where a mapping has several sources."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator import resources
from generator.commands.log_facts import log_facts
from generator.commands.read import read_plan
from generator.errors import WrongUsage
from generator.metering.windows import covered


def test_a_call_that_two_sources_show_counts_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    _, plan, _ = read_plan(resources.mappings() / "several-sources.yaml")
    assert plan is not None
    path, moment = tmp_path / "usage.jsonl", datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
    row = {"client": "globex", "time": "2026-11-21T10:00:00Z", "input": 100, "output": 0}
    rows = [{**row, "model": model} for model in ("gpt-4o", "claude-3-haiku")]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    windows = covered(moment, "day", "UTC", 3)
    facts = log_facts([Path(f"app={path}"), Path(f"openai={path}")], plan, windows)
    assert sorted((fact.model, tokens) for fact, tokens in facts.items()) == [
        ("anthropic/claude-3-haiku", 100), ("openai/gpt-4o", 100),
    ]  # fmt: skip
    assert capsys.readouterr().err.count("left out (other source): 1 row, 100 tokens: globex") == 2
    with pytest.raises(WrongUsage, match="say whose usage it is, as in `app=FILE`: app, openai"):
        log_facts([path], plan, windows)
