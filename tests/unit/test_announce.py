"""`announce`: a client's last days as one month, at the terms that will hold, without a word about our cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.cli import main

EXAMPLE = Path(__file__).parents[2] / "mappings" / "example.yaml"
TERMS = "markup: 2\npricing: {free_tokens: 50000, monthly_credit: 1, retainer_billing: monthly}"


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    """Give a mapping with allowances, and 40 days of usage of which the last 30 are looked at."""
    own = tmp_path / "own.yaml"
    own.write_text(EXAMPLE.read_text(encoding="utf-8").replace("markup: 2", TERMS, 1), encoding="utf-8")
    days = [f"2026-10-{day:02}" for day in range(1, 32)] + [f"2026-11-{day:02}" for day in range(1, 10)]
    rows = "".join(f"{day}T18:00:00Z,acme,gpt-4o-mini,1000000,100000\n" for day in days)
    usage = tmp_path / "usage.csv"
    usage.write_text(f"time,client,model,input,output\n{rows}", encoding="utf-8")
    return ["acme", "--mapping", str(own), "--usage", str(usage), "--begins", "2026-12-01"]


def test_the_text_says_what_from_when_and_how(given: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["announce", *given]) == 0
    text = capsys.readouterr().out
    assert "from 1 December 2026 on" in text
    assert "the 30 days from 11 October 2026 to 9 November 2026 that would have been $11.53 for 33,000,000" in text
    assert "The first 50,000 tokens of each line are free, every month." in text
    assert "$1.00 of usage a month is on us." in text
    assert "Your fee of $1,500.00 a month stays as it is" in text


def test_the_days_can_be_chosen(given: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["announce", *given, "--days", "2", "--to", "2026-10-02", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["first"], shown["last"], shown["tokens"]) == ("2026-10-01", "2026-10-02", 2_200_000)
    assert shown["findings"] == []


def test_no_day_is_claimed_before_the_usage_begins(given: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["announce", *given, "--to", "2026-10-05"]) == 0
    assert "In the 5 days from 1 October 2026 to 5 October 2026 that" in capsys.readouterr().out
    assert main(["announce", *given, "--to", "2026-10-01"]) == 0
    assert "In the one day of 1 October 2026 that" in capsys.readouterr().out


def test_days_without_usage_are_not_announced(given: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["announce", *given, "--to", "2026-08-01"]) == 2
    assert "no usage of acme from 2026-07-03 to 2026-08-01" in capsys.readouterr().err
