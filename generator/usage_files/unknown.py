"""What to say of a file that has no known shape."""

from __future__ import annotations

from collections.abc import Sequence

from generator.errors import UnreadableInput
from generator.usage_files.shapes import known_shapes

TOTALS = frozenset({"tokens", "total_tokens", "token_count", "total"})
"""Columns that people have where kinds of tokens are not told apart."""


def unknown(name: str, found: Sequence[str]) -> UnreadableInput:
    """Say what was found in a file that has no known shape, and what is known."""
    fields = ", ".join(title for title in found[:30]) or "nothing"
    shapes = "".join(f"\n  - {shape}" for shape in known_shapes())
    hint = "Own rows need: model, and input, output or both; they may have time, client, cached_input, cached_write."
    hint += "\nOr one count per row: model, token_type, tokens."
    if any(title.lower() in TOTALS for title in found):
        hint += (
            "\nA total alone has no price: input and output cost differently. Give one column for each kind of token."
        )
    return UnreadableInput(f"{name}: no token counts found in it. It has: {fields}\nKnown shapes:{shapes}\n{hint}")
