"""The grammar of one expression, and the parser made from it.

Precedence, low to high: `|`, `&`, `= !=`, `< <= > >=`, `+ -`, `* / %`, unary minus, call and path. Backslash and
single quote mean nothing; a quote inside a text is doubled. A number before a dot and a name is a module's id.

The grammar holds chains of operands flat and groups them afterwards: a rule per level would cost a reduction per
level for every operand, and generated blueprints hold hundreds of kilobytes of expressions.
"""

from __future__ import annotations

from functools import cache
from typing import Final, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from generator.iml.faults import ImlSyntaxError
from generator.iml.tree import Access, Call, Hole, Index, Literal, Negation, Node, Operation, Reference, Steps

GRAMMAR: Final = r"""
?start: chain
chain: operand (OPERATOR operand)*
?operand: MINUS operand -> negation
        | (NUMBER | NAME | QUOTED) step+ -> reference
        | (call | group) step+ -> access
        | call | group
        | NUMBER -> number
        | TEXT -> text
        | (NAME | QUOTED) -> reference
?group: "(" chain ")"
call: NAME "(" argument (";" argument)* ")"
argument: chain?
?step: "." (FIELD | QUOTED) -> field
     | "[" chain? "]"       -> index

OPERATOR: /!=|<=|>=|[-+*\/%=<>&|]/
MINUS: "-"
NUMBER: /\d+(\.\d+(?![\w.]))?/
TEXT: /"(?:[^"]|"")*"/
QUOTED: /`[^`]*`/
NAME: /[^\W\d][\w$@]*|[$@][\w$@]*/
FIELD: /[\w$@]+/
%ignore /\s+/
"""
LEVELS: Final = (("|",), ("&",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))
BINDING: Final = {operator: level for level, operators in enumerate(LEVELS) for operator in operators}
"""How tight an operator binds; all of them group to the left."""


class _Builder(Transformer[Token, Node]):
    def number(self, found: list[Token]) -> Node:
        token = found[0]
        return Literal(float(token) if "." in token else int(token), _at(token))

    def text(self, found: list[Token]) -> Node:
        return Literal(found[0][1:-1].replace('""', '"'), _at(found[0]))

    def field(self, found: list[Token]) -> str:
        return _name(found[0])

    def index(self, found: list[Node]) -> Index:
        return Index(found[0] if found else None)

    def reference(self, found: list[object]) -> Node:
        root = cast(Token, found[0])
        return Reference(_name(root), cast(Steps, tuple(found[1:])), root.type == "QUOTED", _at(root))

    def access(self, found: list[object]) -> Node:
        target, steps = cast(Node, found[0]), cast(Steps, tuple(found[1:]))
        return Access(target, steps)

    def argument(self, found: list[Node]) -> Node:
        return found[0] if found else Hole()

    def call(self, found: list[object]) -> Node:
        name, arguments = cast(Token, found[0]), cast("tuple[Node, ...]", tuple(found[1:]))
        return Call(str(name), () if arguments == (Hole(),) else arguments, _at(name))

    def negation(self, found: list[object]) -> Node:
        return Negation(cast(Node, found[1]))

    def chain(self, found: list[Node | Token]) -> Node:
        return cast(Node, found[0]) if len(found) == 1 else _grouped(found)


def _grouped(chain: list[Node | Token]) -> Node:
    """Group a chain of operands and operators by precedence (shunting yard)."""
    operands, waiting = [cast(Node, chain[0])], list[str]()
    for place in range(1, len(chain), 2):
        operator = str(chain[place])
        while waiting and BINDING[waiting[-1]] >= BINDING[operator]:
            _join(operands, waiting)
        waiting.append(operator)
        operands.append(cast(Node, chain[place + 1]))
    while waiting:
        _join(operands, waiting)
    return operands[0]


def _join(operands: list[Node], waiting: list[str]) -> None:
    right, left = operands.pop(), operands.pop()
    operands.append(Operation(waiting.pop(), left, right))


def _at(token: Token) -> int:
    return token.start_pos or 0


def _name(token: Token) -> str:
    return str(token[1:-1] if token.type == "QUOTED" else token)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder(), propagate_positions=False)


def parse_expression(text: str, offset: int = 0) -> Node:
    """Parse one expression without its braces; `offset` is where `text` starts in its field."""
    try:
        return cast(Node, _parser().parse(text))
    except UnexpectedInput as error:
        raise _told(error, text, offset) from None


def _told(error: UnexpectedInput, text: str, offset: int) -> ImlSyntaxError:
    if isinstance(error, UnexpectedCharacters):
        at = error.pos_in_stream or 0
        return ImlSyntaxError(f"unexpected {_shown(text, at)}", offset + at)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        at = error.token.start_pos or 0
        return ImlSyntaxError(f"unexpected {error.token.value!s}", offset + at)
    return ImlSyntaxError("the expression ends too early", offset + len(text))


def _shown(text: str, at: int) -> str:
    if text[at] == '"':
        return "text without a closing quote"
    return f"{text[at]!r}" if text[at] != "'" else "single quote (texts take double quotes)"
