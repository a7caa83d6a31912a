"""What the model says of a file, in the words of its user: place, found, expected, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator.mapping.findings import Finding, Level
from generator.mapping.model import Mapping
from generator.mapping.places import KeyPath, Places, dotted
from generator.mapping.rules import Rule

UNKNOWN = Rule(
    "mapping.unknown-key", Level.ERROR, "a key that the mapping does not know", "correct the key, or remove it"
)
MISSING = Rule("mapping.missing-key", Level.ERROR, "a required key is not there", "add the key")
BAD_VALUE = Rule("mapping.bad-value", Level.ERROR, "a value of the wrong kind", "correct the value")
ZONE = Rule(
    "mapping.unknown-zone", Level.ERROR, "a time zone that is not in the IANA list", "write a name like America/Chicago"
)

EMPTY = "write a value, or remove the key; one that begins with `#` stands in quotes"
ONE_SOURCE = "give each source a name, as in `app: {kind: app_log}`, or write a single one under `source:`"
LIMITS = {
    "too_short": "has no entry",
    "too_long": "has more than {max_length} entries",
    "string_too_short": "is blank",
    "string_too_long": "has more than {max_length} characters",
    "decimal_max_places": "has more than {decimal_places} decimals",
    "greater_than": "is not above {gt}",
    "greater_than_equal": "is below {ge}",
    "less_than_equal": "is above {le}",
}


def complaints(error: ValidationError, places: Places) -> Iterator[Finding]:
    """Turn every error of one validation into a finding; a misspelt key is unknown, not missing as well."""
    every = error.errors(include_url=False)
    meant = {_meant(details["loc"]) for details in every if details["type"] == "extra_forbidden"}
    return (_finding(one, places) for one in every if one["type"] != "missing" or _plain(one["loc"]) not in meant)


def _plain(path: KeyPath) -> KeyPath:
    return tuple(part for part in path if part != "[key]")


def meant(key: str, outer: KeyPath = ()) -> str | None:
    """Say which of the keys of a block an unknown one is taken for."""
    return _nearest(key, _keys(outer))


def _meant(loc: KeyPath) -> KeyPath | None:
    *outer, last = _plain(loc)
    near = meant(str(last), tuple(outer))
    return (*outer, near) if near else None


def _finding(details: ErrorDetails, places: Places) -> Finding:
    path = _plain(details["loc"])
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    if kind != "missing" and path not in places.marks and path[:-1] in places.marks:
        path = path[:-1]  # a shorthand: its first key is not in the file
    where, name = places.at(*path), dotted(path)
    if kind == "extra_forbidden" and str(path[-1]).isdigit():
        return UNKNOWN.at(where, f"{name} is not a known key", "write numbers without separators: 1375, not 1,375")
    if kind == "extra_forbidden":
        return UNKNOWN.at(where, f"{name} is not a known key", did_you_mean(str(path[-1]), _keys(path[:-1])))
    if kind == "missing":
        return MISSING.at(where, f"{name} is missing", f"add `{path[-1]}:`" + _meaning(path))
    if kind == "unknown_zone":
        hint = did_you_mean(str(found), sorted(available_timezones()), alike=0.75)
        return ZONE.at(where, f"{name} is {_shown(found)}, which is not a known time zone", hint)
    if found is None:
        return BAD_VALUE.at(where, f"{name} is empty", EMPTY)
    what, hint = _words(kind, found, context, details["msg"])
    if kind == "model_type" and path[:-1] == ("sources",):
        hint = ONE_SOURCE
    return BAD_VALUE.at(where, f"{name} is {_shown(found)}, which {what}", hint)


def _words(kind: str, found: object, context: dict[str, Any], message: str) -> tuple[str, str]:
    if kind == "bad_value":
        return context["what"], context["hint"]
    if kind in ("enum", "literal_error"):
        options = [text.strip("' ") for text in context["expected"].replace(" or ", ",").split(",")]
        return "is not one of: " + ", ".join(options), did_you_mean(str(found), options)
    if kind.startswith(("decimal_parsing", "decimal_type", "int_")):
        return "is not a number", "write digits only, with `.` before decimals: 1500 or 0.15"
    if kind in LIMITS:
        return LIMITS[kind].format(**context), ""
    plain = {
        "string_type": "text",
        "dict_type": "a block of keys",
        "model_type": "a block of keys",
        "tuple_type": "a list",
    }
    if kind in plain:
        listed = kind == "tuple_type" and not isinstance(found, dict)
        return f"is not {plain[kind]}", f"write a list: `[{found}]`" if listed else ""
    return f"does not fit: {message[:1].lower()}{message[1:]}", ""


def _shown(found: object) -> str:
    if isinstance(found, dict | list | tuple):
        return "a block" if isinstance(found, dict) else "a list"
    text = "".join(sign if sign.isprintable() else "·" for sign in str(found))
    return f"'{text[:57]}…'" if len(text) > 60 else f"'{text}'"


def did_you_mean(found: str, known: list[str], alike: float = 0.65) -> str:
    """Give the known name nearest to one that was found, or all of them, as a hint; empty where they are many."""
    if near := _nearest(found, known, alike):
        return f"did you mean `{near}`?"
    return f"known here: {', '.join(known)}" if len(known) < 25 else ""


def _nearest(found: str, known: list[str], alike: float = 0.65) -> str | None:
    by_lower = {name.lower(): name for name in reversed(known)}
    return next((by_lower[name] for name in get_close_matches(found.lower(), by_lower, n=1, cutoff=alike)), None)


def _meaning(path: KeyPath) -> str:
    block, last = _block(path[:-1]), str(path[-1])
    about = block.model_fields[last].description if block and last in block.model_fields else None
    return f" ({about.splitlines()[0].rstrip('.')})" if about else ""


def _keys(path: KeyPath) -> list[str]:
    block = _block(path)
    return list(block.model_fields) if block else []


def _block(path: KeyPath) -> type[BaseModel] | None:
    """Walk the model's annotations to the block at a path."""
    kind: Any = Mapping
    for part in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(part)].annotation if str(part) in kind.model_fields else None
        else:
            kind = _inner(kind)
        kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _bare(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(arg for arg in get_args(kind) if arg is not type(None)))
    return _bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind


def _inner(kind: Any) -> Any:
    arguments = get_args(kind)
    return (arguments[1] if get_origin(kind) is dict else arguments[0]) if arguments else None
