"""The grammar of one expression, and the parser made from it.

Precedence, low to high: `|`, `&`, `= !=`, `< <= > >=`, `+ -`, `* / %`, unary minus, call and path. Backslash and
single quote mean nothing; a quote inside a text is doubled. A number before a dot and a name is a module's id.
"""

from __future__ import annotations

from functools import cache
from typing import Final, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from generator.iml.faults import ImlSyntaxError
from generator.iml.tree import Access, Call, Hole, Index, Literal, Negation, Node, Operation, Reference, Steps

GRAMMAR: Final = r"""
?start: either
?either: both       | either "|" both                          -> or_
?both: equality     | both "&" equality                        -> and_
?equality: order    | equality EQUAL order                     -> operation
?order: sum         | order ORDER sum                          -> operation
?sum: product       | sum (PLUS | MINUS) product               -> operation
?product: unary     | product TIMES unary                      -> operation
?unary: path        | MINUS unary                              -> negation
?path: reference | access | value

reference: (NUMBER | NAME | QUOTED) step+ | NAME | QUOTED
access: (call | group) step+
?value: call | group | NUMBER -> number | TEXT -> text
?group: "(" either ")"
call: NAME "(" argument (";" argument)* ")"
argument: either?
?step: "." (FIELD | QUOTED) -> field
     | "[" either? "]"      -> index

EQUAL: "=" | "!="
ORDER: "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*" | "/" | "%"
NUMBER: /\d+(\.\d+(?![\w.]))?/
TEXT: /"(?:[^"]|"")*"/
QUOTED: /`[^`]*`/
NAME: /[^\W\d][\w$@]*|[$@][\w$@]*/
FIELD: /[\w$@]+/
%ignore /\s+/
"""


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

    def operation(self, found: list[object]) -> Node:
        left, operator, right = found
        return Operation(str(operator), cast(Node, left), cast(Node, right))

    def and_(self, found: list[Node]) -> Node:
        return Operation("&", found[0], found[1])

    def or_(self, found: list[Node]) -> Node:
        return Operation("|", found[0], found[1])


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
