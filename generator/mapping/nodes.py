"""YAML text → plain data and the place of every key. Scalars stay the text as written, so no number is rounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from generator.errors import UnreadableInput
from generator.mapping.findings import Finding, Level, Place
from generator.mapping.places import KeyPath, Places, dotted
from generator.mapping.rules import Rule

Data = None | str | list["Data"] | dict[str, "Data"]

SYNTAX = Rule(
    "mapping.syntax",
    Level.ERROR,
    "the file is not YAML",
    "mend the line; indent with spaces, quote text with signs in it",
)
DUPLICATE = Rule("mapping.duplicate-key", Level.ERROR, "a key stands twice in one block", "keep one of the two")
REPEATED = Rule(
    "mapping.repeated-part",
    Level.ERROR,
    "a part is repeated with `&` and `*`, or carries a `!tag`",
    "write the part out in full",
)

STAR = "put a text that begins with `*` in quotes, like '*@acme.com'"
OPEN = {"while scanning a simple key", "while scanning a quoted scalar"}
UNEVEN = {"mapping values are not allowed here", "did not find expected key", "expected <block end>, but found '?'"}
ORDINARY = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}


@dataclass(slots=True)
class Reading:
    """What was read from one text: the data (None where there is none), places, findings."""

    places: Places
    data: Data = None
    findings: list[Finding] = field(default_factory=list)


def read(text: str, file: str) -> Reading:
    """Read one YAML document; everything wrong with it as YAML becomes a finding."""
    reading = Reading(Places(file))
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        if root is None:
            reading.places.marks[()] = (1, 1)
        else:
            reading.data = _build(root, (), reading, set())
    except YAMLError as error:
        reading.findings.append(_syntax(error, text, file))
    except RecursionError:
        raise UnreadableInput(f"{file}: nested too deeply to be a mapping") from None
    return reading


def _syntax(error: YAMLError, text: str, file: str) -> Finding:
    if isinstance(error, ReaderError):
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1)
        return SYNTAX.at(place, f"not YAML: the character U+{ord(text[error.position]):04X} is not allowed in a file")
    mark = _mark(error) if isinstance(error, MarkedYAMLError) else None
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    hint = STAR if "alias" in f"{problem} {context}" else _uneven(text, place.line) if problem in UNEVEN else ""
    return SYNTAX.at(place, f"not YAML: {problem}" + (f" ({context})" if context else ""), hint)


def _uneven(text: str, line: int) -> str:
    """Say how a line is indented, and the one above, where they differ and nothing else in it looks wrong."""
    *_, above, own = [""] + [one for one in text.split("\n")[:line] if one.strip() and one.lstrip()[0] != "#"]
    depths = [len(one) - len(one.lstrip(" ")) for one in (own, above)]
    if depths[0] == depths[1] or own.count(": ") > 1:
        return ""
    return f"it is indented by {depths[0]}, the line above by {depths[1]}: keys of one block begin in one column"


def _mark(error: MarkedYAMLError) -> Any:
    """Name where a key without `:` or an open quote begins, not where the parser gives up."""
    return error.context_mark if error.context in OPEN else error.problem_mark


def _build(node: Node, path: KeyPath, reading: Reading, seen: set[int]) -> Data:
    mark = node.start_mark
    reading.places.marks.setdefault(path, (mark.line + 1, mark.column + 1))
    if id(node) in seen or node.tag not in ORDINARY:
        why = f"carries the tag {node.tag}" if node.tag not in ORDINARY else "is not written out"
        reading.findings.append(REPEATED.at(reading.places.at(*path), f"{dotted(path) or 'the file'} {why}"))
        return None
    seen.add(id(node))
    if isinstance(node, MappingNode):
        return {key: _build(value, (*path, key), reading, seen) for key, value in _entries(node, path, reading)}
    if isinstance(node, SequenceNode):
        return [_build(item, (*path, index), reading, seen) for index, item in enumerate(node.value)]
    plain_null = node.tag == "tag:yaml.org,2002:null" and not getattr(node, "style", None)
    return None if plain_null else str(node.value)


def _entries(node: MappingNode, path: KeyPath, reading: Reading) -> Iterator[tuple[str, Node]]:
    first: dict[str, int] = {}
    for key_node, value in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode):
            reading.findings.append(
                SYNTAX.at(Place(reading.places.file, *place), "a key is a list or a block, not text")
            )
        elif (key := str(key_node.value)) in first:
            where = Place(reading.places.file, *place, dotted((*path, key)))
            message = f"{dotted((*path, key))} stands twice; the first one is on line {first[key]}"
            reading.findings.append(DUPLICATE.at(where, message))
        else:
            first[key] = place[0]
            reading.places.marks[(*path, key)] = place
            yield key, value
