"""What is an expression, what is none, and where it goes wrong."""

from __future__ import annotations

import pytest

from generator.iml.faults import ImlSyntaxError
from generator.iml.template import expressions, parse
from generator.iml.tree import Call, Expression, Hole, Index, Literal, Operation, Reference

REJECTS = [
    ("{{1.a b}}", 6, "unexpected b"),
    ("{{'single'}}", 2, "single quote"),
    ("{{f(a, b)}}", 5, "','"),
    ("{{a ? b : c}}", 4, "'?'"),
    ("{{a == b}}", 5, "="),
    ("{{a && b}}", 5, "&"),
    ("{{a || b}}", 5, "|"),
    ("{{!a}}", 2, "'!'"),
    ("{{(1 + 2}}", 8, "ends too early"),
    ("{{1 + 2)}}", 7, "unexpected )"),
    ("{{upper(1.a}}", 11, "ends too early"),
    ("{{upper 1.a)}}", 8, "unexpected 1"),
    ("{{1.}}", 4, "ends too early"),
    ("{{1..a}}", 4, "unexpected ."),
    ("{{1.a +}}", 7, "ends too early"),
    ("{{* 2}}", 2, "unexpected *"),
    ("{{1.a[2}}", 7, "ends too early"),
    ("{{1.a]}}", 5, "unexpected ]"),
    ('{{"open}}', 2, "text without a closing quote"),
    ("{{`open}}", 2, "'`'"),
    ("text {{1.a", 5, "without '}}'"),
    ("{{1.a}} and {{1.b", 12, "without '}}'"),
    ("{{if(1.a; {{1.b}}; 2)}}", 10, "an expression inside"),
    ('{{if(1.a; "{{1.b}}"; 2)}}', 11, "an expression inside"),
    ('at {{formatDate(now; \\ + "YYYY-MM-DD\\")}}', 21, "'\\\\'"),
    ('{{formatDate(now; \\"YYYY\\")}}', 18, "'\\\\'"),
    ("{{a; b}}", 3, "unexpected ;"),
    ("{{1.a 2}}", 6, "unexpected 2"),
    ("{{1 2}}", 4, "unexpected 2"),
    ('{{"a" "b"}}', 6, 'unexpected "b"'),
    ("{{a.b(1)}}", 5, "unexpected ("),
    ("{{a <> b}}", 5, "unexpected >"),
    ("{{#each x}}", 2, "'#'"),
    ("{{1.a | upper:}}", 13, "':'"),
    ("{{x := 1}}", 4, "':'"),
    ("{{replace(1.a; /x/g; )}}", 15, "unexpected /"),
    ("{{1^2}}", 3, "'^'"),
    ("{{1.rows[1] ?? 0}}", 12, "'?'"),
    ("{{1['x']}}", 4, "single quote"),
    ("{{formatDate(now; `YYYY`}}", 24, "ends too early"),
    ("{{(1.a != 2) && 1.b}}", 14, "&"),
    ("{{1.#text}}", 4, "'#'"),
    ("{{1.date:start}}", 8, "':'"),
    ("{{if(1.a > 1 ? 2 : 3)}}", 13, "'?'"),
    ("{{{1.a}} and {{1.b", 13, "without '}}'"),
]


@pytest.mark.parametrize(("source", "offset", "words"), REJECTS)
def test_what_is_no_expression_is_refused_with_its_place(source: str, offset: int, words: str) -> None:
    with pytest.raises(ImlSyntaxError) as caught:
        parse(source)
    assert (caught.value.offset, words in caught.value.message) == (offset, True), caught.value


@pytest.mark.parametrize(
    "source",
    [
        "no template } { at all",
        "{{1.answers.67fa4842.value}}",
        "{{1.2483a228.grade}}",
        "{{31.`MDMN.id`}}",
        "{{3.headers.`content-type`}}",
        "{{3.headers[].name}}",
        "{{1.data[2].items[].`a b`}}",
        "{{var.organization.apiUrl}}",
        "{{replace(replace(1.a; newline; \"\\n\"); \"\"\"\"; \"'\")}}",
        "{{if(1.a = \"x\" & (1.b > -1 | contains(1.c; \"y\")); formatDate(now; \"YYYY\"); )}}",
        "{{get(map(1.`__IMTHEADERS__`; \"value\"; \"name\"; \"stripe-signature\"); 1)}}",
        "{{ if ( 1.a ; 2 ; 3 ) }}",
        "{{f()}}",
        "{{f(;)}}",
        "{{\n  upper(\n    1.a\n  )\n}}",
        "{{\"🙂 \" + 1.emoji}}",
        "{{1.prénom}}",
        "{{1.$id}}",
        "{{true}}",
        "{{now}}",
        "{{}}",
        "{{   }}",
        "{\"a\": {\"b\": {{1.c}}}}",
    ],
)  # fmt: skip
def test_forms_of_real_exports_parse(source: str) -> None:
    parse(source)


def node(source: str) -> object:
    typed = parse("{{" + source + "}}").typed
    assert typed is not None
    return typed.node


def test_precedence_follows_the_table() -> None:
    a, b, c, d = (Reference(name) for name in "abcd")
    assert node("a | b & c = d") == Operation("|", a, Operation("&", b, Operation("=", c, d)))
    assert node("a = b < c + d") == Operation("=", a, Operation("<", b, Operation("+", c, d)))
    assert node("a + b * -c") != node("(a + b) * -c")
    assert node("a - b - c") == Operation("-", Operation("-", a, b), c)
    assert node("a % b * c") == Operation("*", Operation("%", a, b), c)


def test_a_number_before_a_name_is_a_module() -> None:
    assert node("12.a.b") == Reference("12", ("a", "b"))
    assert node("1.5") == Literal(1.5)
    assert node("1.5.x") == Reference("1", ("5", "x"))
    assert node("1.a[]") == Reference("1", ("a", Index(None)))
    assert node("`1`") == Reference("1")


def test_empty_arguments_stay_visible() -> None:
    assert node('replace(x; "a"; )') == Call("replace", (Reference("x"), Literal("a"), Hole()))
    assert node("f()") == Call("f", ())
    assert node("f(;)") == Call("f", (Hole(), Hole()))


def test_offsets_let_a_linter_point() -> None:
    (text, expression) = parse("ab {{upper(1.name)}}").parts
    assert text == "ab "
    assert isinstance(expression, Expression)
    assert (expression.start, expression.end) == (3, 20)
    found = {type(n).__name__: n.at for n in parse("{{upper(1.name)}}").nodes() if isinstance(n, Call | Reference)}
    assert found == {"Call": 0, "Reference": 6}


def test_one_broken_expression_does_not_hide_the_next() -> None:
    first, second, third = expressions("{{a b}} {{1.ok}} {{c,d}}")
    assert isinstance(first, ImlSyntaxError)
    assert isinstance(second, Expression)
    assert isinstance(third, ImlSyntaxError)
    assert (first.offset, third.offset) == (4, 20)


def test_very_deep_expressions_do_not_crash_the_parser() -> None:
    deep = "(" * 200 + "1" + ")" * 200
    parse("{{" + deep + "}}")
