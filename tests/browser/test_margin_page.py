"""The margin page in a real browser: its figures are those of `margin`, and nothing keeps a reader out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.opened import DESKTOP, LOOKS, PHONE, Opened

EXAMPLE = Path(__file__).parents[2] / "mappings" / "example.yaml"
MODELS = {"acme": "gpt-4o", "globex": "gpt-4o", "initech": "gpt-4o-mini", "umbrella": "claude-3-haiku"}
TOKENS = {
    "acme": (104_000_000, 60_000_000),
    "globex": (88_000_000, 32_000_000),
    "initech": (800_000_000, 500_000_000),
    "umbrella": (280_000_000, 200_000_000),
}
"""A month in which four clients use $2,140 of tokens, and one of them $860."""
WAVE = (6, 8, 10, 12, 10, 8, 6, 4, 3, 3)
"""How a month's use falls on its days: three times these parts."""


@pytest.fixture(scope="module")
def usage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("usage") / "november.csv"
    lines = ["time,client,model,input,output"]
    for day in range(30):
        for client, (fresh, output) in TOKENS.items():
            part = WAVE[(day + len(client)) % 10]
            name = f"2026-11-{day + 1:02},{client},{MODELS[client]}"
            lines.append(f"{name},{fresh * part // 210},{output * part // 210}")
    for client, (fresh, output) in TOKENS.items():
        spent = [tuple(map(int, line.split(",")[3:])) for line in lines[1:] if f",{client}," in line]
        left = fresh - sum(one for one, _ in spent), output - sum(two for _, two in spent)
        lines.append(f"2026-11-30,{client},{MODELS[client]},{left[0]},{left[1]}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def page(usage: Path, written: Callable[..., Path]) -> Path:
    return written("margin", str(EXAMPLE), "--usage", str(usage))


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_nothing_keeps_a_reader_out(
    page: Path, open_page: Callable[..., Opened], shoot: Callable[..., None], size: tuple[int, int], scheme: str
):
    opened = open_page(page, size, scheme)
    assert opened.serious() == []
    assert opened.wider_than_the_screen() == 0
    if (size, scheme) in ((DESKTOP, "light"), (PHONE, "dark")):
        shoot(opened, f"margin-{'desktop' if size == DESKTOP else 'phone'}")


def test_the_figures_of_the_story_are_on_the_page(page: Path, open_page: Callable[..., Opened]):
    opened = open_page(page)
    assert opened.text("h1") == (
        "$2,140.00 of tokens for 4 clients on $5,200.00 of retainers: 41.15\u00a0% goes to tokens."
    )
    first = opened.page.locator("section[aria-labelledby=share] tbody tr").first
    assert first.inner_text().split() == ["Acme", "Legal", "57.33", "%", "$640.00"]
    bar, track = (first.locator(f"rect.{name}").bounding_box() for name in ("part", "track"))
    assert bar
    assert track
    assert round(bar["width"] / track["width"], 3) == 0.573
    row = opened.page.locator("section[aria-labelledby=clients] tbody tr").first
    assert row.inner_text().split("\t")[1:] == [
        "164,000,000",
        "$860.00",
        "$1,500.00",
        "57.33 %",
        "$640.00",
        "$1,720.00",
        "$2,360.00",
    ]


def test_every_day_has_its_columns_and_their_heights_add_up(page: Path, open_page: Callable[..., Opened]):
    bars = open_page(page).page.locator(".days svg rect")
    heights = [float(bars.nth(n).get_attribute("height") or 0) for n in range(bars.count())]
    assert bars.count() == 90
    tops = [sum(heights[n : n + 3]) for n in range(0, 90, 3)]
    assert round(max(tops), 1) == 100
    assert "2026-11-01, openai/gpt-4o: $" in (bars.first.text_content() or "")


def test_each_clients_days_open_by_the_keyboard(page: Path, open_page: Callable[..., Opened]):
    opened = open_page(page)
    block = opened.page.locator("section[aria-labelledby=detail] details").first
    assert not block.locator("table").is_visible()
    block.locator("summary").focus()
    opened.page.keyboard.press("Enter")
    assert block.locator("table").is_visible()
    assert block.locator("tbody tr").count() == 30


def test_a_client_dearer_than_its_charge_is_marked_in_words_and_figures(
    usage: Path, written: Callable[..., Path], open_page: Callable[..., Opened]
):
    opened = open_page(written("margin", "--usage", str(usage), "--client", "acme", "--retainer", "500"))
    assert opened.text("h1").endswith("172.00\u00a0% goes to tokens.")
    assert "-$360.00" in opened.text("dl.tiles")
    assert opened.page.locator("rect.part.over").count() == 1
