"""Keep what costly calls gave, over all expressions of a run, as long as the bundles that they look at are the same.

Generated expressions ask for the same lists and texts again and again: in every filter and field of a bundle.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Final

from generator.iml.scope import Scope
from generator.iml.sharing import DRAWN
from generator.iml.tree import Call, Node, Reference, walk
from generator.iml.values import Value
from generator.iml.words import WORDS, Compiled

COSTLY: Final = frozenset(
    {"distinct", "map", "join", "split", "replace", "sort", "deduplicate", "remove", "sum", "merge"}
)
_MOVING: Final = DRAWN | {"now", "timestamp", "executionId", "parseDate"}
"""What has another value later; a date's missing parts are today's."""
MOST: Final = 4096
"""Values that a run keeps; then it begins again."""


def kept(node: Call, compiled: Compiled) -> Compiled:
    """Wrap a costly call that depends on bundles alone; any other comes back as it is."""
    roots = _roots(node) if node.name in COSTLY else None
    if not roots:
        return compiled
    number = _number(node)

    def recall(s: Scope) -> Value:
        bundles = tuple(map(s.roots.get, roots))
        key = (number, *map(id, bundles))
        memory = s.around.kept
        if key in memory:
            return memory[key][0]
        value = compiled(s)
        if len(memory) >= MOST:
            memory.clear()
        memory[key] = value, bundles  # a bundle that is held here keeps its id
        return value

    return recall


def _roots(node: Node) -> tuple[str, ...]:
    """Name the bundles that a subtree looks at; none where it has another value every time."""
    found: dict[str, None] = {}
    for below in walk(node):
        name = below.name if isinstance(below, Call) else below.root if isinstance(below, Reference) else ""
        if name in _MOVING:
            return ()
        if isinstance(below, Reference) and (below.steps or below.quoted or name not in WORDS):
            found[name] = None
    return tuple(found)


_COUNTER: Final = count()


@cache
def _number(_node: Call) -> int:
    """Number equal subtrees of all expressions alike."""
    return next(_COUNTER)
