"""Pages: self-contained HTML from `templates/`, with every value escaped."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape


def render_page(templates: Path, name: str, values: dict[str, object]) -> str:
    """Fill one page; `name` is its path inside the templates."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"coded": _coded, "tied": _tied}
    return environment.get_template(name).render(values)


def _coded(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = text.split("`")
    coded = (Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts))
    return Markup("").join(coded) if len(parts) % 2 else escape(text)


def _tied(text: str) -> str:
    """Keep a number and its percent sign on one line."""
    return text.replace(" %", "\u00a0%")
