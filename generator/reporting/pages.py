"""Pages: self-contained HTML from `templates/`, with every value escaped."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup, escape

from generator.rendering.texts import text_templates

COPY = "pages/copy.js"
"""Lets buttons copy what they name."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """The JavaScript that stands inside a page, and the data that it begins with."""

    text: Markup
    data: Markup

    @property
    def sources(self) -> Markup:
        """Name the script by its digest: the page's policy lets nothing else run."""
        if not self.text:
            return Markup("'none'")
        return Markup("'sha256-{}'").format(b64encode(sha256(self.text.encode()).digest()).decode())


def read_scripts(templates: Path, names: Sequence[str], data: object = None) -> Scripts:
    """Read plain JavaScript files in the order given; data travels as JSON beside them."""
    text = "\n".join((templates / name).read_text(encoding="utf-8") for name in names)
    return Scripts(Markup(f"\n{text}"), _json(data))


def _json(data: object) -> Markup:
    """Write JSON that cannot end the script element in which it stands, whatever names it holds."""
    text = json.dumps(data, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def render_page(templates: Path, name: str, values: dict[str, object], scripts: Scripts | None = None) -> str:
    """Fill one page; `name` is its path inside the templates."""
    environment = text_templates(templates, escaped=True)
    environment.filters |= {"coded": _coded, "tied": _tied}
    return environment.get_template(name).render({**values, "scripts": scripts or Scripts(Markup(), Markup("null"))})


def _coded(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = text.split("`")
    coded = (Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts))
    return Markup("").join(coded) if len(parts) % 2 else escape(text)


def _tied(text: str) -> str:
    """Keep a number and its percent sign on one line."""
    return text.replace(" %", "\u00a0%")
