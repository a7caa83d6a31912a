"""From syntax tree to closure: each subtree once, and where it is repeated evaluated once as well."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from generator.iml import operators
from generator.iml.calls import Choice, choice, eager
from generator.iml.coercion import COERCE
from generator.iml.faults import ImlFault
from generator.iml.functions import FUNCTIONS, Parameter
from generator.iml.keeping import kept
from generator.iml.paths import child, item
from generator.iml.scope import Scope, Surroundings
from generator.iml.sharing import Sharing, is_safe
from generator.iml.tree import Access, Call, Hole, Index, Literal, Negation, Node, Operation, Reference, Steps
from generator.iml.values import Value, number, shown, to_number
from generator.iml.words import WORDS, Compiled


def compile_node(node: Node | None) -> Compiled:
    """Compile one expression; `{{}}` is nothing."""
    return _Compiler(node).whole() if node is not None else lambda _: None


class _Compiler:
    """Compile the subtrees of one expression."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._sharing = Sharing(root)
        self._done: dict[int, Compiled] = {}
        self._remembers = False

    def whole(self) -> Compiled:
        """Compile the expression; what it remembers lasts for one evaluation."""
        compiled = self.node(self._root)
        return (lambda s: compiled(Scope(s.roots, s.around))) if self._remembers else compiled

    def node(self, node: Node) -> Compiled:
        """Compile a subtree, or find it compiled."""
        place = self._sharing.number(node)
        found = self._done.get(place)
        if found is None:
            found = self._built(node)
            if isinstance(node, Call | Operation) and self._sharing.repeated(place):
                self._remembers = True
                found = _remembered(place, found)
            self._done[place] = found
        return found

    def _built(self, node: Node) -> Compiled:
        match node:
            case Hole():
                return lambda _: None
            case Literal(value):
                constant = number(value) if isinstance(value, (int, float)) else value
                return lambda _: constant
            case Reference():
                return self._reference(node, whole=False)
            case Access(target, steps):
                return self._walk(self.node(target), steps, whole=False)
            case Negation(of):
                below = self.node(of)
                return lambda s: -(to_number(below(s)) or 0)
            case Operation(operator, left, right):
                return self._operation(operator, node, self.node(left), self.node(right))
            case Call():
                return self._call(node)

    def _reference(self, node: Reference, *, whole: bool) -> Compiled:
        root = node.root
        if not node.steps and not node.quoted and root in WORDS:
            return WORDS[root]
        return self._walk(lambda s: s.roots.get(root), node.steps, whole=whole)

    def _walk(self, target: Compiled, steps: Steps, *, whole: bool) -> Compiled:
        """Follow a path; with `whole`, a last `[]` means the whole array."""
        if whole and steps and steps[-1] == Index(None):
            steps = steps[:-1]
        names = [step for step in steps if isinstance(step, str)]
        if len(names) == len(steps):
            return _fields(target, names)
        compiled = [step if isinstance(step, str) else self._position(step) for step in steps]

        def walk(s: Scope) -> Value:
            value = target(s)
            for step in compiled:
                value = child(value, step) if isinstance(step, str) else item(value, step(s))
            return value

        return walk

    def _position(self, step: Index) -> Compiled:
        return self.node(step.of) if step.of is not None else lambda _: 1

    def _operation(self, operator: str, node: Operation, left: Compiled, right: Compiled) -> Compiled:
        if operator in "&|":
            return _logical(left, self._choice(node.right), decisive=operator == "|")
        does = _OPERATORS[operator]

        def call(s: Scope) -> Value:
            one, two = left(s), right(s)
            try:
                return does(s.around, one, two)
            except OverflowError:
                raise ImlFault(f"'{shown(one)}' {operator} '{shown(two)}' is out of range") from None

        return call

    def _call(self, node: Call) -> Compiled:
        found = FUNCTIONS.get(node.name)
        if found is None:
            return partial(_fail, f"Function '{node.name}' not found!")
        count = len(node.arguments)
        if count < found.least:
            missing = found.parameters[count].name
            return partial(_fail, f"Function '{node.name}' finished with error! Missing argument '{missing}'.")
        if found.most is not None and count > found.most:
            return partial(_fail, f"Function '{node.name}' finished with error! Too many arguments.")
        if found.builds is not None:
            return found.builds(*map(self._choice, node.arguments))
        arguments = [self._argument(found.parameter(i), a) for i, a in enumerate(node.arguments)]
        return kept(node, eager(found.name, found.does, arguments, around=found.around))

    def _choice(self, node: Node) -> Choice:
        return choice(self.node(node), safe=is_safe(node), draws=self._sharing.draws(node))

    def _argument(self, parameter: Parameter, node: Node) -> Compiled:
        """Compile an argument with its coercion; an empty optional one is the function's default by way of None."""
        if isinstance(node, Hole) and parameter.optional:
            return lambda _: None
        array = parameter.kind == "array" or parameter.name in ("values", "value", "array")
        if isinstance(node, Reference) and array:
            value = self._reference(node, whole=True)
        elif isinstance(node, Access) and array:
            value = self._walk(self.node(node.target), node.steps, whole=True)
        else:
            value = self.node(node)
        coerce = COERCE.get(parameter.kind)
        return value if coerce is None else lambda s: coerce(s.around, value(s))


def _remembered(place: int, compiled: Compiled) -> Compiled:
    """Evaluate a subtree that is repeated once per evaluation of its expression; a fault is found again."""

    def recall(s: Scope) -> Value:
        memory = s.memory
        if place in memory:
            return memory[place]
        value = memory[place] = compiled(s)
        return value

    return recall


def _fields(target: Compiled, names: list[str]) -> Compiled:
    def walk(s: Scope) -> Value:
        value = target(s)
        for name in names:
            value = value.get(name) if type(value) is dict else child(value, name)
        return value

    return walk


def _logical(left: Compiled, right: Choice, *, decisive: bool) -> Compiled:
    """Combine two conditions; where the first decides, the second is evaluated for its errors, if at all."""
    take, leave = right

    def call(s: Scope) -> Value:
        if operators.truth(s.around, left(s)) is not decisive:
            return operators.truth(s.around, take(s))
        if leave is not None:
            leave(s)
        return decisive

    return call


def _ordered(accept: Callable[[int], bool]) -> Callable[[Surroundings, Value, Value], Value]:
    def compare(around: Surroundings, one: Value, two: Value) -> Value:
        found = operators.order(around, one, two)
        return found is not None and accept(found)

    return compare


_OPERATORS: Final[dict[str, Callable[[Surroundings, Value, Value], Value]]] = {
    "+": operators.plus,
    "-": operators.minus,
    "*": lambda _, one, two: operators.times(one, two),
    "/": lambda _, one, two: operators.divide(one, two),
    "%": lambda _, one, two: operators.remainder(one, two),
    "=": operators.equal,
    "!=": lambda around, one, two: not operators.equal(around, one, two),
    "<": _ordered(lambda n: n < 0),
    "<=": _ordered(lambda n: n <= 0),
    ">": _ordered(lambda n: n > 0),
    ">=": _ordered(lambda n: n >= 0),
}


def _fail(message: str, _: Scope) -> Value:
    raise ImlFault(message)
