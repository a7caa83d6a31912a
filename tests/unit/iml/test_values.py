"""What expressions evaluate to: our own examples for every function, operator and word."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from generator.iml.evaluate import evaluate
from generator.iml.faults import ImlFault
from generator.iml.functions import FUNCTIONS
from generator.iml.scope import Scope, Surroundings
from generator.iml.values import ERASE, IGNORE

NOW = datetime(2026, 11, 23, 15, 4, 5, 678_000, tzinfo=UTC)
ROWS = [
    {"client": "acme", "tokens": 120, "tags": ["a", "b"], "at": {"day": "mon"}},
    {"client": "globex", "tokens": 30, "tags": ["b"], "at": {"day": "tue"}},
    {"client": "acme", "tokens": 7, "tags": [], "at": {"day": "mon"}},
]
ROOTS = {
    "1": {
        "n": 5, "half": 2.5, "text": "Grüße, Welt", "digits": "042", "none": None, "empty": "", "yes": True,
        "no": False,
        "rows": ROWS, "numbers": [3, 1, 2], "mixed": [1, "1", True, None], "nested": [1, [2, [3, [4]]]],
        "when": datetime(2026, 3, 8, 7, 30, tzinfo=UTC), "a b": "spaced", "x-request-id": "req_1", "8": "eighth",
        "emoji": "ok 👍🏽 done", "html": "<p>a &amp; <b>b</b></p>", "quote": 'say "hi"', "path": "C:\\dir",
    },
    "2": {"i": 2},
    "4": {"0": "first column", "__ROW_NUMBER__": 7},
    "var": {"input": {"name": "Ada"}},
}  # fmt: skip


def scope(zone: str = "America/Chicago") -> Scope:
    return Scope(ROOTS, Surroundings(lambda: NOW, Random(3), zone))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


FORM = [
    ("plain text", "plain text"),
    ("", ""),
    ("{{}}", None),
    ("a{{}}b", "ab"),
    ("{{1.n}}", 5),
    ("{{ 1.n }}", 5),
    ("n is {{1.n}}", "n is 5"),
    ("{{1.n}}{{2.i}}", "52"),
    ("{{1.yes}}!", "true!"),
    ("{{1.none}}!", "!"),
    ("{{1.when}}!", "2026-03-08T07:30:00.000Z!"),
    ("{{1.numbers}}!", "3,1,2!"),
    ("{{9.missing}}", None),
    ("{{1.rows[7].client}}", None),
    ("{{1.n.deeper.still}}", None),
    ('{"a":{"b":{{1.n}}}}', '{"a":{"b":5}}'),
    ('{"a":{{{1.n}}}}', '{"a":{5}}'),
    ("{{1.`a b`}}", "spaced"),
    ("{{1.`x-request-id`}}", "req_1"),
    ("{{1.`8`}}", "eighth"),
    ("{{4.`0`}}", "first column"),
    ("{{4.`__ROW_NUMBER__`}}", 7),
    ("{{`2`}}", {"i": 2}),
    ("{{2}}", 2),
    ("{{1.8}}", 1.8),
    ("{{var.input.name}}", "Ada"),
    ("{{1.rows[2].client}}", "globex"),
    ("{{1.rows[].client}}", "acme"),
    ("{{1.rows[2.i].tokens}}", 30),
    ("{{1.rows[2.i + 1].tokens}}", 7),
    ("{{1.rows[1].tags[2]}}", "b"),
    ('{{split(1.text; ", ")[2]}}', "Welt"),
    ("{{get(1.rows; 2).client}}", "globex"),
]
LITERALS = [
    ("{{0.5}}", 0.5),
    ("{{-45}}", -45),
    ("{{--3}}", 3),
    ('{{""}}', ""),
    ('{{""""}}', '"'),
    ('{{"say ""hi"""}}', 'say "hi"'),
    (r'{{"\n"}}', "\\n"),
    (r'{{"C:\dir"}}', "C:\\dir"),
    ('{{"it\'s"}}', "it's"),
    ('{{"}}"}}', "}}"),
    ('{{"a;b"}}', "a;b"),
    ('{{"👍"}}', "👍"),
    ('{{"two\nlines"}}', "two\nlines"),
    ("{{true}}", True),
    ("{{false}}", False),
    ("{{null}}", None),
    ("{{emptystring}}", ""),
    ("{{emptyarray}}", []),
    ("a{{space}}b", "a b"),
    ("{{tab}}", "\t"),
    ("{{newline}}", "\n"),
    ("{{carriagereturn}}", "\r"),
    ("{{nbsp}}", "\u00a0"),
    ("{{now}}", NOW),
    ("{{timestamp}}", 1795446245),
    ("{{round(pi * 100)}}", 314),
    ("{{ignore}}", IGNORE),
    ("{{erase}}", ERASE),
    ("{{executionId}}", "00000000000000000000000000000001"),
]
OPERATORS = [
    ("{{1 + 2 * 3}}", 7),
    ("{{(1 + 2) * 3}}", 9),
    ("{{10 - 4 - 3}}", 3),
    ("{{7 / 2}}", 3.5),
    ("{{6 / 2}}", 3),
    ("{{1 / 0}}!", "Infinity!"),
    ("{{-7 % 3}}", -1),
    ("{{0.1 + 0.2}}", 0.30000000000000004),
    ("{{1.n + 1.half}}", 7.5),
    ("{{1.n + 1.missing}}", 5),
    ('{{"a" + "b"}}', "ab"),
    ('{{"a" + 1.n}}', "a5"),
    ('{{"a" + null}}', "a"),
    ('{{1.n + "3"}}', 8),
    ('{{1.when + "!"}}', "2026-03-08T07:30:00.000Z!"),
    ("{{1.n = 5}}", True),
    ('{{1.n = "5"}}', True),
    ('{{1.n != "6"}}', True),
    ("{{1.missing = null}}", True),
    ("{{1.missing = emptystring}}", True),
    ('{{emptystring = "x"}}', False),
    ('{{1.text = "grüße, welt"}}', False),
    ("{{1.n > 4 & 1.n < 6}}", True),
    ("{{1.n > 9 | 1.yes}}", True),
    ("{{1.no & 1.yes | 1.yes}}", True),
    ("{{1.n >= 5}}", True),
    ("{{1.n <= 4.99}}", False),
    ('{{"b" > "a"}}', True),
    ("{{1.digits > 41}}", True),
    ('{{"abc" > 1}}', False),
    ("{{1 < 2 = true}}", True),
    ("{{now > 1.when}}", True),
    ("{{addSeconds(1.when; 90) - 1.when}}", 90_000),
    ("{{9007199254740993}}!", "9007199254740992!"),
    ("{{100000000000000000000}}!", "100000000000000000000!"),
    ("{{1000000000000000000000}}!", "1e+21!"),
    ("{{0.0000001}}!", "1e-7!"),
    ("{{0.000001}}!", "0.000001!"),
    ("{{123456789.123}}!", "123456789.123!"),
    ("{{3.0}}!", "3!"),
]
GENERAL = [
    ('{{if(1.n = 5; "yes"; "no")}}', "yes"),
    ('{{if(1.n = 6; "yes"; "no")}}', "no"),
    ('{{if(1.n = 6; "yes"; )}}', None),
    ('{{if(1.n = 6; "yes")}}', None),
    ('{{if(1.empty; "yes"; "no")}}', "no"),
    ('{{if(1.text; "yes"; "no")}}', "yes"),
    ('{{ifempty(1.none; "else")}}', "else"),
    ('{{ifempty(1.empty; "else")}}', "else"),
    ("{{ifempty(0; 9)}}", 0),
    ("{{ifempty(1.no; 9)}}", False),
    ('{{switch(2.i; 1; "one"; 2; "two"; "many")}}', "two"),
    ('{{switch(7; 1; "one"; 2; "two"; "many")}}', "many"),
    ('{{switch(7; 1; "one"; 2; "two")}}', None),
    ("{{get(1.rows; 2.i).tokens}}", 30),
    ('{{get(1.rows; "1.client")}}', "acme"),
    ('{{get(1.rows; "[3].at.day")}}', "mon"),
    ('{{get(`1`; "n")}}', 5),
    ('{{get(split("1,2,4,8,16"; ","); 4)}}', "8"),
    ("{{get(1.numbers; 0)}}", None),
    ("{{get(1.missing; 1)}}", None),
    ('{{pick(get(1.rows; 1); "client"; "tokens")}}', {"client": "acme", "tokens": 120}),
    ('{{omit(get(1.rows; 1); "tags"; "at")}}', {"client": "acme", "tokens": 120}),
]
TEXT = [
    ('{{ascii("Grüße")}}', "Gre"),
    ('{{ascii("Ünï"; true)}}', "Uni"),
    ('{{base64("häh")}}', "aMOkaA=="),
    ('{{capitalize("make it")}}', "Make it"),
    ('{{contains(1.text; "Welt")}}', True),
    ('{{contains(1.text; "welt")}}', False),
    ('{{decodeURL("a%20b%2Fc")}}', "a b/c"),
    ('{{encodeURL("a b/c?d=ü")}}', "a%20b%2Fc%3Fd%3D%C3%BC"),
    ('{{escapeHTML("<a href=""x"">&</a>")}}', "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;"),
    ('{{indexOf("banana"; "an")}}', 1),
    ('{{indexOf("banana"; "an"; 2)}}', 3),
    ('{{indexOf("banana"; "x")}}', -1),
    ('{{length("häh")}}', 3),
    ('{{length("👍")}}', 2),
    ("{{length(1.missing)}}", 0),
    ("{{length(12345)}}", 5),
    ('{{lower("ÄBC")}}', "äbc"),
    ('{{upper("äbc")}}', "ÄBC"),
    ('{{md5("hello")}}', "5d41402abc4b2a76b9719d911017c592"),
    ('{{sha1("hello")}}', "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
    ('{{sha256("abc")}}', "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ('{{sha256("abc"; "base64")}}', "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
    (
        '{{sha256("what do ya want for nothing?"; "hex"; "Jefe")}}',
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        '{{sha256("what do ya want for nothing?"; ; "4a656665"; "hex")}}',
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ('{{substring(sha512("abc"); 0; 12)}}', "ddaf35a19361"),
    ('{{replace("a-b-c"; "-"; "+")}}', "a+b+c"),
    ('{{replace("a-b-c"; "-"; )}}', "abc"),
    ('{{replace("a1b22"; "/\\d+/g"; "#")}}', "a#b#"),
    ('{{replace("a1b22"; "/\\d+/"; "#")}}', "a#b22"),
    ('{{replace("John Smith"; "/(\\w+) (\\w+)/"; "$2, $1")}}', "Smith, John"),
    ('{{replace("ab"; "/[ab]/g"; "<$&>")}}', "<a><b>"),
    ('{{replace("AbA"; "/a/gi"; "x")}}', "xbx"),
    ('{{replace("a.b"; "."; "-")}}', "a-b"),
    ('{{replace("x\ny"; newline; "\\n")}}', "x\\ny"),
    ('{{replace(1.path; "\\"; "\\\\")}}', "C:\\\\dir"),
    ('{{replace(1.quote; """"; "\\""")}}', 'say \\"hi\\"'),
    ('{{replace("a/b/c"; "/\\//g"; "-")}}', "a-b-c"),
    ('{{replace("price $5"; "$5"; "$6")}}', "price $6"),
    ('{{replaceEmojiCharacters(1.emoji; "")}}', "ok  done"),
    ('{{replaceEmojiCharacters("👩‍👩‍👧🇨🇿1️⃣ 5"; "x")}}', "xxx 5"),
    ('{{split("a,b,,c"; ",")}}', ["a", "b", "", "c"]),
    ('{{split("abc"; "")}}', ["a", "b", "c"]),
    ('{{startcase("hello WORLD of make")}}', "Hello World Of Make"),
    ("{{stripHTML(1.html)}}", "a &amp; b"),
    ('{{substring("template"; 2; 5)}}', "mpl"),
    ('{{substring("template"; 5)}}', "ate"),
    ('{{substring("ab"; 0; 99)}}', "ab"),
    ('{{toBinary("häh")}}', "häh".encode()),
    ('{{toBinary("ff00"; "hex")}}', b"\xff\x00"),
    ('{{toBinary("/wA="; "base64")}}', b"\xff\x00"),
    ('{{toString(toBinary("häh"))}}', "häh"),
    ("{{toString(1.n)}}", "5"),
    ('{{substring("abc"; 2; 1)}}', "b"),
    ('{{indexOf("banana"; "an"; 4)}}', -1),
    ('{{replace("a"; ""; "b")}}', "a"),
    ('{{capitalize("")}}', ""),
    ("{{toString(emptyarray)}}", ""),
    ('{{trim("  a b  ")}}', "a b"),
]
DATES = [
    ('{{formatDate(now; "YYYY-MM-DD")}}', "2026-11-23"),
    ('{{formatDate(now; "YYYY-MM-DD HH:mm:ss.SSS")}}', "2026-11-23 09:04:05.678"),
    ('{{formatDate(now; "YYYY-MM-DDTHH:mm:ss[Z]"; "UTC")}}', "2026-11-23T15:04:05Z"),
    ('{{formatDate(now; "YYYY-MM-DDTHH:mm:ssZ"; "Europe/Prague")}}', "2026-11-23T16:04:05+01:00"),
    ('{{formatDate(now; "ZZ"; "Asia/Kolkata")}}', "+0530"),
    ('{{formatDate(now; "dddd D MMMM YY, h:mm a"; "UTC")}}', "Monday 23 November 26, 3:04 pm"),
    ('{{formatDate(now; "ddd MMM Do"; "UTC")}}', "Mon Nov 23rd"),
    ('{{formatDate(now; "X"; "UTC")}}', "1795446245"),
    ('{{formatDate(now; "x"; "UTC")}}', "1795446245678"),
    ('{{formatDate(now; "DDDD d E WW Q"; "UTC")}}', "327 1 1 48 4"),
    ('{{formatDate(now; "LT"; "UTC")}}', "3:04 PM"),
    ('{{formatDate(addDays(now; -1); "YYYY-MM-DD"; "UTC")}}', "2026-11-22"),
    ('{{formatDate("2026-01-31T23:00:00Z"; "DD.MM.YYYY")}}', "31.01.2026"),
    ('{{formatDate(0; "YYYY"; "UTC")}}', "1970"),
    ('{{formatDate(1.missing; "YYYY")}}', ""),
    ('{{parseDate("2026-11-22T10:00:00Z")}}', at(2026, 11, 22, 10)),
    ('{{parseDate("2026-11-22T10:00:00+02:00")}}', at(2026, 11, 22, 8)),
    ('{{parseDate("2026-11-22T10:00")}}', at(2026, 11, 22, 16)),
    ('{{parseDate("2026-11-22"; "YYYY-MM-DD"; "UTC")}}', at(2026, 11, 22)),
    ('{{parseDate("22.11.2026 8:05"; "DD.MM.YYYY H:mm"; "Europe/Prague")}}', at(2026, 11, 22, 7, 5)),
    ('{{parseDate("Nov 2 2026 11:59 PM"; "MMM D YYYY h:mm A"; "UTC")}}', at(2026, 11, 2, 23, 59)),
    ('{{parseDate("1795446245"; "X")}}', at(2026, 11, 23, 15, 4, 5)),
    ('{{parseDate("1795446245678"; "x")}}', NOW),
    ('{{parseDate("09:30"; "HH:mm"; "UTC")}}', at(2026, 11, 23, 9, 30)),
    ('{{parseDate("2026-03-08 02:30"; "YYYY-MM-DD HH:mm"; "America/Chicago")}}', at(2026, 3, 8, 8, 30)),
    ('{{parseDate("2026-11-01 01:30"; "YYYY-MM-DD HH:mm"; "America/Chicago")}}', at(2026, 11, 1, 6, 30)),
    ("{{parseDate(1.empty)}}", None),
    ("{{addSeconds(1.when; 30)}}", at(2026, 3, 8, 7, 30, 30)),
    ("{{addMinutes(1.when; -45)}}", at(2026, 3, 8, 6, 45)),
    ("{{addHours(1.when; 24)}}", at(2026, 3, 9, 7, 30)),
    ("{{addDays(1.when; 1)}}", at(2026, 3, 9, 6, 30)),
    ('{{addDays(parseDate("2026-11-01"); 1)}}', at(2026, 11, 2, 6)),
    ('{{addMonths(parseDate("2026-01-31T12:00:00Z"); 1)}}', at(2026, 2, 28, 12)),
    ('{{addMonths(parseDate("2026-03-31T12:00:00Z"); -1)}}', at(2026, 2, 28, 13)),
    ('{{addYears(parseDate("2024-02-29T12:00:00Z"); 1)}}', at(2025, 2, 28, 12)),
    ("{{setSecond(1.when; 59)}}", at(2026, 3, 8, 7, 30, 59)),
    ("{{setMinute(1.when; 0)}}", at(2026, 3, 8, 7)),
    ("{{setHour(now; 0)}}", at(2026, 11, 23, 6, 4, 5, 678_000)),
    ("{{setDay(now; 1)}}", at(2026, 11, 22, 15, 4, 5, 678_000)),
    ('{{setDay(now; "friday")}}', at(2026, 11, 27, 15, 4, 5, 678_000)),
    ("{{setDate(now; 1)}}", at(2026, 11, 1, 15, 4, 5, 678_000)),
    ("{{setMonth(now; 2)}}", at(2026, 2, 23, 15, 4, 5, 678_000)),
    ("{{setSecond(1.when; 75)}}", at(2026, 3, 8, 7, 31, 15)),
    ("{{setMinute(1.when; -1)}}", at(2026, 3, 8, 6, 59)),
    ("{{setHour(now; -6)}}", at(2026, 11, 23, 0, 4, 5, 678_000)),
    ("{{setDay(now; 8)}}", at(2026, 11, 29, 15, 4, 5, 678_000)),
    ("{{setDay(now; 0)}}", at(2026, 11, 21, 15, 4, 5, 678_000)),
    ("{{setDate(now; 31)}}", at(2026, 12, 1, 15, 4, 5, 678_000)),
    ('{{setMonth(now; "February")}}', at(2026, 2, 23, 15, 4, 5, 678_000)),
    ("{{setMonth(now; 14)}}", at(2027, 2, 23, 15, 4, 5, 678_000)),
    ("{{setYear(now; 2030)}}", at(2030, 11, 23, 15, 4, 5, 678_000)),
]
MATH = [
    ("{{abs(-3.5)}}", 3.5),
    ("{{average(1.numbers)}}", 2),
    ("{{average(1; 2; 4)}}", 2.3333333333333335),
    ("{{ceil(1.2)}}", 2),
    ("{{floor(-1.2)}}", -2),
    ('{{formatNumber(1234567.891; 2; "."; ",")}}', "1,234,567.89"),
    ("{{formatNumber(1234.5; 2)}}", "1.234,50"),
    ("{{formatNumber(999; 0)}}", "999"),
    ("{{max(1.numbers)}}", 3),
    ("{{max(4; 9; -2)}}", 9),
    ("{{median(1.numbers)}}", 2),
    ("{{median(1; 2; 3; 4)}}", 2.5),
    ("{{min(1.numbers)}}", 1),
    ('{{parseNumber("1 234.5")}}', 1234.5),
    ('{{parseNumber("1.234,5"; ",")}}', 1234.5),
    ('{{parseNumber("")}}', None),
    ("{{round(2.5)}}", 3),
    ("{{round(-2.5)}}", -2),
    ("{{round(-0.5)}}", 0),
    ("{{average(emptyarray)}}", None),
    ("{{max(emptyarray)}}", None),
    ("{{formatNumber(-1234.5; 2)}}", "-1.234,50"),
    ('{{parseNumber("1,5")}}', 15),
    ("{{stdevP(2; 4; 4; 4; 5; 5; 7; 9)}}", 2),
    ("{{stdevS(1; 3)}}", 1.4142135623730951),
    ("{{sum(1.numbers)}}", 6),
    ('{{sum(1; "2"; null; 3.5)}}', 6.5),
    ('{{sum(map(1.rows; "tokens"))}}', 157),
    ("{{sum(emptyarray)}}", 0),
    ("{{trunc(-1.9)}}", -1),
    ("{{trunc(3.789; 2)}}", 3.78),
    ("{{round(3.785; 1)}}", 3.8),
]
ARRAYS = [
    ("{{add(1.numbers; 9; 8)}}", [3, 1, 2, 9, 8]),
    ("{{contains(1.numbers; 2)}}", True),
    ('{{contains(1.numbers; "2")}}', True),
    ('{{contains(1.numbers; "4")}}', False),
    ('{{deduplicate(split("a,b,a"; ","))}}', ["a", "b"]),
    ('{{length(distinct(1.rows; "client"))}}', 2),
    ('{{map(distinct(1.rows; "at.day"); "tokens")}}', [120, 30]),
    ("{{first(1.numbers)}}", 3),
    ("{{last(1.numbers)}}", 2),
    ("{{first(emptyarray)}}", None),
    ("{{flatten(1.nested)}}", [1, 2, [3, [4]]]),
    ("{{flatten(1.nested; 3)}}", [1, 2, 3, 4]),
    ('{{join(1.numbers; "-")}}', "3-1-2"),
    ("{{keys(`2`)}}", ["i"]),
    ("{{length(1.rows)}}", 3),
    ("{{length(1.rows[])}}", 3),
    ('{{map(1.rows; "client")}}', ["acme", "globex", "acme"]),
    ('{{map(1.rows[]; "at.day")}}', ["mon", "tue", "mon"]),
    ('{{map(1.rows; "tokens"; "client"; "acme")}}', [120, 7]),
    ('{{map(1.rows; "tokens"; "client"; "globex,acme")}}', [120, 30, 7]),
    ('{{map(1.rows; "tokens"; "client"; "globex"; "acme")}}', [120, 30, 7]),
    ('{{map(1.rows; "client"; "tokens"; "30")}}', ["globex"]),
    ('{{map(1.rows; "tokens"; "at.day"; "tue")}}', [30]),
    ('{{map(1.rows; "absent")}}', [None, None, None]),
    ('{{merge(1.numbers; split("a,b"; ","))}}', [3, 1, 2, "a", "b"]),
    ("{{remove(1.numbers; 1; 2)}}", [3]),
    ("{{reverse(1.numbers)}}", [2, 1, 3]),
    ("{{length(shuffle(1.numbers))}}", 3),
    ("{{slice(1.numbers; -2)}}", [1, 2]),
    ('{{toCollection(emptyarray; "key"; "value")}}', {}),
    ('{{join(emptyarray; "-")}}', ""),
    ("{{slice(1.numbers; 1)}}", [1, 2]),
    ("{{slice(1.numbers; 0; 2)}}", [3, 1]),
    ("{{sort(1.numbers)}}", [1, 2, 3]),
    ('{{sort(1.numbers; "desc")}}', [3, 2, 1]),
    ('{{sort(split("b,A,a,B"; ","))}}', ["A", "B", "a", "b"]),
    ('{{sort(split("b,A,c"; ","); "asc ci")}}', ["A", "b", "c"]),
    ('{{map(sort(1.rows; "asc"; "tokens"); "tokens")}}', [7, 30, 120]),
    ('{{map(sort(1.rows; "tokens"); "tokens")}}', [7, 30, 120]),
    ("{{toArray(`2`)}}", [{"key": "i", "value": 2}]),
    ('{{toCollection(slice(1.rows; 0; 2); "client"; "tokens")}}', {"acme": 120, "globex": 30}),
    ('{{get(toCollection(toArray(`2`); "key"; "value"); "i")}}', 2),
]
ALL = FORM + LITERALS + OPERATORS + GENERAL + TEXT + DATES + MATH + ARRAYS


@pytest.mark.parametrize(("source", "expected"), ALL)
def test_an_expression_has_its_value(source: str, expected: object) -> None:
    found = evaluate(source, scope())
    assert found == expected
    assert type(found) is type(expected)


def test_the_table_is_large_and_names_every_function() -> None:
    assert len(ALL) >= 150
    unnamed = [name for name in FUNCTIONS if not any(f"{name}(" in source for source, _ in ALL)]
    assert unnamed == ["escapeJSON"]


FAULTS = [
    ('{{parseNumber("12 apples")}}', "'12 apples' is not a valid number"),
    ("{{nosuch(1)}}", "Function 'nosuch' not found!"),
    ("{{dateDiff(now; now)}}", "Function 'dateDiff' not found!"),
    ("{{upper()}}", "Missing argument 'value'"),
    ("{{upper(1; 2)}}", "Too many arguments"),
    ('{{map(1.text; "x")}}', "'Grüße, Welt' is not a valid array"),
    ('{{map(1.empty; "x")}}', "'' is not a valid array"),
    ('{{map(`2`; "x")}}', "'{object}' is not a valid array"),
    ('{{round("12,345")}}', "'12,345' is not a valid number"),
    ("{{abs(true)}}", "'true' is not a valid number"),
    ('{{sum(split("1,x"; ","))}}', "'x' is not a valid number"),
    ('{{parseDate("yesterday")}}', "'yesterday' is not a valid date"),
    ('{{parseDate("2026-13-40"; "YYYY-MM-DD")}}', "is not a valid date"),
    ('{{formatDate(now; "YYYY"; "Mars/Olympus")}}', "'Mars/Olympus' is not a valid time zone"),
    ("a{{`2`}}", "a collection cannot be converted to text"),
    ('{{replace("a"; "/(/g"; "b")}}', "Invalid regular expression"),
    ('{{sha256("a"; "rot13")}}', "'rot13' is not a valid encoding"),
    ("{{1.text * 2}}", "'Grüße, Welt' is not a valid number"),
]


@pytest.mark.parametrize(("source", "message"), FAULTS)
def test_a_bad_value_is_a_fault_with_words(source: str, message: str) -> None:
    with pytest.raises(ImlFault) as caught:
        evaluate(source, scope())
    assert message in str(caught.value)


def test_chance_comes_from_the_seed() -> None:
    one, two = scope(), scope()
    for source in ("{{uuid}}", "{{random}}", "{{shuffle(1.numbers)}}"):
        assert evaluate(source, one) == evaluate(source, two)
    assert 0 <= float(str(evaluate("{{random}}", one))) < 1


def test_local_days_may_have_23_or_25_hours() -> None:
    for start, hours in (("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-22", 24)):
        source = f'{{{{(addDays(parseDate("{start}"); 1) - parseDate("{start}")) / 3600000}}}}'
        assert evaluate(source, scope()) == hours
