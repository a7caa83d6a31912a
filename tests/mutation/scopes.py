"""Top-level declarations of inlined code: which of them a node's own lines reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_BEGINS = re.compile(
    r"^(?:function\*? (?P<f>\w+)|class (?P<c>\w+)|const (?P<k>[A-Z][A-Z_0-9]*)\b|(?P<own>(?:const|let|return)\b))", re.M
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
OWN = "(the node itself)"


@dataclass(frozen=True, slots=True)
class Scope:
    """A declaration: its name, where it lies, and whether the node can come to it."""

    name: str
    start: int
    end: int
    used: bool


def scopes(code: str) -> list[Scope]:
    """Cut code into its declarations, in order. What a node runs is its own lines and what they lead to."""
    begins = [*_BEGINS.finditer(code)]
    ends = [m.start() for m in begins] + [len(code)]
    pieces = [(m["f"] or m["c"] or m["k"] or OWN, *span) for m, span in zip(begins, pairwise(ends), strict=True)]
    words = {name: set[str]() for name, _, _ in pieces}
    for name, start, end in pieces:
        words[name] |= set(re.findall(r"[\w$]+", _COMMENT.sub("", code[start:end])))
    reached, todo = set[str](), [OWN]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += [word for word in words.get(name, ()) if word in words]
    return [Scope(name, start, end, name in reached) for name, start, end in pieces]


def scope_at(found: list[Scope], offset: int) -> Scope:
    """Find the declaration around a place."""
    return next((s for s in found if s.start <= offset < s.end), Scope(OWN, 0, 0, used=True))
