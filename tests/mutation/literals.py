"""Literals inside a text: the strings and numbers of JavaScript and of expressions, and the digits of anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "number"]

_JS = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
      | (?P<number>(?<![\w$.])\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?n?\b)
      | (?P<word>[\w$]+|\)|\])
      | (?P<slash>/)
      | (?P<tick>`)
      | (?P<brace>[{}])
      | (?P<other>\S)""",
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\]|\\.)*\])+/\w*")
_CHUNK = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_BEFORE_A_REGEX = frozenset({"return", "typeof", "case", "of", "in", "yield"})
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """One literal: where its content lies in the text (without quotes), and what it is."""

    start: int
    end: int
    kind: Kind


def of_javascript(text: str) -> list[Token]:
    """List strings, static parts of template literals and numbers of a piece of JavaScript, comments left out."""
    return sorted(_lexed(text), key=lambda token: token.start)


def _lexed(text: str) -> Iterator[Token]:
    at, before, open_ticks, depth = 0, "", list[int](), 0
    while match := _JS.search(text, at):
        at, kind = match.end(), str(match.lastgroup)
        if kind == "string":
            yield Token(match.start() + 1, at - 1, "string")
        elif kind == "number":
            yield Token(match.start(), at, "number")
        elif kind == "slash" and not _divides(before) and (regex := _REGEX.match(text, match.start())):
            at = regex.end()
        elif kind == "brace":
            depth += 1 if match[0] == "{" else -1
            if open_ticks and match[0] == "}" and depth == open_ticks[-1]:
                open_ticks.pop()
                kind = "tick"
        if kind == "tick":
            chunk = _CHUNK.match(text, at)
            assert chunk is not None
            if chunk[0]:
                yield Token(at, chunk.end(), "string")
            at = chunk.end()
            if text.startswith("${", at):
                open_ticks.append(depth)
                depth, at = depth + 1, at + 2
            else:
                at += 1
        if kind != "comment":
            before = match[0]


def _divides(before: str) -> bool:
    """Whether a slash after this token is a division and no regular expression."""
    return bool(re.fullmatch(r"[\w$]+|\)|\]", before)) and before not in _BEFORE_A_REGEX


def of_expression(text: str) -> list[Token]:
    """List quoted strings and runs of digits of an expression or of any other text."""
    strings = [Token(m.start() + 1, m.end() - 1, "string") for m in _QUOTED.finditer(text) if "{{" in text]
    numbers = [Token(m.start(), m.end(), "number") for m in _DIGITS.finditer(text)]
    return sorted([*strings, *numbers], key=lambda token: (token.start, token.end))


def changed(number: str, by: int) -> str:
    """Move a number as it is written: `007` → `008`, `24n` → `25n`, `1.5` → `1.6`; never below 0."""
    match = re.match(r"^(.*?)(\d+)(n?)$", number.replace("_", ""))
    if match is None:
        return number
    head, digits, tail = match.groups()
    return f"{head}{str(max(0, int(digits) + by)).zfill(len(digits))}{tail}"
