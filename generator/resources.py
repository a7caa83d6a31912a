"""Finds what ships with the package: templates, mappings, schema, catalogue; in a checkout or an installed wheel.

And where what is downloaded is kept.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from generator.errors import TemplateError

PACKAGE = Path(__file__).parent


@cache
def templates() -> Path:
    """Give the folder of the templates."""
    return _shipped("templates")


@cache
def mappings() -> Path:
    """Give the folder of the example mappings and their schema."""
    return _shipped("mappings")


@cache
def sources() -> Path:
    """Give the folder that has one folder for each kind of usage source."""
    return PACKAGE / "sources"


def catalogue_text() -> str:
    """Give the text of the committed price catalogue."""
    return catalogue_path().read_text(encoding="utf-8")


def catalogue_path() -> Path:
    """Give the file of the committed price catalogue."""
    return PACKAGE / "pricing" / "catalogue.yaml"


def kept() -> Path:
    """Give the folder in which downloads and compiled templates are kept; `TOKENTILL_CACHE` moves it."""
    return Path(os.environ.get("TOKENTILL_CACHE") or user_cache_path("tokentill"))


def _shipped(name: str) -> Path:
    for folder in (PACKAGE / "_data" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise TemplateError(f"the folder {name} is missing: neither a checkout nor a whole installation")
