"""The syntax tree of an expression. Nodes are plain data; `at` is a 0-based offset behind the opening braces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text."""

    value: int | float | str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Hole:
    """An argument that is left empty: `replace(x; "a"; )`."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """`[n]`, counted from 1, or `[]` with `of` None: the first element, or the whole array inside array functions."""

    of: Node | None


Steps: TypeAlias = "tuple[str | Index, ...]"


@dataclass(frozen=True, slots=True)
class Reference:
    """A path such as `12.rows[1].id`: `root` is a module's id, `var`, or any other name; a lone word is one as well."""

    root: str
    steps: Steps = ()
    quoted: bool = field(default=False, compare=False)
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Access:
    """A path behind a call or behind parentheses: `split(x; ",")[2]`."""

    target: Node
    steps: Steps


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """Unary minus."""

    of: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """Two values and the operator between them."""

    operator: str
    left: Node
    right: Node


Node: TypeAlias = Literal | Hole | Reference | Access | Call | Negation | Operation


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands between `{{` and `}}`; `node` is None for `{{}}`. `start` and `end` span the braces."""

    node: Node | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Template:
    """A whole field: texts and expressions in order. Exactly one expression and no text keeps its type."""

    parts: tuple[str | Expression, ...]

    @property
    def typed(self) -> Expression | None:
        """Give the expression, if it is all there is."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, Expression) else None

    def nodes(self) -> Iterator[Node]:
        """Walk all nodes of all expressions, outermost first."""
        for part in self.parts:
            if isinstance(part, Expression) and part.node is not None:
                yield from walk(part.node)


def walk(node: Node) -> Iterator[Node]:
    """Walk a node and everything below it, outermost first."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(list(children(found))))


def children(node: Node) -> Iterator[Node]:
    """List the nodes directly below a node, in reading order."""
    if isinstance(node, Call):
        yield from node.arguments
    elif isinstance(node, Operation):
        yield from (node.left, node.right)
    elif isinstance(node, Negation):
        yield node.of
    elif isinstance(node, Access):
        yield node.target
    if isinstance(node, Reference | Access):
        yield from (step.of for step in node.steps if isinstance(step, Index) and step.of is not None)
