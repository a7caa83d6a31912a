"""Every change of one leaf, or of one literal inside a leaf, of a rendered file."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from .literals import Token, changed, of_expression, of_javascript
from .scopes import OWN, scope_at, scopes

Change = Literal["drop", "swap", "plus one", "minus one", "empty"]
Path = tuple[str | int, ...]
_CODE = "jsCode"
_LONG = 2000


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `inner` is a path in the JSON that the leaf holds; `token` counts literals, -1 is none."""

    file: str
    path: Path
    change: Change
    where: str
    """For people and for the table of excuses: node or module, key, function."""
    shows: str
    """The value before, shortened."""
    inner: Path = ()
    token: int = -1
    other: Any = None
    """What a swap puts there."""
    reached: bool = True
    """Whether the node can come to this piece of its code."""

    @property
    def fine(self) -> bool:
        """Whether it changes a piece of an expression or of plain text; the literals of a Code node are leaves."""
        return self.token >= 0 and self.path[-1] != _CODE

    @property
    def whole(self) -> bool:
        """Whether it changes a leaf of the file itself, not a piece of what a leaf holds: data, code, an expression."""
        return self.token < 0 and not self.inner

    def apply(self, content: bytes) -> bytes | None:
        """Make the change in any rendering of the file; None where it changes nothing there."""
        data = json.loads(content)
        if not _edit(data, self.path, self._on_leaf):
            return None
        made = (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
        return made if json.loads(made) != json.loads(content) else None

    def _on_leaf(self, value: Any) -> Any:
        if not self.inner:
            return self._value(value)
        data = json.loads(value)
        return json.dumps(data, ensure_ascii=False) if _edit(data, self.inner, self._value) else value

    def _value(self, value: Any) -> Any:
        if self.token >= 0:
            return self._in_text(value)
        if self.change == "drop":
            return _DROPPED
        if self.change == "swap":
            return self.other
        return value + (1 if self.change == "plus one" else -1)

    def _in_text(self, text: str) -> str:
        tokens = literals(self.path, text)
        if self.token >= len(tokens):
            return text
        token = tokens[self.token]
        now = text[token.start : token.end]
        new = {"empty": "", "swap": self.other, "plus one": changed(now, 1), "minus one": changed(now, -1)}[self.change]
        return text[: token.start] + str(new) + text[token.end :]

    def __str__(self) -> str:
        return f"{self.file} · {self.where} · {self.change} of {self.shows}"


class _Dropped:
    pass


_DROPPED = _Dropped()


def literals(path: Path, text: str) -> list[Token]:
    """List the literals of a leaf: of JavaScript where it is a Code node's, else of expressions and plain text."""
    return of_javascript(text) if path[-1] == _CODE else of_expression(text)


def _edit(data: Any, path: Path, on_leaf: Callable[[Any], Any]) -> bool:
    """Change one leaf in place; False where the path leads nowhere."""
    *way, last = path
    try:
        for step in way:
            data = data[step]
        value = on_leaf(data[last])
    except (KeyError, IndexError, TypeError):
        return False
    if value is _DROPPED:
        del data[last]
    else:
        data[last] = value
    return True


def mutants(file: str, content: bytes) -> list[Mutant]:
    """List every change of a file, in its order."""
    data = json.loads(content)
    leaves = [*_leaves(data, ())]
    kin = _Kin(leaves)
    return [mutant for path, value in leaves for mutant in _of_leaf(file, data, path, value, kin)]


def _leaves(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _leaves(value, (*path, place))
    elif isinstance(data, str | int | float) and not isinstance(data, bool):
        yield path, data


def _of_leaf(file: str, data: Any, path: Path, value: Any, leaves: _Kin) -> Iterator[Mutant]:
    where = place_of(data, path)
    held = _json_of(value)
    if held is not None:
        inside = [*_leaves(held, ())]
        kin = _Kin(inside)
        yield Mutant(file, path, "drop", where, "the data")
        for inner, leaf in inside:
            words = f"{where} → {_dotted(inner)}"
            yield from _whole(file, path, words, leaf, kin.other(inner, leaf), inner)
        return
    yield from _whole(file, path, where, value, leaves.other(path, value))
    if isinstance(value, str):
        yield from _inside(file, path, where, value)


def _whole(file: str, path: Path, where: str, value: Any, other: Any, inner: Path = ()) -> Iterator[Mutant]:
    shows = _short(value)
    yield Mutant(file, path, "drop", where, shows, inner)
    if other is not None:
        yield Mutant(file, path, "swap", where, f"{shows} for {_short(other)}", inner, other=other)
    if not isinstance(value, str):
        yield Mutant(file, path, "plus one", where, shows, inner)
        yield Mutant(file, path, "minus one", where, shows, inner)


def _inside(file: str, path: Path, where: str, text: str) -> Iterator[Mutant]:
    tokens, found = literals(path, text), scopes(text) if path[-1] == _CODE else []
    texts = [text[t.start : t.end] for t in tokens if t.kind == "string"]
    for place, token in enumerate(tokens):
        scope, now = scope_at(found, token.start), text[token.start : token.end]
        words = f"{where}#{scope.name}" if path[-1] == _CODE else where
        shows = f"{_short(now)} in {_short(_line(text, token))}"
        made = partial(Mutant, file, path, where=words, shows=shows, token=place, reached=scope.used)
        if token.kind == "number":
            yield made("plus one")
            if now.strip("0n"):
                yield made("minus one")
        else:
            if now:
                yield made("empty")
            following = texts[texts.index(now) + 1 :] + texts
            if other := next((t for t in following if t != now and t), None):
                yield made("swap", other=other)


class _Kin:
    """Leaves of one tree, by type and key: where a swap finds another value of its kind."""

    def __init__(self, leaves: Sequence[tuple[Path, Any]]) -> None:
        self._by_type: dict[type, list[Any]] = defaultdict(list)
        self._by_key: dict[tuple[type, str], list[Any]] = defaultdict(list)
        for path, value in leaves:
            if len(str(value)) < _LONG and _json_of(value) is None:
                self._by_type[type(value)].append(value)
                self._by_key[type(value), _key(path)].append(value)

    def other(self, path: Path, value: Any) -> Any:
        """Find another value of the same key if there is one, else any other of its type; None: there is none."""
        kin = self._by_key[type(value), _key(path)]
        place = kin.index(value) if value in kin else 0
        for pool in (kin[place:], kin, self._by_type[type(value)]):
            if (found := next((v for v in pool if v != value), None)) is not None:
                return found
        return None


def _key(path: Path) -> str:
    return next((key for key in reversed(path) if isinstance(key, str)), "")


def _json_of(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in "{[" or len(value) < 2 or value.startswith("{{"):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def place_of(data: Any, path: Path) -> str:
    """Name a place for people: the node or module by its name, then the keys below it."""
    named, at, rest = "", data, path
    for n, step in enumerate(path[:-1]):
        at = at[step]
        if isinstance(step, int) and isinstance(at, dict) and (name := _name(at)):
            named, rest = name, path[n + 1 :]
    return f"{named}: {_dotted(rest)}" if named else _dotted(path)


def _name(node: dict[str, Any]) -> str:
    if "type" in node and "parameters" in node:
        return str(node.get("name", ""))
    if "module" in node and "id" in node:
        return f"{node['id']} {node['module']}"
    return ""


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)


def _line(text: str, token: Token) -> str:
    start = text.rfind("\n", 0, token.start) + 1
    end = text.find("\n", token.end)
    return text[start : end if end >= 0 else len(text)].strip()


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
    return text if len(text) <= 90 else f"{text[:87]}…"


__all__ = ["OWN", "Mutant", "mutants", "place_of"]
