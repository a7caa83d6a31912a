"""The statement in a real browser: what a client reads adds up, and holds nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.opened import DESKTOP, LOOKS, Opened

EXAMPLE = Path(__file__).parents[2] / "mappings" / "example.yaml"
MODELS = {"gpt-4o": 1_000_000, "gpt-4o-mini": 4_000_000, "claude-3-haiku": 1_500_000}


@pytest.fixture(scope="module")
def usage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a month of usage that swings with the week."""
    path = tmp_path_factory.mktemp("usage") / "usage.jsonl"
    rows = [
        {
            "time": f"2026-11-{day:02}T15:00:00Z",
            "client": "acme",
            "model": model,
            "input": tokens * (3 + day * 5 % 7) // (20 if day % 7 < 2 else 5),
            "output": tokens * (2 + day * 3 % 5) // (60 if day % 7 < 2 else 16),
        }
        for day in range(1, 31)
        for model, tokens in MODELS.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def statement(written: Callable[..., Path], usage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.mktemp("mapping") / "own.yaml"
    text = EXAMPLE.read_text(encoding="utf-8")
    own.write_text(text.replace("markup: 2", "markup: 2\npricing: {free_tokens: 50000}"), encoding="utf-8")
    return written("statement", "acme", "--period", "2026-11", "--mapping", str(own), "--usage", str(usage))


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_nothing_keeps_a_client_out(
    statement: Path, open_page: Callable[..., Opened], shoot: Callable[..., None], size: tuple[int, int], scheme: str
):
    opened = open_page(statement, size, scheme)
    assert opened.serious() == []
    assert opened.wider_than_the_screen() == 0
    if (size, scheme) == (DESKTOP, "light"):
        shoot(opened, "statement")


def test_the_page_adds_up_and_shows_nothing_of_ours(statement: Path, open_page: Callable[..., Opened]):
    opened = open_page(statement)
    amounts = opened.page.locator(".lines tbody tr td:last-child").all_inner_texts()
    cents = sum(int(amount.strip("$").replace(",", "").replace(".", "")) for amount in amounts)
    total = opened.text("#total")
    assert total == f"${cents // 100:,}.{cents % 100:02}"
    assert opened.text(".figures .main dd") == total
    assert "the first 50,000, free" in opened.text(".lines")
    content = opened.page.content().lower()
    assert [word for word in ("your cost", "margin of", "markup", "provider cost", "cus_") if word in content] == []
