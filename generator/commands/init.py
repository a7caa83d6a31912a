"""`init`: a first valid mapping from usage files, with the clients and models found in them."""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from unicodedata import category

from generator import resources
from generator.commands.files import write_files
from generator.commands.margin_options import aliases, zone_named
from generator.commands.read import catalogue
from generator.commands.usage import of_client, read_files, reading_findings, taken
from generator.errors import WrongUsage
from generator.mapping.findings import Finding, failed
from generator.mapping.load import load_text
from generator.mapping.schema import SCHEMA_FILE, schema_text
from generator.pricing.margin_report import Taken
from generator.pricing.naming import Names
from generator.rendering.first_mapping import First, FoundClient, FoundModel, first_mapping
from generator.rendering.resolve import resolve
from generator.reporting.terminal import note, show_findings, summary
from generator.usage_files.record import Ask

MONTH = 30
ALL = "all-clients"
"""The key of usage that names no client."""


def run(args: Namespace) -> int:
    """Write the mapping and say what `check` says of it; never over a file that is there."""
    if args.out.exists():
        raise WrongUsage(f"{args.out} is there already; name another file with --out")
    zone = zone_named(args.zone or "UTC")
    names = Names(catalogue(), None, aliases(args.model_alias), None)
    totals = read_files(args.usage, Ask(args.model, args.client_field), zone)
    used = [entry for entry in of_client(taken(totals), args.client, names) if entry.tokens.all]
    first = _first(args, used, names, zone)
    text = first_mapping(first, resources.templates())
    loaded = load_text(text, args.out.as_posix())
    findings = resolve(loaded, names.catalogue)[1]
    if failed(findings):
        show_findings(findings, args.format)
        note("nothing was written: the usage holds names that a mapping cannot have")
        return 1
    if args.out.exists():
        raise WrongUsage(f"{args.out} is there already; name another file with --out")
    files, schema = {args.out: text}, args.out.parent / SCHEMA_FILE
    if not schema.exists():  # for completion in editors; `build` keeps it current
        files[schema] = schema_text()
    write_files(files)
    return _say(args, [*reading_findings(totals), *findings], first)


def _say(args: Namespace, findings: list[Finding], first: First) -> int:
    show_findings(findings, args.format)
    unpriced = f", {len(first.unknown)} without a price in its comments" if first.unknown else ""
    note(f"{args.out}: {len(first.clients)} clients, {len(first.models)} models{unpriced}; {summary(findings)}")
    note(f"next: fill in what says TODO, then python -m generator check {args.out}")
    return failed(findings)


def _first(args: Namespace, used: Sequence[Taken], names: Names, zone: str) -> First:
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted({entry.model for entry in used} - {""}):
        meaning = names.model(name)
        spellings[meaning.model if meaning else ""].append(name)
    unknown = spellings.pop("", [])
    if not spellings:
        close = {near for name in unknown for near in names.catalogue.closest(name, 1)}
        hint = f" (close: {', '.join(sorted(close))})" if close else ""
        raise WrongUsage(f"no model of the usage has a price{hint}; say which it is with --model-alias or --model")
    days = sorted({entry.day for entry in used if entry.day})
    return First(
        files=", ".join(path.name for path in args.usage),
        out=args.out.as_posix(),
        days=f"usage of {days[0]} … {days[-1]}" if days else "usage without dates",
        name=args.name,
        since=(days[-1] if days else names.catalogue.as_of).replace(day=1),
        zone=zone,
        currency=names.catalogue.currency,
        markup=names.markup,
        models=[FoundModel(model, _aliases(model, found)) for model, found in sorted(spellings.items())],
        unknown=unknown,
        clients=_clients(used, names, days),
    )


def _aliases(model: str, found: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in found if name != model and _writable(name))


def _clients(used: Sequence[Taken], names: Names, days: Sequence[date]) -> list[FoundClient]:
    """List the clients, the dearest first; their month only where the usage holds a month."""
    whole = bool(days) and (days[-1] - days[0]).days >= MONTH - 3
    first = days[-1] - timedelta(days=MONTH - 1) if days else date.min
    costs: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in used:
        if not entry.day or entry.day >= first:
            costs[entry.client] += names.cost(entry.model, entry.tokens, entry.day, batch=entry.batch) or 0
        else:
            costs[entry.client] += 0
    named = [client for client in sorted(costs, key=lambda name: (-costs[name], name)) if _writable(client)]
    return [FoundClient(client, client, _month(costs[client]) if whole else "") for client in named] or [
        FoundClient(ALL, "All clients", _month(costs[""]) if whole else "")
    ]


def _month(cost: Decimal) -> str:
    rounded = cost.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return str(rounded) if rounded else ""


def _writable(name: str) -> bool:
    """Whether a mapping can hold a name."""
    return bool(name.strip()) and not any(category(sign) in ("Cc", "Zl", "Zp") for sign in name)
