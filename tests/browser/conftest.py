"""A real browser for our pages: Debian's Chromium, driven by Playwright; pages are opened as a reader opens them.

Without Chromium these tests are skipped, but where `CI` is set they fail: `.ci/run` installs it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from generator.cli import main
from tests.browser.opened import DESKTOP, Opened
from tests.lacking import lacking

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MODELS = {"gpt-4o": 1_000_000, "gpt-4o-mini": 4_000_000, "claude-3-haiku": 1_500_000}
SHOTS = os.environ.get("TOKENTILL_SHOTS")
"""A folder: `TOKENTILL_SHOTS=docs/pictures pytest tests/browser` makes the pictures of the docs again."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one browser for the session."""
    program = os.environ.get("TOKENTILL_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        lacking("no Chromium here: install Debian's package chromium, or name a program in TOKENTILL_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Give a function that opens a file; at the end no page may have erred or asked the network for anything."""
    contexts: list[BrowserContext] = []
    pages: list[Opened] = []

    def open_(path: Path, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Opened:
        viewport = ViewportSize(width=size[0], height=size[1])
        context = browser.new_context(viewport=viewport, color_scheme=scheme, offline=True)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        opened = Opened(context.new_page())
        pages.append(opened)
        opened.page.on("console", lambda message: opened.errors.append(f"{message.type}: {message.text}"))
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(path.as_uri())
        return opened

    yield open_
    for context in contexts:
        context.close()
    assert [error for opened in pages for error in opened.errors] == []
    assert [url for opened in pages for url in opened.requests if not url.startswith(("file:", "data:"))] == []


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Give a function that runs a command which writes a page, and gives the page's path."""

    def write(*words: str, option: str = "--html") -> Path:
        path = tmp_path_factory.mktemp("page") / f"{words[0]}.html"
        assert main([*words, option, str(path)]) == 0
        return path

    return write


@pytest.fixture
def shoot() -> Callable[[Opened, str], None]:
    """Give a function that keeps a picture for the docs, where TOKENTILL_SHOTS names a folder."""

    def keep(opened: Opened, name: str) -> None:
        if SHOTS:
            opened.page.evaluate("document.activeElement.blur()")
            opened.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))

    return keep


@pytest.fixture(scope="session")
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
