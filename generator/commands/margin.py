"""`margin`: what usage cost, what was charged, what metering would have charged; with a mapping or without."""

from __future__ import annotations

import csv
import io
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from generator import resources
from generator.commands.check import failed, summary
from generator.commands.read import catalogue
from generator.commands.usage import between, of_client, read_files, reading_findings, taken
from generator.errors import WrongUsage
from generator.mapping.dated import on
from generator.mapping.findings import Finding, Place
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.mapping.words import Billing
from generator.pricing.margin_report import Fees, Report, Taken, make_report
from generator.pricing.naming import Names
from generator.pricing.terms import retainer_at_home
from generator.reporting.margin_page import margin_page
from generator.reporting.margin_text import (
    client_rows,
    day_rows,
    heading,
    line_json,
    model_rows,
    more_sentences,
    report_json,
    sentence,
)
from generator.reporting.terminal import note, result, show_findings, show_json, show_table
from generator.usage_files.record import Ask
from generator.usage_files.rules import DATED_MODEL, LONG_PROMPTS, PRICE_CHANGED, UNDATED, UNKNOWN_MODEL, UNMAPPED_MODEL
from generator.usage_files.rules import UNMATCHED_CLIENT as UNMATCHED


def run(args: Namespace) -> int:
    """Show the report; 1 where usage could not be counted or priced, or the mapping has errors."""
    mapping = _mapping(args.mapping, args.format)
    if args.mapping and mapping is None:
        return 1
    names = Names(catalogue(), mapping, aliases(args.model_alias), _decimal(args.markup, "--markup"))
    zone = zone_named(args.zone or (mapping.windows.zone if mapping else "UTC"))
    paths = [path for group in args.usage for path in group]
    totals = read_files(paths, Ask(args.model, args.client_field, args.cached), zone)
    used = of_client(taken(totals), args.client)
    kept = between(used, _day(args.first, "--from"), _day(args.last, "--to"), args.days)
    _worth_showing(kept, used, paths)
    report = make_report(kept, names, _fees(args.retainer, mapping, kept), zone)
    findings = [*reading_findings(totals), *_findings(kept, used, names, paths, args.mapping)]
    if args.csv:
        _write_csv(args.csv, report)
    if args.html:
        args.html.write_text(margin_page(report, findings, resources.templates()), encoding="utf-8")
        note(f"{args.html}: page written")
    _show(report, findings, args.format)
    return failed(findings)


def _show(report: Report, findings: list[Finding], form: str) -> None:
    if form == "json":
        rows = [{"rule": f.rule, "level": f.level.value, "where": str(f.where), "message": f.message} for f in findings]
        show_json({**report_json(report), "findings": rows})
        return
    result(sentence(report))
    for more in more_sentences(report):
        result(more)
    result(f"\n{heading(report)}")
    for table in (client_rows(report), model_rows(report), day_rows(report)):
        result("")
        show_table(list(table))
    if findings:
        result("")
        show_findings(findings, form)
        note(summary(findings))


def _mapping(path: Path | None, form: str) -> Mapping | None:
    if path is None:
        return None
    loaded = load(path)
    if loaded.mapping is None:
        show_findings(loaded.findings, form)
    return loaded.mapping


def _findings(
    kept: Sequence[Taken], used: Sequence[Taken], names: Names, paths: Sequence[Path], mapping: Path | None
) -> Iterator[Finding]:
    """Report what makes the figures incomplete, one finding per name."""
    where = Place(paths[0].as_posix() if len(paths) == 1 else "usage")
    undated = sum(entry.tokens.all for entry in used if entry.day is None)
    if undated and len(kept) < len(used) and not any(entry.day is None for entry in kept):
        yield UNDATED.at(where, f"{undated:,} tokens of rows without a time are left out")
    for model in dict.fromkeys(entry.model for entry in kept if entry.tokens.all):
        rows = [entry for entry in kept if entry.model == model and entry.tokens.all]
        yield from _model_findings(model, rows, names, where)
    if mapping:
        for client in dict.fromkeys(entry.client for entry in kept if names.client(entry.client) is None):
            number = sum(entry.tokens.all for entry in kept if entry.client == client)
            words = f"{client!r} is" if client else "usage without a client's name is"
            yield UNMATCHED.at(where, f"{words} not in {mapping}: {number:,} tokens")


def _model_findings(model: str, rows: Sequence[Taken], names: Names, where: Place) -> Iterator[Finding]:
    number, meaning = sum(entry.tokens.all for entry in rows), names.model(model)
    if any(names.cost(model, entry.tokens, entry.day) is None for entry in rows):
        yield _unknown(model, number, names, where)
    if meaning is None:
        return
    if meaning.dated:
        yield DATED_MODEL.at(where, f"{model} is priced as {meaning.model}")
    if names.mapping and not meaning.mapped:
        yield UNMAPPED_MODEL.at(where, f"{model} is not in the mapping: {number:,} tokens are not metered")
    if meaning.above and any(entry.largest > meaning.above or entry.summed for entry in rows):
        longest = max(entry.largest for entry in rows)
        seen = f"its longest has {longest:,}" if longest > meaning.above else "the usage is summed, so none can be seen"
        yield LONG_PROMPTS.at(where, f"{model} costs more for prompts above {meaning.above:,} tokens; {seen}")
    if meaning.changes and any(entry.day and entry.day >= meaning.changes for entry in rows):
        yield PRICE_CHANGED.at(where, f"{model} has other prices from {meaning.changes} on")


def _unknown(model: str, number: int, names: Names, where: Place) -> Finding:
    if not model:
        return UNKNOWN_MODEL.at(
            where, f"{number:,} tokens name no model, so they have no price", "say which model it was with `--model`"
        )
    close = names.catalogue.closest(model)
    hint = f"did you mean {' or '.join(close)}? Say so: --model-alias {model}={close[0]}" if close else ""
    return UNKNOWN_MODEL.at(where, f"{model} has no price: {number:,} tokens", hint)


def _worth_showing(kept: Sequence[Taken], used: Sequence[Taken], paths: Sequence[Path]) -> None:
    if kept:
        return
    days = sorted({entry.day for entry in used if entry.day})
    files = ", ".join(path.as_posix() for path in paths)
    if days:
        raise WrongUsage(f"no usage on these days; {files} covers {days[0]} … {days[-1]}")
    raise WrongUsage(f"{files}: no usage to report" + (": its rows have no time" if used else ""))


def _fees(given: Sequence[str], mapping: Mapping | None, kept: Sequence[Taken]) -> Fees:
    """Take the mapping's retainers, and the ones on the command line before them."""
    fees = _mapped_fees(mapping, max((entry.day for entry in kept if entry.day), default=None)) if mapping else {}
    any_client: Decimal | None = None
    for text in given:
        client, named, amount = text.rpartition("=")
        fee = _decimal(amount, "--retainer")
        if fee is None or fee < 0:
            raise WrongUsage(f"--retainer {text}: write an amount, like 1500 or acme=1500")
        if named:
            fees[client] = fee
        else:
            any_client = fee
    clients = sorted({entry.client for entry in kept})
    if any_client is not None and len(clients) > 1:
        raise WrongUsage(
            f"--retainer {any_client} of which client? The usage names {', '.join(clients[:20])}; "
            f"write --retainer {clients[-1]}={any_client}, or pick one with --client"
        )
    return Fees(fees, any_client, mapping is not None and mapping.billing.mode is not Billing.WATCH)


def _mapped_fees(mapping: Mapping, day: date | None) -> dict[str, Decimal]:
    """Give a mapping's retainers as they stand on the newest day of the usage, in the mapping's currency."""
    current = on(mapping, day) if day else mapping
    fees = {key: retainer_at_home(current, client) for key, client in current.clients.items()}
    return {key: fee for key, fee in fees.items() if fee is not None}


def aliases(given: Sequence[str]) -> dict[str, str]:
    """Read `--model-alias NAME=MODEL`."""
    pairs = [text.partition("=") for text in given]
    if wrong := [text for text, (name, _, model) in zip(given, pairs, strict=True) if not name or not model]:
        raise WrongUsage(f"--model-alias {wrong[0]}: write NAME=MODEL, like my-gpt=openai/gpt-4o")
    return {name: model for name, _, model in pairs}


def _decimal(text: str | None, option: str) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(text.replace(",", "").lstrip("$"))
    except InvalidOperation:
        raise WrongUsage(f"{option} {text}: write a number, like 2 or 1.5") from None
    if not number.is_finite() or number < 0 or number > 10**12:
        raise WrongUsage(f"{option} {text}: write a number from 0 on")
    return number


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongUsage(f"{option} {text}: write a day like 2026-11-01") from None


def zone_named(name: str) -> str:
    """Check a time zone's name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise WrongUsage(f"--zone {name} is not a time zone: write one like America/Chicago") from None
    return name


def _write_csv(path: Path, report: Report) -> None:
    """Write all rows; text that a spreadsheet would take for a formula is kept text."""
    text = io.StringIO()
    rows = [line_json(line) for line in report.lines]
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _no_formula(value) for key, value in row.items()} for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    note(f"{path}: {len(rows):,} rows written")


def _no_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value else value
