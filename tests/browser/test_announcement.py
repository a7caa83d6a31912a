"""The announcement in a real browser: the client's own figures, and a text that can be copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.opened import LOOKS, Opened

EXAMPLE = Path(__file__).parents[2] / "mappings" / "example.yaml"


@pytest.fixture(scope="module")
def announcement(written: Callable[..., Path], usage: Path) -> Path:
    words = ["--mapping", str(EXAMPLE), "--usage", str(usage), "--begins", "2027-01-01"]
    return written("announce", "acme", *words)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_nothing_keeps_a_client_out(
    announcement: Path, open_page: Callable[..., Opened], size: tuple[int, int], scheme: str
):
    opened = open_page(announcement, size, scheme)
    assert opened.serious() == []
    assert opened.wider_than_the_screen() == 0


def test_the_text_to_send_is_copied_with_the_figures_of_the_page(announcement: Path, open_page: Callable[..., Opened]):
    opened = open_page(announcement)
    total = opened.text("#total")
    opened.page.get_by_role("button", name="Copy").click()
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert "from 1 January 2027 on, your AI usage is billed by what you use. In the 30 days from 1 November" in copied
    assert f"would have been {total} for" in copied
    assert opened.text(".lines tfoot td:last-child") == total
    content = opened.page.content().lower()
    assert [word for word in ("your cost", "margin of", "markup", "provider", "cus_", "1500") if word in content] == []
