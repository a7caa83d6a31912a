"""Expressions of a Make blueprint: they parse, and call functions that exist with arguments that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from generator.checking.blueprint import Blueprint, Module
from generator.checking.document import Pointer, quoted
from generator.iml.faults import ImlSyntaxError
from generator.iml.functions import FUNCTIONS, UNOFFICIAL
from generator.iml.template import expressions
from generator.iml.tree import Call, Expression, Node, Reference, children
from generator.iml.words import WORDS
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

SYNTAX = Rule(
    "make.iml-syntax",
    Level.ERROR,
    "an expression does not parse",
    "mend it: texts stand in double quotes (a quote inside is doubled), arguments are separated by `;`",
)
ESCAPED = Rule(
    "make.doubled-escaping",
    Level.ERROR,
    'an expression holds `\\"`: its quotes were escaped once more than JSON needs, and a backslash means nothing in it',
    'write `"` in the expression; in the file that is `\\"`, not `\\\\\\"`',
)
FUNCTION = Rule(
    "make.iml-function",
    Level.ERROR,
    "an expression calls a function that Make does not have",
    "use a function of Make's list (or one of your organisation's own, on Enterprise)",
)
ARGUMENTS = Rule(
    "make.iml-arguments",
    Level.ERROR,
    "a function is called with too few or too many arguments",
    "call it as the message shows. Arguments are separated by `;`",
)
WORD = Rule(
    "make.iml-word",
    Level.WARNING,
    "a word stands in an expression that is neither a module, nor a text in quotes, nor one of Make's words; it "
    "is empty",
    "put texts in double quotes",
)

_DOUBLED_SIGN = re.compile(r"([&|])\1")
_DOUBLED = re.compile(r'\\"')
_SPACES = {"var", "parameters", "connection", "item", "temp", "common", "data", "body", "headers", "oauth"}
_SEEN = UNOFFICIAL | {"dateDifference", "parseJson", "toJson", "escapeJson"}
"""Not in the official list, but met in exports of 2026: a warning, since they may exist."""
_SISTER = frozenset(
    {
        *("escapeMarkdown", "arrayDifference", "arrayElement", "mergeCollections", "isBlank", "in", "ifin", "case"),
        *("addWeekDays", "dayOfMonth", "dayOfWeek", "daysInMonth", "daysInSplitWeek", "daysInYear", "dateMax"),
        *("dateMin", "startOfMonth", "endOfMonth", "year", "month", "hour", "minute", "second", "isWeekend"),
        *("weekDayDiff", "workMinutesDiff"),
    }
)
"""Functions that only Workfront Fusion documents, Adobe's build of the same engine; its blueprints look the same."""
_MODULES = {
    "json": "a JSON module",
    "parseJSON": "*Parse JSON*",
    "toJSON": "*Transform to JSON*",
    "createJSON": "*Create JSON*",
}
_ABSENT = frozenset({*_MODULES, "exists", "char"})
"""Runs that failed with "Function … not found!" are on record for each of these."""
_SIGNS = {"and": "&", "or": "|"}
_ELSEWHERE = frozenset(
    {
        *("and", "or", "not", "concat", "concatenate", "substr", "left", "right", "mid", "len", "count", "size"),
        *("pow", "power", "log", "exp", "sqrt", "mod", "parseInt", "parseFloat", "toNumber", "number", "text"),
        *("dateDiff", "dateAdd", "startOfDay", "endOfDay", "addWeeks", "today", "date", "isEmpty"),
        *("coalesce", "ifnull", "filter", "reduce", "find", "startsWith", "endsWith", "toLowerCase", "toUpperCase"),
    }
)
"""Functions of other languages that people expect here. Any other name may be an organisation's own function."""


@dataclass(frozen=True, slots=True)
class Field:
    """One text that Make reads as an expression: `nodes` are those of its good parts, `broken` are its bad parts."""

    module: Module
    pointer: Pointer
    text: str
    nodes: tuple[Node, ...]
    broken: tuple[ImlSyntaxError, ...]
    doubled: bool = False
    """Its conditions are joined by `&&` or `||`, which ran for some who wrote so."""


def fields(subject: Blueprint) -> list[Field]:
    """Parse every expression of the blueprint, once for all rules."""
    made: list[Field] = []
    for module in subject.modules:
        for pointer, text in module.fields():
            if "{{" in text:
                made.append(_field(module, pointer, text))
    return made


@lru_cache(maxsize=4096)
def parsed(text: str) -> tuple[Expression | ImlSyntaxError, ...]:
    """Parse every expression of a text, once per run: generated blueprints repeat long ones."""
    return tuple(expressions(text))


def _every(tree: Node) -> Iterator[Node]:
    """Walk a tree in reading order without recursion, so that no expression is too deep to judge."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(list(children(node)))


def check(subject: Blueprint, texts: list[Field]) -> Iterator[Finding]:
    """Judge the form of every expression."""
    for field in texts:
        for rule, message, hint, level in _complaints(field):
            yield rule.at(subject.place(field.module, *field.pointer), message, hint, level=level)


_Complaint = tuple[Rule, str, str, Level | None]
"""A rule, what was found, and a hint and a level where the usual ones do not fit."""


def _complaints(field: Field) -> Iterator[_Complaint]:
    if field.doubled:
        message = f"module {field.module.id}: `&&` or `||` stands in {quoted(field.text)}; Make documents `&` and `|`"
        yield SYNTAX, message, "write the sign once", Level.WARNING
    for error in field.broken:
        yield _syntax(field, error)
    for node in field.nodes:
        if isinstance(node, Call):
            yield from _call(field, node)
        elif isinstance(node, Reference) and not _is_known(node):
            message = f"module {field.module.id}: {quoted(node.root)} is no module and no word that Make knows"
            yield WORD, message, "", None


def _field(module: Module, pointer: Pointer, text: str) -> Field:
    found = parsed(text)
    broken = tuple(part for part in found if isinstance(part, ImlSyntaxError))
    if broken and (once := _DOUBLED_SIGN.sub(r" \1", text)) != text:  # of the same length: places stay
        left = tuple(part for part in parsed(once) if isinstance(part, ImlSyntaxError))
        if not left:
            return Field(module, pointer, text, _nodes(once), (), doubled=True)
    return Field(module, pointer, text, _nodes(text), broken)


@lru_cache(maxsize=4096)
def _nodes(text: str) -> tuple[Node, ...]:
    good = (part.node for part in parsed(text) if not isinstance(part, ImlSyntaxError) and part.node is not None)
    return tuple(node for tree in good for node in _every(tree))


def _syntax(field: Field, error: ImlSyntaxError) -> _Complaint:
    around = field.text[max(0, error.offset - 25) : error.offset + 15]
    message = f"module {field.module.id}: {error.message} at character {error.offset + 1}, near {quoted(around)}"
    rule = ESCAPED if _DOUBLED.search(field.text[max(0, error.offset - 2) : error.offset + 2]) else SYNTAX
    return rule, message, "", None


def _call(field: Field, call: Call) -> Iterator[_Complaint]:
    function = FUNCTIONS.get(call.name)
    if function is None or call.name in UNOFFICIAL:
        near = [] if call.name in _ABSENT else get_close_matches(call.name, FUNCTIONS, 1, 0.85)
        doubtful = call.name in _SEEN or call.name in _SISTER
        sure = not doubtful and (near or call.name in _ELSEWHERE | _ABSENT or call.name in WORDS)
        message = f"module {field.module.id}: there is no function {quoted(call.name)}"
        hint = f"did you mean `{near[0]}`?" if near and not doubtful else ""
        hint = f"use {_MODULES[call.name]}, a module" if call.name in _MODULES else hint
        hint = f"write `{_SIGNS[call.name]}` between the conditions" if call.name in _SIGNS else hint
        hint = f"write `{call.name}` without parentheses: it is a word" if call.name in WORDS else hint
        yield FUNCTION, message, hint, None if sure else Level.WARNING
        return
    count = len(call.arguments)
    surplus = function.most is not None and count > function.most
    if count < function.least or surplus:
        message = f"module {field.module.id}: {count} arguments, but it is `{function.signature}`"
        yield ARGUMENTS, message, "", Level.WARNING if surplus else None


def _is_known(node: Reference) -> bool:
    root = node.root
    return root.isdigit() or root in _SPACES or (not node.steps and not node.quoted and root in WORDS)
