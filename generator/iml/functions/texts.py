"""Text functions."""

from __future__ import annotations

import base64 as b64
import html
import json
import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from generator.iml.faults import ImlFault
from generator.iml.functions.hashes import decoded
from generator.iml.functions.table import function
from generator.iml.scope import Surroundings
from generator.iml.values import Value, text, to_buffer

URL_SAFE: Final = "!'()*-._~"
_SIGN: Final = "[\U0001f000-\U0001f3fa\U0001f400-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff]"
_CHANGE: Final = "[\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_FLAG: Final = "[\U0001f1e6-\U0001f1ff]{2}"
EMOJI: Final = re.compile(f"{_FLAG}|[0-9#*]\ufe0f?\u20e3|{_SIGN}{_CHANGE}*(?:\u200d{_SIGN}{_CHANGE}*)*")
"""One emoji as a reader sees it: a flag, a key, or signs with their changes of colour, joined."""


@function("text", "ascii(value text; [transliterate boolean])")
def ascii_only(value: str, transliterate: bool = False) -> Value:  # noqa: FBT001, FBT002 (Make's order)
    """Drop what is not ASCII; on request take the accents off first."""
    plain = unicodedata.normalize("NFD", value) if transliterate else value
    return "".join(c for c in plain if ord(c) < 128)


@function("text", "base64(value)")
def base64(value: Value) -> Value:
    """Encode as base64."""
    return b64.b64encode(to_buffer(value)).decode()


@function("text", "capitalize(value text)")
def capitalize(value: str) -> Value:
    """Make the first letter a capital."""
    return value[:1].upper() + value[1:]


@function("text", "decodeURL(value text)")
def decode_url(value: str) -> Value:
    """Decode percent signs."""
    return unquote(value)


@function("text", "encodeURL(value text)")
def encode_url(value: str) -> Value:
    """Encode as a part of a URL."""
    return quote(value, safe=URL_SAFE)


@function("text", "escapeHTML(value text)")
def escape_html(value: str) -> Value:
    """Escape for HTML."""
    return html.escape(value).replace("&#x27;", "&#39;")


@function("text", "escapeJSON(value text)", around=True)
def escape_json(around: Surroundings, value: str) -> Value:
    """Escape for the inside of a JSON text: in no official list."""
    around.met.add("escape_json")
    if around.rules.escape_json == "unknown":
        raise ImlFault("Function 'escapeJSON' not found!")
    return json.dumps(value, ensure_ascii=False)[1:-1]


@function("text", "indexOf(value text; search text; [start number])")
def index_of(value: str, search: str, start: int | None = None) -> Value:
    """Find a text, 0-based; -1 if it is not there."""
    return value.find(search, int(start or 0))


@function("text", "lower(value text)")
def lower(value: str) -> Value:
    """Make small letters."""
    return value.lower()


@function("text", "upper(value text)")
def upper(value: str) -> Value:
    """Make capital letters."""
    return value.upper()


@function("text", "replace(value text; search text; [replacement text])", around=True)
def replace(around: Surroundings, value: str, search: str, replacement: str | None = None) -> Value:
    """Replace every occurrence of a text, or what a regular expression `/…/flags` finds."""
    if replacement is None:
        around.met.add("empty_replacement")
        if around.rules.empty_replacement == "error":
            raise ImlFault("Function 'replace' finished with error! Missing argument 'replacement'.")
        replacement = ""
    pattern = _regular(search)
    if pattern is None:
        return _replace_text(around, value, search, replacement)
    found, count = pattern
    return found.sub(lambda m: _expanded(replacement, m), value, count=count)


def _replace_text(around: Surroundings, value: str, search: str, replacement: str) -> str:
    if not search:
        return value
    if value.count(search) > 1:
        around.met.add("replace_text")
    return value.replace(search, replacement, -1 if around.rules.replace_text == "all" else 1)


_CLASSES: Final = {r"\d": "[0-9]", r"\D": "[^0-9]", r"\w": "[A-Za-z0-9_]", r"\W": "[^A-Za-z0-9_]"}
"""JavaScript's classes know ASCII only."""


@lru_cache(maxsize=512)
def _regular(search: str) -> tuple[re.Pattern[str], int] | None:
    """Read `/…/flags`; gives the pattern and how often it applies (0 = always)."""
    match = re.fullmatch(r"/(.+)/([gimsuy]*)", search, re.DOTALL)
    if match is None:
        return None
    flags = re.IGNORECASE * ("i" in match[2]) | re.MULTILINE * ("m" in match[2]) | re.DOTALL * ("s" in match[2])
    try:
        return re.compile(_python(match[1], multiline="m" in match[2]), flags), 0 if "g" in match[2] else 1
    except re.error as error:
        raise ImlFault(f"Invalid regular expression: /{match[1]}/: {error}") from None


def _python(pattern: str, *, multiline: bool) -> str:
    """Turn JavaScript's spelling of a pattern into Python's."""
    words = {**_CLASSES, r"\/": "/", "[^]": r"[\s\S]"}
    out, inside = [], False
    for match in re.finditer(r"\[\^\]|\\.|\(\?<(?=[A-Za-z])|.", pattern, re.DOTALL):
        word = match[0]
        if not inside and word == "$" and not multiline:
            word = r"\Z"
        elif inside and word in (r"\d", r"\w"):
            word = words[word][1:-1]
        elif word == "(?<":
            word = "(?P<"
        elif inside and word == "[":
            word = r"\["
        else:
            inside = (word == "[" or inside) and word != "]"
            word = words.get(word, word) if not inside or word == r"\/" else word
        out.append(word)
    return "".join(out)


_PLACE: Final = re.compile(r"\$(\$|&|\d{1,2})")


def _expanded(replacement: str, match: re.Match[str]) -> str:
    def part(found: re.Match[str]) -> str:
        word = found[1]
        if word in "$&":
            return "$" if word == "$" else match[0]
        return (match[int(word)] or "") if 0 < int(word) <= (match.re.groups or 0) else found[0]

    return _PLACE.sub(part, replacement) if "$" in replacement else replacement


@function("text", "replaceEmojiCharacters(value text; [replacement text])")
def replace_emoji(value: str, replacement: str | None = None) -> Value:
    """Replace emoji."""
    return EMOJI.sub(replacement or "", value)


@function("text", "split(value text; separator text)", around=True)
def split(around: Surroundings, value: str, separator: str) -> Value:
    """Cut at a separator; an empty one cuts into characters."""
    if not value and separator:
        around.met.add("split_nothing")
        return [] if around.rules.split_nothing == "none" else [""]
    return list(value.split(separator)) if separator else list(value)


@function("text", "startcase(value text)")
def startcase(value: str) -> Value:
    """Make every word start with a capital, the rest small."""
    return re.sub(r"[^\W_]+(?:'[^\W_]+)?", lambda m: m[0][0].upper() + m[0][1:].lower(), value)


@function("text", "stripHTML(value text)")
def strip_html(value: str) -> Value:
    """Take the tags out."""
    return re.sub(r"<[^>]*>", "", value)


@function("text", "substring(value text; start number; [end number])")
def substring(value: str, start: int | None, end: int | None = None) -> Value:
    """Cut out from `start` to before `end`, 0-based; as in JavaScript the two may be swapped."""
    one = max(0, int(start or 0))
    two = len(value) if end is None else max(0, int(end))
    return value[min(one, two) : max(one, two)]


@function("text", "toBinary(value; [encoding text])")
def to_binary(value: Value, encoding: str = "") -> Value:
    """Make bytes; `hex` or `base64` say how the text holds them."""
    return decoded(text(value), encoding) if encoding else to_buffer(value)


@function("text", "toString(value)")
def to_string(value: Value) -> Value:
    """Make text."""
    return text(value)


@function("text", "trim(value text)")
def trim(value: str) -> Value:
    """Take white space off both ends."""
    return value.strip()
