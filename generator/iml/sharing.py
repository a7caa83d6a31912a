"""Find subtrees that an expression repeats: each is compiled once, and evaluated once per evaluation of its field.

Generated expressions repeat themselves a lot, since the language has no way to name an intermediate value.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from generator.iml.tree import Access, Call, Hole, Index, Literal, Negation, Node, Operation, Reference, Steps

DRAWN: Final = frozenset({"random", "uuid", "shuffle"})
"""Words and functions that give another value every time."""


_COMPARING: Final = frozenset({"=", "!=", "<", "<=", ">", ">=", "&", "|"})
_CHOOSING: Final = frozenset({"if", "ifempty"})


def is_safe(node: Node) -> bool:
    """Tell whether evaluating a subtree can't fail, under any answer to an open question."""
    match node:
        case Literal() | Hole():
            return True
        case Reference(_, steps):
            return _are_safe(steps)
        case Access(target, steps):
            return _are_safe(steps) and is_safe(target)
        case Operation(operator, left, right):
            return operator in _COMPARING and is_safe(left) and is_safe(right)
        case Call(name, arguments):
            return name in _CHOOSING and len(arguments) in (2, 3) and all(map(is_safe, arguments))
    return False


def _are_safe(steps: Steps) -> bool:
    return all(isinstance(step, str) or step.of is None for step in steps)


class Sharing:
    """Number the subtrees of an expression: equal ones have the same number."""

    def __init__(self, root: Node) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._of: dict[int, int] = {}
        self._drawn: set[int] = set()
        self._uses: Counter[int] = Counter()
        self._visit(root)

    def number(self, node: Node) -> int:
        """Give a subtree's number."""
        return self._of[id(node)]

    def repeated(self, number: int) -> bool:
        """Tell whether a subtree occurs more than once and has the same value every time."""
        return self._uses[number] > 1 and number not in self._drawn

    def draws(self, node: Node) -> bool:
        """Tell whether a subtree uses chance."""
        return self._of[id(node)] in self._drawn

    def _visit(self, node: Node) -> int:
        key, below = self._key(node)
        number = self._numbers.setdefault(key, len(self._numbers))
        self._of[id(node)] = number
        self._uses[number] += 1
        name = node.name if isinstance(node, Call) else node.root if isinstance(node, Reference) else ""
        if name in DRAWN or not self._drawn.isdisjoint(below):
            self._drawn.add(number)
        return number

    def _key(self, node: Node) -> tuple[tuple[object, ...], list[int]]:
        match node:
            case Literal(value):
                return (Literal, type(value), value), []
            case Hole():
                return (Hole,), []
            case Reference(root, steps, quoted):
                below = self._steps(steps)
                return (Reference, root, quoted and not steps, *self._plain(steps)), below
            case Access(target, steps):
                below = [self._visit(target), *self._steps(steps)]
                return (Access, below[0], *self._plain(steps)), below
            case Call(name, arguments):
                below = [self._visit(argument) for argument in arguments]
                return (Call, name, *below), below
            case Negation(of):
                below = [self._visit(of)]
                return (Negation, *below), below
            case Operation(operator, left, right):
                below = [self._visit(left), self._visit(right)]
                return (Operation, operator, *below), below

    def _steps(self, steps: Steps) -> list[int]:
        return [self._visit(step.of) for step in steps if isinstance(step, Index) and step.of is not None]

    def _plain(self, steps: Steps) -> list[object]:
        return [step if isinstance(step, str) else (Index, self._inside(step)) for step in steps]

    def _inside(self, step: Index) -> int | None:
        return None if step.of is None else self._of[id(step.of)]
