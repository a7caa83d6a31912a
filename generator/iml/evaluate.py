"""From syntax tree to closure: compiled once, called for every bundle."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from generator.iml import operators
from generator.iml.coercion import COERCE
from generator.iml.faults import ImlFault
from generator.iml.functions import FUNCTIONS, Function, Parameter
from generator.iml.paths import child, item
from generator.iml.scope import Scope, Surroundings
from generator.iml.template import parse
from generator.iml.tree import Access, Call, Hole, Index, Literal, Negation, Node, Operation, Reference, Steps, Template
from generator.iml.values import (
    Value,
    number,
    shown,
    text,
    to_number,
)
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


def compile_node(node: Node | None) -> Compiled:
    """Compile one expression."""
    match node:
        case None | Hole():
            return lambda _: None
        case Literal(value):
            constant = number(value) if isinstance(value, (int, float)) else value
            return lambda _: constant
        case Reference():
            return _reference(node, whole=False)
        case Access(target, steps):
            return _walk(compile_node(target), steps, whole=False)
        case Negation(of):
            below = compile_node(of)
            return lambda s: -(to_number(below(s)) or 0)
        case Operation(operator, left, right):
            return _operation(operator, compile_node(left), compile_node(right))
        case Call():
            return _call(node)


def _reference(node: Reference, *, whole: bool) -> Compiled:
    root = node.root
    if not node.steps and not node.quoted and root in WORDS:
        return WORDS[root]
    return _walk(lambda s: s.roots.get(root), node.steps, whole=whole)


def _walk(target: Compiled, steps: Steps, *, whole: bool) -> Compiled:
    """Follow a path; with `whole`, a last `[]` means the whole array."""
    if whole and steps and steps[-1] == Index(None):
        steps = steps[:-1]
    if all(isinstance(step, str) for step in steps):
        names = [step for step in steps if isinstance(step, str)]
        return _fields(target, names)
    compiled = [step if isinstance(step, str) else _position(step) for step in steps]

    def walk(s: Scope) -> Value:
        value = target(s)
        for step in compiled:
            value = child(value, step) if isinstance(step, str) else item(value, step(s))
        return value

    return walk


def _fields(target: Compiled, names: list[str]) -> Compiled:
    def walk(s: Scope) -> Value:
        value = target(s)
        for name in names:
            value = value.get(name) if type(value) is dict else child(value, name)
        return value

    return walk


def _position(step: Index) -> Compiled:
    return compile_node(step.of) if step.of is not None else lambda _: 1


def _operation(operator: str, left: Compiled, right: Compiled) -> Compiled:
    if operator in "&|":
        return _logical(operator == "|", left, right)
    does = _OPERATORS[operator]

    def call(s: Scope) -> Value:
        one, two = left(s), right(s)
        try:
            return does(s.around, one, two)
        except OverflowError:
            raise ImlFault(f"'{shown(one)}' {operator} '{shown(two)}' is out of range") from None

    return call


def _logical(decisive: bool, left: Compiled, right: Compiled) -> Compiled:
    """Combine two conditions; where the first decides, the second is evaluated for its errors, if at all."""

    def call(s: Scope) -> Value:
        if operators.truth(s.around, left(s)) is decisive:
            _try_unchosen(right, s)
            return decisive
        return operators.truth(s.around, right(s))

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


def _call(node: Call) -> Compiled:
    found = FUNCTIONS.get(node.name)
    if found is None:
        return partial(_fail, f"Function '{node.name}' not found!")
    count = len(node.arguments)
    if count < found.least:
        missing = found.parameters[count].name
        return partial(_fail, f"Function '{node.name}' finished with error! Missing argument '{missing}'.")
    if found.most is not None and count > found.most:
        return partial(_fail, f"Function '{node.name}' finished with error! Too many arguments.")
    return _lazy(found, node) if found.lazy else _eager(found, node)


def _fail(message: str, _: Scope) -> Value:
    raise ImlFault(message)


def _eager(found: Function, node: Call) -> Compiled:
    arguments = [_argument(found.parameter(i), argument) for i, argument in enumerate(node.arguments)]
    does, around = found.does, found.around

    def call(s: Scope) -> Value:
        try:
            values = [argument(s) for argument in arguments]
            return does(s.around, *values) if around else does(*values)
        except ImlFault as fault:
            raise _within(found.name, fault) from None
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ImlFault(f"Function '{found.name}' finished with error! {error}") from error

    return call


def _within(name: str, fault: ImlFault) -> ImlFault:
    message = str(fault)
    return fault if message.startswith("Function '") else ImlFault(f"Function '{name}' finished with error! {message}")


def _argument(parameter: Parameter, node: Node) -> Compiled:
    """Compile an argument with its coercion; an empty optional one is the function's default by way of None."""
    if isinstance(node, Hole) and parameter.optional:
        return lambda _: None
    array = parameter.kind == "array" or parameter.name in ("values", "value", "array")
    if isinstance(node, Reference) and array:
        value = _reference(node, whole=True)
    elif isinstance(node, Access) and array:
        value = _walk(compile_node(node.target), node.steps, whole=True)
    else:
        value = compile_node(node)
    coerce = COERCE.get(parameter.kind)
    return value if coerce is None else lambda s: coerce(s.around, value(s))


_JUDGES: Final[dict[str, Callable[..., bool]]] = {
    "if": operators.truth,
    "ifempty": operators.absent,
    "switch": operators.equal,
}


def _lazy(found: Function, node: Call) -> Compiled:
    """Call a function that chooses among its arguments; the others are evaluated all the same, for their errors."""
    arguments = [compile_node(argument) for argument in node.arguments]
    judge = _JUDGES[found.name]

    def call(s: Scope) -> Value:
        asked: set[int] = set()

        def later(i: int) -> Value:
            asked.add(i)
            return arguments[i](s)

        result = found.does(partial(judge, s.around), *(partial(later, i) for i in range(len(arguments))))
        for i, argument in enumerate(arguments):
            if i not in asked:
                _try_unchosen(argument, s)
        return result

    return call


def _try_unchosen(argument: Compiled, s: Scope) -> None:
    state = s.around.rng.getstate() if s.around.rules.unchosen_branches == "skipped" else None
    try:
        argument(s)
    except ImlFault:
        s.around.met.add("unchosen_branches")
        if state is None:
            raise
    if state is not None:
        s.around.rng.setstate(state)
