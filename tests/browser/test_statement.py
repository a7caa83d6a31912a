"""The statement in a real browser: what a client reads adds up, and holds nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.opened import DESKTOP, LOOKS, Opened

EXAMPLE = Path(__file__).parents[2] / "mappings" / "example.yaml"


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
