"""From the text of a field to its parts: where expressions begin and end."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from generator.iml.faults import ImlSyntaxError
from generator.iml.grammar import parse_expression
from generator.iml.tree import Expression, Template

OPEN: Final = re.compile(r"\{\{(?!\{)")
INSIDE: Final = re.compile(r'"(?:[^"]|"")*"|`[^`]*`|\{\{|\}\}')


@lru_cache(maxsize=8192)
def parse(text: str) -> Template:
    """Parse a field. Raises `ImlSyntaxError` with the offset in the field."""
    parts: list[str | Expression] = []
    start, end = _open(text, 0), 0
    while start >= 0:
        if start > end:
            parts.append(text[end:start])
        close = _close(text, start)
        parts.append(_expression(text, start, close))
        end = close + 2
        start = _open(text, end)
    if end < len(text) or not parts:
        parts.append(text[end:])
    return Template(tuple(parts))


def expressions(text: str) -> list[Expression | ImlSyntaxError]:
    """Parse every expression of a field on its own: one that is broken does not hide the next."""
    found: list[Expression | ImlSyntaxError] = []
    start = _open(text, 0)
    while start >= 0:
        end = text.find("}}", start) + 2
        try:
            close = _close(text, start)
            end = close + 2
            found.append(_expression(text, start, close))
        except ImlSyntaxError as error:
            found.append(error)
        start = _open(text, end) if end > start else -1
    return found


def _open(text: str, start: int) -> int:
    match = OPEN.search(text, start)
    return match.start() if match else -1


def _close(text: str, start: int) -> int:
    """Find the `}}` of a template; braces inside texts and backticks do not count."""
    for match in INSIDE.finditer(text, start + 2):
        if match[0] == "}}":
            return match.start()
        if "{{" in match[0]:
            raise ImlSyntaxError("an expression inside an expression", match.start() + match[0].index("{{"))
    raise ImlSyntaxError("'{{' without '}}'", start)


def _expression(text: str, start: int, close: int) -> Expression:
    inside = text[start + 2 : close]
    node = parse_expression(inside, start + 2) if inside.strip() else None
    return Expression(node, start, close + 2)
