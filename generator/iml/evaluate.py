"""Evaluate fields: text with expressions in it, compiled once."""

from __future__ import annotations

from functools import lru_cache

from generator.iml.compiler import compile_node
from generator.iml.faults import ImlFault
from generator.iml.scope import Scope
from generator.iml.template import parse
from generator.iml.tree import Template
from generator.iml.values import Value, text
from generator.iml.words import WORDS as WORDS
from generator.iml.words import Compiled as Compiled


@lru_cache(maxsize=8192)
def compile_text(source: str) -> Compiled:
    """Compile a field: one expression alone keeps its type, anything else becomes text."""
    try:
        return _compiled(parse(source))
    except RecursionError:
        raise ImlFault("an expression is nested too deeply for the interpreter") from None


def _compiled(template: Template) -> Compiled:
    if template.typed:
        return compile_node(template.typed.node)
    if all(isinstance(part, str) for part in template.parts):
        plain = "".join(part for part in template.parts if isinstance(part, str))
        return lambda _: plain
    parts = [part if isinstance(part, str) else compile_node(part.node) for part in template.parts]
    return lambda s: "".join(part if isinstance(part, str) else text(part(s)) for part in parts)


def evaluate(source: str, scope: Scope) -> Value:
    """Evaluate a field."""
    return compile_text(source)(scope)
