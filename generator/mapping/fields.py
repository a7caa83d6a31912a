"""The kinds of values in a mapping: each turns the text of the file into one typed value, or says what is wrong.

Numbers are never float: the loader hands over the text as written, so `0.1` stays 0.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any
from unicodedata import category
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from generator.mapping import sources
from generator.mapping.patterns import ANY

YEARS = range(2020, 2101)
LONGEST_WAIT = timedelta(seconds=32)
"""With its random part a wait stays below the 65 s from which n8n stores the execution and resumes it later."""
LONGEST_MEMORY = timedelta(hours=1)
"""Of an answer about a cap."""
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def wrong(found: object, what: str, hint: str = "") -> PydanticCustomError:
    """Make the error that becomes a `mapping.bad-value` finding."""
    return PydanticCustomError("bad_value", "{what}", {"what": what, "hint": hint, "found": str(found)})


def _plain(text: str) -> str:
    if any(category(sign) in ("Cc", "Zl", "Zp") for sign in text):
        raise wrong(text, "holds a line break or another control character", "write it on one line")
    if not text.strip():
        raise wrong(text, "is blank", "write a name")
    return text


def _prefix(text: str) -> str:
    if ANY in text:
        raise wrong(
            text,
            "holds `*`",
            "write only how spellings begin, like acme-; a spelling with `*` belongs under `patterns`",
        )
    return text


def _pattern(text: str) -> str:
    if ANY not in text:
        raise wrong(
            text, "has no `*`", "a whole spelling belongs under `aliases`; here `*` stands for any run of characters"
        )
    if not text.strip(ANY):
        raise wrong(
            text, "is nothing but `*`, so it would be every client", "write what its spellings share, like *@acme.com"
        )
    if 2 * ANY in text:
        raise wrong(text, "has two `*` in a row", "write one: it stands for any run of characters, however long")
    return text


def _date(value: object) -> object:
    text = str(value)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise wrong(value, "is not a day", "write year-month-day, like 2026-11-01")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(value, "is no day of the calendar", "write year-month-day, like 2026-11-01") from None


def _year(value: date) -> date:
    if value.year not in YEARS:
        raise wrong(value, f"lies outside the years {YEARS[0]} to {YEARS[-1]}", "write year-month-day, like 2026-11-01")
    return value


def _instant(value: object) -> datetime:
    text = str(value)
    shape = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})"
    if not re.fullmatch(shape, text):
        raise wrong(value, "is not an instant with a zone", "write it like 2026-11-01T06:00:00Z")
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise wrong(value, "is no day and time of the calendar", "write it like 2026-11-01T06:00:00Z") from None
    _year(found)
    return found.astimezone(UTC)


def _duration(value: object) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([smhd])", str(value))
    if not match:
        raise wrong(value, "is not a length of time", "write a number and s, m, h or d, like 90s, 20m, 1h or 3d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _short_wait(value: timedelta) -> timedelta:
    if not timedelta(0) < value <= LONGEST_WAIT:
        raise wrong(value, f"is not between 1s and {LONGEST_WAIT.seconds}s", "longer waits are left to the next run")
    return value


def _short_memory(value: timedelta) -> timedelta:
    if value > LONGEST_MEMORY:
        raise wrong(value, "is longer than 1h", "a client that reached its cap would go on for so long")
    return value


def _clock(value: object) -> time:
    match = re.fullmatch(r"(\d{2}):(\d{2})", str(value))
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise wrong(value, "is not a time of day", 'write hours and minutes in quotes, like "00:20"')
    return time(int(match[1]), int(match[2]))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("unknown_zone", "is not a known time zone", {"found": name}) from None
    return name


def _text_schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern that a whole text must have, in the model and in the published schema."""

    pattern: str
    what: str
    hint: str

    def check(self, text: str) -> str:
        """Give the text back, or say what it is not."""
        if not re.fullmatch(self.pattern, text):
            raise wrong(text, self.what, self.hint)
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check after the text was read."""
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Publish the pattern."""
        return {**handler(schema), "pattern": f"^{self.pattern}$"}


def _url(text: str) -> str:
    parts = urlsplit(text)
    problems = {}
    if parts.scheme != "https" or not parts.hostname or not re.fullmatch(r"[!-~]+", text):
        problems["is not an https address"] = "write https://…, so that nobody reads the key on the way"
    if parts.query or parts.fragment or re.search(r"[\"'<>\\{}|^`?#]", text):
        problems["holds more than a plain address"] = "leave out what comes after `?` or `#`: the run asks by itself"
    if parts.username or parts.password:
        problems["holds a user name or password"] = "store the key as a credential on n8n or Make"
    if problems:
        shown = "…" if parts.username or parts.password else text
        raise wrong(shown, " and ".join(problems), "; ".join(problems.values()))
    return text


class _SourceKind:
    """One of the folders of `generator/sources`, looked up when it is asked for."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "enum": sources.kinds()}

    def check(self, text: str) -> str:
        if text not in sources.kinds():
            raise wrong(text, "is not a kind of usage source", f"use one of: {', '.join(sources.kinds())}")
        return text


def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse an empty list; entries that are wrong themselves do not count as missing."""
    if not values:
        raise wrong("[]", "has no entry", "write at least one, or remove the key")
    return values


def listed(value: object) -> object:
    """Take one value where a list may stand."""
    return [value] if isinstance(value, str) else value


NUMBER = WithJsonSchema({"type": ["number", "string"], "minimum": 0, "pattern": r"^[0-9]*\.?[0-9]+$"})

Text = Annotated[str, StringConstraints(max_length=100), AfterValidator(_plain)]
Prefix = Annotated[Text, AfterValidator(_prefix), Field(json_schema_extra={"pattern": r"^[^*]*$"})]
Pattern = Annotated[
    Text, AfterValidator(_pattern), Field(json_schema_extra={"pattern": r"^(?=.*[^*])(?!.*[*]{2}).*[*].*$"})
]
Day = Annotated[date, BeforeValidator(_date), AfterValidator(_year)]
Instant = Annotated[
    datetime, BeforeValidator(_instant), _text_schema("[0-9]{4}-.*(Z|[+-][0-9:]+)$", "2026-11-01T06:00:00Z")
]
Duration = Annotated[timedelta, BeforeValidator(_duration), _text_schema("^[0-9]+[smhd]$", "1h")]
Wait = Annotated[Duration, AfterValidator(_short_wait)]
Memory = Annotated[Duration, AfterValidator(_short_memory)]
Clock = Annotated[time, BeforeValidator(_clock), _text_schema("^[0-9]{2}:[0-9]{2}$", "00:20")]
Zone = Annotated[str, AfterValidator(_zone)]
Money = Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=6), NUMBER]
Cost = Annotated[Decimal, Field(ge=0, le=10**6, decimal_places=12), NUMBER]
Markup = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=6), NUMBER]
Factor = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=6), NUMBER]
Rate = Annotated[Decimal, Field(gt=0, le=10**9, decimal_places=12), NUMBER]
Tokens = Annotated[int, Field(ge=0, lt=10**15)]
Percent = Annotated[int, Field(ge=1, le=10_000)]
PercentOrNone = Annotated[int, Field(ge=0, le=10_000)]
UpTo = Annotated[int, Field(gt=0, lt=10**15)]
NotEmpty = (AfterValidator(some), Field(json_schema_extra={"minItems": 1}))
CreditValue = Annotated[Decimal, Field(gt=0, le=10**6, decimal_places=12), NUMBER]
ModelName = Annotated[Text, Shape(r"[^/\s]+/\S+", "is not `creator/model`", "write it like openai/gpt-4o-mini")]
MeterName = Annotated[
    str,
    StringConstraints(max_length=100),
    Shape(r"[a-z0-9][a-z0-9_-]*", "is not a meter name", "use small letters, digits, _ and -"),
]
Currency = Annotated[str, Shape(r"[a-z]{3}", "is not a currency", "write three small letters, like usd")]
CustomerId = Annotated[
    str, Shape(r"cus_[A-Za-z0-9]+", "is not a Stripe customer id", "it looks like cus_SandboxAcme001")
]
TaxCode = Annotated[
    str, Shape(r"txcd_[0-9]{8}", "is not a Stripe tax code", "it looks like txcd_10103001; Stripe's docs list them")
]
Channel = Annotated[
    str,
    Shape(
        r"[CGD][A-Z0-9]{7,20}",
        "is not a Slack channel id",
        "open the channel's details in Slack and copy its id, like C0OPS00001",
    ),
]
SourceKind = Annotated[str, _SourceKind()]
SourceName = Annotated[
    str,
    StringConstraints(max_length=16),
    Shape(
        r"(?!(?:native|chunk|shard)(?:-|$))[a-z][a-z0-9-]*",
        "is not a name of a source",
        "use small letters, digits and -; it ends file names, where `native`, `chunk` and `shard` are taken",
    ),
]
Url = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_url)]
SourceNames = Annotated[
    tuple[SourceName, ...],
    BeforeValidator(listed),
    AfterValidator(some),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
