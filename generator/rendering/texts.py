"""Text templates: how Jinja2 reads every file of ours that is no JSON."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def text_templates(folder: Path, *, escaped: bool = False) -> Environment:
    """Read the templates of a folder; a name that nobody gave is an error. ``escaped``: values go into HTML."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
