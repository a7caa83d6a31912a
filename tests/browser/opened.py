"""A page as a reader has it: what it shows, what went wrong, what left the machine."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

PHONE, DESKTOP = (390, 844), (1280, 900)
LOOKS = [(size, scheme) for size in (PHONE, DESKTOP) for scheme in ("light", "dark")]


@dataclass(slots=True)
class Opened:
    """One page as a reader has it, and what went wrong or left the machine while it was open."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        """Give what a reader sees there."""
        return self.page.locator(selector).inner_text()

    def serious(self) -> list[str]:
        """List axe's serious and critical findings, one line each."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run().then(({violations}) => violations)")
        return [
            f"{one['id']}: {one['help']}: {node['html'][:120]}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def wider_than_the_screen(self) -> int:
        """Give the pixels that a reader would have to scroll sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))
