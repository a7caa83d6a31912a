"""Rows → CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = set("-0123456789.")


def csv_text(rows: Iterable[Mapping[str, object]]) -> str:
    """Write rows under the names of the first one; text that would be taken for a formula stays text."""
    listed, text = list(rows), io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _no_formula(value) for name, value in row.items()} for row in listed)
    return text.getvalue()


def _no_formula(value: object) -> object:
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    return value if value[0] == "-" and set(value) <= _NUMBER else f"'{value}"
