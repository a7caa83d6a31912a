"""A JSON file that remembers where its parts stand, and that is never believed to be fine when it could not be read."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from generator.mapping.findings import Finding, Level, Place
from generator.mapping.rules import Rule

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Pointer: TypeAlias = "tuple[str | int, ...]"
"""Keys and indexes from the top of the file down to one value."""

DEEPEST = 150
"""Levels of nesting that we follow; real exports have fewer than 60."""

NOT_READ = Rule(
    "lint.not-read",
    Level.ERROR,
    "the file is missing, empty, not UTF-8 or not JSON",
    "export it again from the editor",
)
BOM = Rule(
    "lint.byte-order-mark",
    Level.WARNING,
    "the file begins with a byte order mark, which n8n's command line and Make's API refuse",
    "save it as UTF-8 without a byte order mark",
)
REPEATED_KEY = Rule(
    "lint.repeated-key",
    Level.WARNING,
    "an object names one key twice; readers keep only the last",
    "remove the one that is not meant",
)

_WIDE = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(slots=True)
class Document:
    """One parsed file. `text` is what `data` was read from; places are worked out only when somebody asks."""

    file: str
    text: str
    data: Json
    _offsets: dict[Pointer, int] = field(default_factory=dict)
    _lines: list[int] = field(default_factory=list)

    def place(self, pointer: Pointer, label: str = "") -> Place:
        """Say where the value at `pointer` stands (or the nearest one around it); `label` is its module id or node."""
        if not self._lines:
            self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
            self._offsets = dict(_offsets(self.text))
        while pointer and pointer not in self._offsets:
            pointer = pointer[:-1]
        offset = self._offsets.get(pointer, 0)
        line = bisect_right(self._lines, offset)
        return Place(self.file, line, offset - self._lines[line - 1] + 1, label)


def read(file: str, content: bytes) -> tuple[Document | None, list[Finding]]:
    """Turn the bytes of `file` into a document, or say why they are none. Findings may come with a document, too."""
    top = Place(file)
    findings: list[Finding] = []
    for mark, name in _WIDE:
        if content.startswith(mark):
            return None, [NOT_READ.at(top, f"the file is {name}, not UTF-8", hint="save it as UTF-8")]
    if content.startswith(b"\xef\xbb\xbf"):
        findings.append(BOM.at(top, "the file begins with a byte order mark (EF BB BF)"))
        content = content[3:]
    if not content.strip():
        return None, [*findings, NOT_READ.at(top, "the file is empty")]
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        message = f"byte {error.start} (0x{content[error.start]:02X}) is not UTF-8"
        return None, [*findings, NOT_READ.at(top, message, hint="save it as UTF-8")]
    repeated: list[str] = []
    try:
        data = parse(text, repeated)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg}"
        return None, [*findings, NOT_READ.at(Place(file, error.lineno, error.colno), message)]
    except (ValueError, RecursionError) as error:
        return None, [*findings, NOT_READ.at(top, f"not JSON that can be read: {error}")]
    if is_too_deep(data):
        return None, [*findings, NOT_READ.at(top, f"values are nested more than {DEEPEST} levels deep")]
    findings += [
        REPEATED_KEY.at(top, f"key {quoted(key)} stands twice in one object") for key in dict.fromkeys(repeated)
    ]
    return Document(file, text, data), findings


def parse(text: str, repeated: list[str] | None = None) -> Json:
    """Read JSON as browsers do (no NaN, no Infinity); keys that stand twice in one object are added to `repeated`."""

    def as_dict(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        if repeated is not None and len(made) != len(pairs):
            seen: set[str] = set()
            repeated.extend(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return made

    data: Json = json.loads(text, parse_constant=_refuse, object_pairs_hook=as_dict)
    return data


def is_too_deep(data: Json) -> bool:
    """Tell whether `data` nests deeper than we follow."""
    level: list[Json] = [data]
    for _ in range(DEEPEST):
        level = [child for value in level for child in children(value)]
        if not level:
            return False
    return True


def children(value: Json) -> Iterator[Json]:
    """Yield what stands directly inside an object or a list."""
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def strings(value: Json, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Yield every text inside `value` with its pointer, in file order."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*pointer, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strings(inner, (*pointer, index))


def as_dict(value: Json) -> dict[str, Json]:
    """Take an object as it is and anything else as an empty one: other rules speak of wrong types."""
    return value if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Json]:
    """Take a list as it is and anything else as an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Json) -> str:
    """Take a text as it is and anything else as an empty one."""
    return value if isinstance(value, str) else ""


def quoted(value: Json, most: int = 60) -> str:
    """Show a foreign value in a message: on one line, cut, and printable everywhere."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.encode("utf-8", "backslashreplace").decode()
    line = " ".join(text.split())
    return f"`{line if len(line) <= most else line[: most - 1] + '…'}`"


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _offsets(text: str) -> Iterator[tuple[Pointer, int]]:
    """Walk the tokens of valid JSON and yield where each value, or the key before it, begins."""
    path: list[str | int] = []
    key_at: int | None = None
    name: str | None = None
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign in "}]":
            path.pop()
            name, key_at = None, None
        elif sign == ",":
            if isinstance(path[-1], int):
                path[-1] += 1
            else:
                name, key_at = None, None
        elif sign == ":":
            path[-1] = name if name is not None else ""
        elif path and isinstance(path[-1], str) and key_at is None:
            name, key_at = json.loads(sign), token.start()
        else:
            yield tuple(path), token.start() if key_at is None else key_at
            if sign in "{[":
                path.append("" if sign == "{" else 0)
                name, key_at = None, None
