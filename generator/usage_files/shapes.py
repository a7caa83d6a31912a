"""The shapes that usage files come in, as data: which fields tell one apart, and what its fields mean.

A field is written as small letters and digits (`Input Tokens`, `input_tokens` and `inputTokens` are all
`inputtokens`), a key inside another key with a dot. Of several spellings the first that the file has is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

_SIGNS = re.compile(r"[^a-z0-9]")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def plain(name: str) -> str:
    """Write a column's or key's name as shapes write it."""
    return _SIGNS.sub("", name.lower())


def plain_path(path: str) -> str:
    """Write a key inside another key as shapes write it."""
    return ".".join(plain(part) for part in path.split("."))


class Impossible(Enum):
    """What to do where more input was cached than there was input."""

    REJECT = "reject"
    OUTSIDE = "outside"
    """Older rows of this source count cached tokens outside of input (litellm issues 15056, 27191)."""
    CLAMP = "clamp"
    """Answers that were replayed from the gateway's cache may say so (OpenRouter analytics)."""


TIMES = _words(
    "time timestamp ts at datetime createdat created starttimeiso startingat starttime startedat requestcreatedat"
    " requesttime eventtime createtime usagedateutc dateday datehour date day"
)
ENDS = ("endtimeiso", "endingat", "endtime")
CLIENTS = _words(
    "client clientkey clientref clientid clientname customer customerid customerref stripecustomerid tenant tenantid"
    " enduser enduserid externaluser requestuserid projectid project projectname workspaceid workspace workspacename"
    " teamid team organizationid userid user tag apikeyname apikeyid apikey"
)
MODELS = _words(
    "model modelname modelid modelversion modelpermaslug providedmodelname responsemodel requestmodel modelgroup"
)
FRESH = ("input", "inputuncachedtokens", "uncachedinputtokens", "usageinputtokensnocache", "inputtokensuncached")
"""Input that is never cached input, whatever else the file holds."""
PROMPTS = _words(
    "nativetokensprompt prompttokens tokensprompt inputtokens tokensin contexttokens prompttokencount tokensinput"
)
CACHED = _words(
    "cachedinput cachedinputtokens inputcachedtokens cachereadinputtokens cachereadtokens promptcachereadtokens"
    " usageinputtokenscacheread nativetokenscached tokenscached cachedtokens cacheread"
)
WRITES = _words(
    "cachedwrite cachewrite inputcachewritetokens cachecreationinputtokens cachewritetokens cachecreationtokens"
    " promptcachewritetokens"
)
SHORT_WRITES = ("usageinputtokenscachewrite5m", "cachecreation.ephemeral5minputtokens")
LONG_WRITES = ("usageinputtokenscachewrite1h", "cachecreation.ephemeral1hinputtokens", "inputcachewrite12htokens")
OUTPUTS = _words(
    "output outputtokens nativetokenscompletion completiontokens tokenscompletion tokensout generatedtokens"
    " usageoutputtokens candidatestokencount tokensoutput"
)
COSTS = ("cost", "costusd", "totalcost", "costtotal", "spend", "totalusage", "responsecost", "totalcostusd")
KINDS = ("tokentype", "tokenkind")
"""What a row's single count is of."""
KIND_WORDS = (
    _words("input prompt uncachedinput"),
    _words("cachedinput cached cacheread cachereadinput inputcached inputcacheread"),
    _words("cachedwrite cachewrite cachecreation cachecreationinput inputcachewrite"),
    _words("output completion generated"),
    _words("total all"),
)
"""How people write the four kinds there, without `tokens` behind them; a total is none."""
LOOSE_KINDS = ("kind", "direction", "type")
"""These say so only beside a column of tokens."""
NUMBERS = ("tokens", "tokencount", "numtokens")
LOOSE_NUMBERS = ("value", "quantity", "count")
CALLS = ("requestid", "generationid")
"""The id of a call, by which a repeated row is known."""
REQUESTS = ("requests", "requestcount", "nummodelrequests", "apirequests", "numrequests")
EXCLUSIVE = {"cachereadinputtokens", "cachecreationinputtokens"}
"""Anthropic's names: beside `inputtokens` they say that cached tokens are not part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of file or answer.

    `needs`: fields that all must be there. `sums`: rows are totals of several calls. `free`: a field and the values
    that mark a row as answered from a cache, at no cost (any value unless some are named). `batch`: a field and its
    values for half price. `amount`: the field with money, where rows hold no tokens. `kind` and `number`: where a row
    holds one count, the fields that say of what, and how many.
    """

    name: str
    needs: frozenset[str]
    clients: tuple[str, ...] = CLIENTS
    models: tuple[str, ...] = MODELS
    costs: tuple[str, ...] = COSTS
    cached_inside: bool | None = None
    impossible: Impossible = Impossible.REJECT
    sums: bool = False
    free: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()
    amount: str = ""
    kind: str = ""
    number: str = ""
    remark: str = ""


def _needs(words: str) -> frozenset[str]:
    return frozenset(words.split())


SHAPES = (
    Shape(
        name="OpenAI cost report",
        needs=_needs("amount.value amount.currency"),
        models=("lineitem",),
        amount="amount.value",
    ),
    Shape(
        name="Anthropic cost report",
        needs=_needs("amount currency workspaceid"),
        models=("model", "description"),
        amount="amount",
    ),
    Shape(
        name="OpenAI usage report",
        needs=_needs("inputtokens nummodelrequests"),
        sums=True,
        batch=("batch", "true"),
        cached_inside=True,
    ),
    Shape(
        name="Anthropic usage report",
        needs=_needs("uncachedinputtokens outputtokens"),
        sums=True,
        batch=("servicetier", "batch"),
    ),
    Shape(
        name="Anthropic console export",
        needs=_needs("usageinputtokensnocache usageoutputtokens"),
        sums=True,
        batch=("usagetype", "batch"),
    ),
    Shape(
        name="OpenRouter activity",
        needs=_needs("tokensprompt tokenscompletion"),
        clients=("externaluser", "user", "apikeyname", "appname", "workspace"),
        cached_inside=True,
        impossible=Impossible.CLAMP,
        free=("responsecachesourceid",),
        remark="cache writes are inside input here, so the cost by price is a little low; the file's own is exact",
    ),
    Shape(
        name="OpenRouter activity",
        needs=_needs("modelpermaslug prompttokens completiontokens"),
        models=("model", "modelpermaslug"),
        costs=("usage",),
        cached_inside=True,
        sums=True,
    ),
    Shape(
        name="LiteLLM spend",
        needs=_needs("spend prompttokens completiontokens"),
        cached_inside=True,
        impossible=Impossible.OUTSIDE,
        free=("cachehit", "true"),
    ),
    Shape(
        name="Vercel AI Gateway report",
        needs=_needs("marketcost inputtokens"),
        clients=("user", "tag"),
        cached_inside=True,
        impossible=Impossible.OUTSIDE,
        sums=True,
        remark="it is not published whether input includes cached tokens: read so; see `--cached outside`",
    ),
    Shape(
        name="Helicone requests",
        needs=_needs("requestmodel prompttokens completiontokens"),
        clients=("requestuserid",),
        models=("responsemodel", "requestmodel"),
        impossible=Impossible.OUTSIDE,
        cached_inside=False,
    ),
    Shape(
        name="Cloudflare AI Gateway logs",
        needs=_needs("tokensin tokensout"),
        free=("cached", "true"),
        remark="cached tokens are not told apart here, so the cost by price is an upper bound",
    ),
    Shape(name="own rows", needs=_needs("input output")),
    Shape(name="own rows", needs=_needs("cachedinput")),
    Shape(name="own rows", needs=_needs("cachedwrite")),
    Shape(name="own rows", needs=_needs("input model")),
    Shape(name="own rows", needs=_needs("output model")),
)
"""The first that fits is taken; what fits none but has a column of input tokens is read as a plain token log."""

TOKEN_LOG = Shape(name="token log", needs=frozenset())
LONG_LOG = Shape(name="one count per row", needs=frozenset(), sums=True)
COST_LIST = Shape(name="list of costs", needs=frozenset())
EMPTY_EXPORT = Shape(name="OpenAI usage report", needs=_needs("starttime endtime starttimeiso endtimeiso"), sums=True)
"""OpenAI's dashboard exports days without usage like this."""


def recognise(fields: set[str]) -> Shape | None:
    """Give the shape of rows with these fields; None where there are no counts in them."""
    for shape in SHAPES:
        if shape.needs <= fields:
            return shape
    if fields & {*FRESH, *PROMPTS}:
        return TOKEN_LOG
    kind, number = _one_count(fields)
    if kind and number:
        return replace(LONG_LOG, kind=kind, number=number)
    cost = next((name for name in COSTS if name in fields), None)
    return replace(COST_LIST, amount=cost) if cost else EMPTY_EXPORT if fields == EMPTY_EXPORT.needs else None


def _one_count(fields: set[str]) -> tuple[str | None, str | None]:
    kind = next((name for name in KINDS if name in fields), None)
    numbers = (*NUMBERS, *LOOSE_NUMBERS) if kind else NUMBERS
    return kind or next((name for name in LOOSE_KINDS if name in fields), None), next(
        (name for name in numbers if name in fields), None
    )


def known_shapes() -> list[str]:
    """List what can be read, for messages and docs."""
    answers = ["rows with a provider's `usage` object", "saved answers (OpenAI, Anthropic, Gemini, Bedrock)"]
    names = [shape.name for shape in SHAPES]
    return [*dict.fromkeys(names), "Langfuse observations", *answers, TOKEN_LOG.name, LONG_LOG.name, COST_LIST.name]
