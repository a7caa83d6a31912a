"""Plan → the text of Make's module *Mapping*: JSON keyed so that its expression language can look everything up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import md5
from zoneinfo import ZoneInfo

from generator.mapping.patterns import ranked, regular
from generator.mapping.sources import APP_LOG
from generator.pricing.amounts import format_decimal, minor_units
from generator.rendering.caps import capped, caps_data, unit_costs
from generator.rendering.contacts import contact_data, escaped
from generator.rendering.month_make import NUMBERS, month_data, watched
from generator.rendering.plan import Billing, CapSource, Client, Contact, ModelName, Pair, Plan, TokenType, Windows
from generator.rendering.services import source_data, stripe_data

LETTERS = dict(zip(TokenType, "ICWO", strict=True))
"""What stands before a count in the column `x` of *All rows*."""
_DAY = (
    "(?:(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29|[0-9]{4}-(?:"
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8])))"
)
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_LONG, _SHORT, _LEAP = "Jan|Mar|May|Jul|Aug|Oct|Dec", "Apr|Jun|Sep|Nov", "(?:0[048]|[2468][048]|[13579][26])"
_DATE = (
    f"(?:(?:0[1-9]|1[0-9]|2[0-8]) (?:{_LONG}|{_SHORT}|Feb) [0-9]{{4}}|(?:29|30) (?:{_LONG}|{_SHORT}) [0-9]{{4}}"
    f"|31 (?:{_LONG}) [0-9]{{4}}|29 Feb [0-9]{{2}}{_LEAP})"
)
"""A day as HTTP writes it."""
_COUNT = "[0-9]{1,15}"
_FOUR = f"I{_COUNT}C{_COUNT}W{_COUNT}O{_COUNT}(?:[VURQ][0-9]{{1,16}})*"
FORMS = {
    "time": f"{_DAY}T{_CLOCK}(?::[0-5][0-9](?:[.,][0-9]+)?)?(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?",
    "stamp": f"{_DAY}T{_CLOCK}:[0-5][0-9](?:[.][0-9]+)?Z",
    "http_date": f"[A-Z][a-z][a-z], {_DATE} {_CLOCK}:[0-5][0-9] GMT",
    "row": (
        f"[a-z][0-9]+~[a-z0-9_]+~[a-z0-9_]*~{_FOUR}(?:[+][a-z0-9_]+~{_FOUR})?"
        f"={_COUNT}(?:,{_COUNT}){{5}}(?:;{_COUNT}(?:,{_COUNT})*){{2}}(?:;[0-9,]*){{2}}"
    ),
}
"""Regular expressions: a row's time, Stripe's `created`, an HTTP date, and what *All rows* makes of a sound row."""
_IN_LINE = r"[^\n]"
ELSEWHERE = "elsewhere"
"""What stands for the models of a client that another source of the mapping bills."""
HOURS = "%Y%m%d%H"
DAYS = "%Y%m%d"


@lru_cache(maxsize=8)
def mapping_text(plan: Plan) -> str:
    """Write the mapping without its first brace, as it stands behind the run's own fields; one line per entry.

    Make would read two braces in a row as an expression: those in texts are escaped, the others kept apart.
    """
    lines = [f"{_json(key)}:{_value(value)}" for key, value in mapping_data(plan).items()]
    return ",\n".join(lines) + "\n}"


def mapping_data(plan: Plan) -> dict[str, object]:
    """Give the mapping as data; windows are numbers such as 20261122, outside names are keys by their MD5."""
    return {
        "format": 1,
        "title": escaped(plan.name),
        "billing": plan.billing.value,
        "livemode": plan.livemode,
        "currency": plan.currency,
        **_places(plan.currency),
        "source": source_data(plan),
        "slack": {"ops": plan.ops_channel},
        "stripe": stripe_data(),
        "retry": {"lows": list(_lows(plan)), "budget": plan.retry.budget_s},
        "forms": FORMS,
        "scale": scale(plan),
        "first": [{"first": True}],
        "nothing": {"nothing": True},
        "unpriced": {letter: _unpriced(plan, token_type) for token_type, letter in LETTERS.items()},
        "clients": {f"c{number:04}": _client(client, plan) for number, client in enumerate(plan.clients, 1)},
        "watched": list(watched(plan)),
        "names": dict(_names(plan)),
        **({"patterns": _patterns(plan)} if plan.patterned else {}),
        "models": {_key(name.name): _model(name, plan) for name in plan.model_names},
        "pairs": _pairs(plan),
        "contacts": {_key(contact.customer): contact_data(contact, plan) for contact in plan.contacts},
        "portal": plan.portal,
        "zone": plan.windows.zone,
        "caps": _caps(plan),
    }


def _places(currency: str) -> dict[str, int]:
    """Say how many minor units one unit of the currency has, and with how many places that is written."""
    minor = minor_units(currency)
    return {"minor": minor, "places": len(str(minor)) - 1}


def _lows(plan: Plan) -> Iterator[int]:
    """Give the shortest wait before each further try, in seconds; Make's Sleep takes whole seconds from 1 on."""
    for number in range(plan.retry.attempts - 1):
        yield max(1, min(plan.retry.cap_s, plan.retry.base_s * 2**number))


def _client(client: Client, plan: Plan) -> dict[str, object]:
    anchor = client.anchor.astimezone(UTC)
    return {
        "key": client.key,
        "customer": client.customer,
        "since": _first_window(max(plan.since, client.since), plan.windows),
        "until": _until(client, plan.windows),
        "day": anchor.day,
        "time": f"{anchor:%H:%M:%S}",
        "grace": int(client.grace.total_seconds()),
        "retainer": None if client.retainer is None else format_decimal(client.retainer),
        "month": month_data(client, plan, scale(plan), _models(plan)),
    }


def _caps(plan: Plan) -> dict[str, object]:
    """Give clients by the MD5 of their names, costs by the MD5 of `model token_type`, and each meter once."""
    numbers = {client.key: f"c{number:04}" for number, client in enumerate(plan.clients, 1)}
    clients = {_key(n): _capped(c, plan, numbers.get(c.key, "")) for c in plan.contacts for n in c.names}
    costs = {_key(f"{cost['model']} {cost['token_type']}"): cost["per_million"] for cost in unit_costs(plan)}
    meters = {
        cost["event_name"]: {"event": cost["event_name"], "cost": cost["per_million"]} for cost in unit_costs(plan)
    }
    return {**caps_data(plan, clients, costs), "meters": list(meters.values()), "minor": minor_units(plan.currency)}


def _capped(contact: Contact, plan: Plan, number: str) -> dict[str, object]:
    """Give one client; `none` where its usage lies in a log that no scenario of caps can ask."""
    anchor, known = contact.anchor.astimezone(UTC), capped(contact, plan)
    if known["source"] == CapSource.LOG.value and plan.source != APP_LOG:
        known["source"] = "none"
    return {**known, "day": anchor.day, "time": f"{anchor:%H:%M:%S}", "c": number}


def _names(plan: Plan) -> Iterator[tuple[str, object]]:
    for number, client in enumerate(plan.clients, 1):
        entry = {
            "c": f"c{number:04}",
            "since": _first_window(max(plan.since, client.since), plan.windows),
            "until": _until(client, plan.windows),
        }
        if client.models is not None:
            entry["only"] = "|".join(_models(plan)[name] for name in client.models)
        yield from ((_key(name), entry) for name in client.names)
        if client.patterns:
            yield f"pc{number:04}", entry
    elsewhere = {"c": "c0000", "only": ELSEWHERE}
    yield from ((_key(name), elsewhere) for name in plan.elsewhere)
    if plan.elsewhere_patterns:
        yield "pc0000", elsewhere


def _patterns(plan: Plan) -> dict[str, str]:
    """Give all patterns as one regular expression, and the clients' numbers, which stand in a line after the spelling.

    The first pattern that fits jumps to its client's number, and the only group takes it.
    """
    owned = [(one, f"c{n:04}") for n, client in enumerate(plan.clients, 1) for one in client.patterns]
    owned += [(one, "c0000") for one in plan.elsewhere_patterns]
    fitting = "|".join(rf"{regular(pattern, _IN_LINE)}\n[^]*?(?={number};)" for pattern, number in ranked(owned))
    numbers = dict.fromkeys(f"{number};" for _, number in owned)
    return {"fitting": f"^(?:{fitting})(c[0-9]+);[^]*$", "clients": "\n" + "".join(numbers)}


def _model(name: ModelName, plan: Plan) -> dict[str, object]:
    own = [pair for pair in plan.pairs if pair.model == name.model]
    since = max([plan.since, name.since, *(pair.since for pair in own)])
    weights = {f"{kind}{NUMBERS[pair.token_type]}": weight for pair in own for kind, weight in _weights(pair, plan)}
    return {"m": _models(plan)[name.model], "since": _first_window(since, plan.windows), **weights}


def _weights(pair: Pair, plan: Plan) -> Iterator[tuple[str, int]]:
    """Give what a row's count is multiplied by: credits, and cost and rate as whole numbers."""
    if plan.billing is Billing.WEIGHTED and pair.weight is not None:
        yield "w", pair.weight
    yield "v", int(pair.cost * scale(plan))
    yield "r", int(pair.rate * scale(plan))


def scale(plan: Plan) -> int:
    """Give the power of ten that makes every price in cents a whole number."""
    prices = [price for pair in plan.pairs for price in (pair.cost, pair.rate)]
    prices += [rate for client in plan.clients for rate in client.month.rates]
    places = max((-int(price.normalize().as_tuple().exponent) for price in prices), default=0)
    return int(Decimal(1).scaleb(max(0, places)))


def _models(plan: Plan) -> dict[str, str]:
    """Number the models in the order of the mapping's pairs; those without a rate come last."""
    order = dict.fromkeys([*(pair.model for pair in plan.pairs), *(name.model for name in plan.model_names)])
    return {model: f"m{number:04}" for number, model in enumerate(order, 1)}


def _unpriced(plan: Plan, token_type: TokenType) -> str:
    priced = {pair.model for pair in plan.pairs if pair.token_type is token_type}
    return "|".join(number for model, number in _models(plan).items() if model not in priced) or "none"


def _pairs(plan: Plan) -> dict[str, object]:
    if plan.billing is Billing.WEIGHTED:
        return {"all": _weighted(plan)}
    pairs: dict[str, dict[str, object]] = {}
    for pair in plan.pairs:
        pairs.setdefault(_models(plan)[pair.model], {})[f"t{NUMBERS[pair.token_type]}"] = _pair(pair, plan)
    if plan.billing is Billing.DIMENSIONS and plan.pairs:
        pairs["all"] = {"event": plan.pairs[0].event_name, "since": _earliest(plan)}
    return dict(pairs)


def _pair(pair: Pair, plan: Plan) -> dict[str, object]:
    return {
        "event": pair.event_name,
        "digest": pair.digest,
        "name": pair.model,
        "json": json.dumps(pair.model)[1:-1],
        "model": escaped(pair.model),
        "type": pair.token_type.value,
        "cents": format_decimal(pair.rate),
        "since": _first_window(pair.since, plan.windows),
    }


def _weighted(plan: Plan) -> dict[str, object]:
    price = next((pair.rate / pair.weight for pair in plan.pairs if pair.weight), Decimal(0))
    return {
        "event": plan.weighted_event,
        "digest": plan.weighted_digest,
        "cents": format_decimal(price),
        "since": _earliest(plan),
    }


def _earliest(plan: Plan) -> int:
    return _first_window(min(pair.since for pair in plan.pairs), plan.windows)


def _first_window(instant: datetime, windows: Windows) -> int:
    """Give the first window that starts at an instant or later."""
    window = _window(instant, windows)
    if _window(instant - timedelta(microseconds=1), windows) == window:
        step = timedelta(hours=1) if windows.size == "hour" else timedelta(days=1)
        return _window(_noon(instant, windows) + step, windows)
    return window


def _noon(instant: datetime, windows: Windows) -> datetime:
    """Give the middle of an instant's window, from which a step of one window is right on every day."""
    if windows.size == "hour":
        return instant.astimezone(UTC).replace(minute=30, second=0, microsecond=0)
    return instant.astimezone(ZoneInfo(windows.zone)).replace(hour=12, minute=0, second=0, microsecond=0, fold=0)


def _until(client: Client, windows: Windows) -> int:
    """Give the first window that ends after a client's `until`."""
    never = "9999123123" if windows.size == "hour" else "99991231"
    return _window(client.until, windows) if client.until else int(never)


def _window(instant: datetime, windows: Windows) -> int:
    """Name the window that holds an instant: 20261122, or 2026112206 in UTC."""
    if windows.size == "hour":
        return int(instant.astimezone(UTC).strftime(HOURS))
    return int(instant.astimezone(ZoneInfo(windows.zone)).strftime(DAYS))


def _key(name: str) -> str:
    return "k" + md5(name.encode(), usedforsecurity=False).hexdigest()


def _value(value: object) -> str:
    if not isinstance(value, dict) or not any(isinstance(entry, dict) for entry in value.values()):
        return _json(value)
    entries = ",\n".join(f"  {_json(key)}:{_json(entry)}" for key, entry in value.items())
    return "{\n" + entries + "\n}"


_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def _json(value: object) -> str:
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = _TEXT.sub(lambda text: text[0].replace("{", r"\u007b").replace("}", r"\u007d"), compact)
    return re.sub(r"\}(?=\})", "} ", safe)
