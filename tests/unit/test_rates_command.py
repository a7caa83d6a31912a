"""`rates`: general and one client's prices, and a newer catalogue that is shown before it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator import resources
from generator.cli import main
from generator.commands import rates_update
from generator.pricing.catalogue import parse_catalogue
from generator.pricing.catalogue_changes import PriceChange, catalogue_changes

Captured = pytest.CaptureFixture[str]
SHAPES = str(resources.mappings() / "prices.yaml")
HEAD = 'as_of: "2026-11-22"\ncurrency: usd\nmodels:\n'


def rows(capsys: Captured, *words: str) -> list[dict[str, Any]]:
    assert main(["rates", *words, "--format", "json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_row_has_what_stripe_needs(capsys: Captured):
    [row] = [r for r in rows(capsys, SHAPES) if (r["model"], r["token_type"]) == ("openai/gpt-4o-mini", "input")]
    assert row["event_name"] == "ai_tokens_openai_gpt_4o_mini_input"
    assert row["dimensions"] == {"model": "openai/gpt-4o-mini", "token_type": "input"}
    assert [tier["up_to"] for tier in row["tiers"]] == ["50000", "inf"]
    assert [tier["unit_amount_decimal"] for tier in row["tiers"]] == ["0", "0.00003"]


def test_a_clients_own_prices_come_period_by_period_in_its_currency(capsys: Captured):
    found = [r for r in rows(capsys, SHAPES, "--client", "initech") if r["token_type"] == "input"]
    assert {row["currency"] for row in found} == {"eur"}
    mini = [(row["since"], row["unit_amount_decimal"]) for row in found if row["model"] == "openai/gpt-4o-mini"]
    assert mini == [("2026-11-01T05:00Z", "0.0000276"), ("2027-01-01T06:00Z", "0.00003036")]


def test_the_table_tells_tiers_and_what_is_to_come(capsys: Captured):
    assert main(["rates", SHAPES]) == 0
    shown = capsys.readouterr()
    assert "openai/gpt-4o input tokens: to 50,000 free; to 100,000,000 0.0005; the rest 0.00045" in shown.out
    assert "the mapping's terms change on 2027-01-01" in shown.err


def test_an_unknown_client_is_wrong_usage(capsys: Captured):
    assert main(["rates", SHAPES, "--client", "hooli"]) == 2
    assert "there are: acme, globex, initech, umbrella" in capsys.readouterr().err


def test_a_newer_catalogue_is_told_model_by_model():
    old = parse_catalogue(HEAD + '  "a/same": {"input": "1", "source": ""}\n  "a/gone": {"input": "1", "source": ""}\n')
    new = parse_catalogue(HEAD + '  "a/same": {"input": "2", "source": ""}\n  "a/new": {"output": "3", "source": ""}\n')
    assert list(catalogue_changes(old, new)) == [
        PriceChange("a/gone", "1 input", ""),
        PriceChange("a/new", "", "3 output"),
        PriceChange("a/same", "1 input", "2 input"),
    ]


def test_an_update_is_written_only_when_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured):
    path = tmp_path / "catalogue.yaml"
    newer = resources.catalogue_text().replace(
        '"anthropic/claude-2": {"input": "8"', '"anthropic/claude-2": {"input": "7"'
    )
    monkeypatch.setattr(resources, "catalogue_path", lambda: path)
    monkeypatch.setattr(rates_update, "_newer", lambda: newer)
    monkeypatch.setattr(
        rates_update, "catalogue", lambda: parse_catalogue(newer.replace('"input": "7"', '"input": "8"'))
    )
    assert main(["rates", "--update"]) == 0
    assert "~ anthropic/claude-2: 8 input, 24 output → 7 input, 24 output" in capsys.readouterr().out
    assert not path.exists()
    assert main(["rates", "--update", "--apply"]) == 0
    assert path.read_text(encoding="utf-8") == newer


def test_apply_alone_is_wrong_usage():
    assert main(["rates", "--apply"]) == 2
