"""Rules over windows that no mapping file can break yet."""

from pathlib import Path

import pytest

from generator import resources
from generator.mapping import checks_windows
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.mapping.places import Places
from generator.mapping.words import WindowSize


def example(zone: str, size: WindowSize) -> Mapping:
    mapping = load(resources.mappings() / "example.yaml").mapping
    assert mapping
    windows = mapping.windows.model_copy(update={"zone": zone, "size": size})
    source = mapping.source.model_copy(update={"kind": "made_up"})
    return mapping.model_copy(update={"windows": windows, "source": source})


def rules(mapping: Mapping) -> list[str]:
    return [finding.rule for finding in checks_windows.check(mapping, Places("agency.yml"))]


def test_a_source_of_utc_days_needs_utc_days_or_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "made_up").mkdir()
    (tmp_path / "made_up" / "source.yaml").write_text("title: a made-up report\nutc: true\n", encoding="utf-8")
    monkeypatch.setattr(resources, "sources", lambda: tmp_path)
    assert rules(example("America/Chicago", WindowSize.DAY)) == ["windows.utc-source"]
    assert rules(example("UTC", WindowSize.DAY)) == []
    assert rules(example("Africa/Abidjan", WindowSize.DAY)) == []
    assert rules(example("America/Chicago", WindowSize.HOUR)) == []
