"""`statement`: what a client was charged in a period and why, from invoice line down to days; as page, CSV, text."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from generator import resources
from generator.commands.archive import keep, kept
from generator.commands.clock import now
from generator.commands.files import read_text, write_beside
from generator.commands.margin_options import aliases
from generator.commands.read import catalogue, mapping_path
from generator.commands.usage import read_files, reading_findings, taken
from generator.errors import WrongUsage
from generator.mapping.findings import Finding, Place, failed
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.mapping.words import TokenType
from generator.pricing.catalogue import Catalogue
from generator.pricing.naming import Names
from generator.pricing.statement import (
    Statement,
    Used,
    billing_period,
    days_of,
    list_of,
    make_statement,
    metered,
    weights_of,
)
from generator.pricing.stripe_invoice import differences, parse_invoice
from generator.reporting.csv_text import csv_text
from generator.reporting.statement_page import csv_rows, line_row, statement_page, sums, total_words
from generator.reporting.terminal import finding_rows, result, show_findings, show_json, show_table
from generator.usage_files.archive import Kept
from generator.usage_files.record import Ask
from generator.usage_files.rules import DIFFERS, NOT_BILLED, SHRUNK, UNDATED


def run(args: Namespace) -> int:
    """Show the statement; 1 where usage could not be counted, or a saved invoice differs."""
    path, prices = mapping_path(args.mapping), catalogue()
    loaded = load(path)
    if loaded.mapping is None:
        show_findings(loaded.findings, args.format)
        return 1
    mapping = loaded.mapping
    client, (start, end) = client_named(mapping, args.client), _period(mapping, args.client, args.period)
    rows, findings = _usage(args, mapping, prices, days_of(start, end, mapping.windows.zone))
    made = statement_of(mapping, prices, client, rows, start, end)
    findings += left_out(made, path)
    said = None
    if args.invoice:
        said = list(differences(made.invoice, parse_invoice(read_text(args.invoice), args.invoice.as_posix())))
        findings += [DIFFERS.at(Place(args.invoice.as_posix()), words) for words in said]
    _write(args, made, mapping, said)
    _show(args.format, made, findings)
    return failed(findings)


def statement_of(
    mapping: Mapping, prices: Catalogue, key: str, rows: Iterable[Kept], start: datetime, end: datetime
) -> Statement:
    """Charge one client's rows of [start, end) at the terms of that time."""
    terms = list_of(mapping, prices, key, start, end)
    if terms is None:
        raise WrongUsage(f"{key} is not metered in this period")
    first, last = days_of(start, end, mapping.windows.zone)
    used = [Used(row.day, row.model, row.token_type, row.tokens) for row in rows if row.client == key]
    client = mapping.clients[key]
    inside = metered(mapping, client, [one for one in used if first <= one.day <= last])
    renews = client.until is None or client.until > last
    return make_statement(terms, weights_of(mapping, prices), inside, start, end, renews=renews)


def named_rows(args: Namespace, mapping: Mapping, prices: Catalogue) -> tuple[list[Kept], list[Finding]]:
    """Read usage files into totals by the mapping's names; a model that it does not have keeps its own."""
    names = Names(prices, mapping, aliases(args.model_alias), None)
    totals = read_files(args.usage, Ask(client_field=args.client_field), mapping.windows.zone)
    entries = taken(totals)
    findings = [*reading_findings(totals)]
    rows, undated, nameless = [], 0, len({entry.client for entry in entries}) == 1
    for entry in entries:
        own = args.client if nameless and not entry.client else entry.client
        key = names.client(own) or own
        meaning = names.model(entry.model, entry.day)
        model = meaning.model if meaning and meaning.mapped else entry.model
        if entry.day is None:
            undated += entry.tokens.all
            continue
        rows += [Kept(key, entry.day, model, kind, n) for kind in TokenType if (n := entry.tokens.of(kind))]
    if undated:
        where = Place(args.usage[0].as_posix() if len(args.usage) == 1 else "usage")
        findings.append(UNDATED.at(where, f"{undated:,} tokens of rows without a time are left out"))
    return rows, findings


def _usage(
    args: Namespace, mapping: Mapping, prices: Catalogue, days: tuple[date, date]
) -> tuple[list[Kept], list[Finding]]:
    """Take usage files, and the archive for what they do not have; what is new goes into the archive."""
    if not args.usage and not args.archive:
        raise WrongUsage("where is the usage? Name its files with --usage, or the folder of kept totals with --archive")
    rows, findings = named_rows(args, mapping, prices) if args.usage else ([], [])
    if not args.archive:
        return rows, findings
    zone = mapping.windows.zone
    smaller = keep(args.archive, [row for row in rows if row.client in mapping.clients], zone)
    words = "has fewer tokens than the archive kept, so the archive's stay"
    findings += [SHRUNK.at(Place(args.archive.as_posix()), f"{client} {day} {words}") for client, day in smaller]
    return kept(args.archive, days, zone), findings


def client_named(mapping: Mapping, given: str) -> str:
    """Give the client's key, or say which ones there are."""
    if given not in mapping.clients:
        raise WrongUsage(f"no client {given!r} in the mapping; it has {', '.join(mapping.clients)}")
    return given


def _period(mapping: Mapping, key: str, text: str) -> tuple[datetime, datetime]:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise WrongUsage(f"--period {text}: write the month in which the billing period begins, like 2026-11")
    return billing_period(mapping, mapping.clients[key], int(text[:4]), int(text[5:]))


def left_out(made: Statement, mapping: Path) -> Iterator[Finding]:
    """Say what was used and stands on no invoice."""
    pairs = dict.fromkeys((one.model, one.token_type) for one in made.left_out)
    for model, kind in pairs:
        number = sum(one.tokens for one in made.left_out if (one.model, one.token_type) == (model, kind))
        words = f"{number:,} tokens of {model or 'no named model'} {kind.value} have no price for {made.client}"
        yield NOT_BILLED.at(Place(mapping.as_posix()), words)


def _write(args: Namespace, made: Statement, mapping: Mapping, said: list[str] | None) -> None:
    names: dict[str, object] = {
        "business": mapping.name,
        "name": mapping.clients[made.client].name,
        "open": now() < made.end,
    }
    files: dict[Path, str] = {}
    if args.html:
        files[args.html] = statement_page(made, names, mapping.windows.zone, resources.templates(), said)
    if args.csv:
        files[args.csv] = csv_text(csv_rows(made))
    write_beside(files)


def _show(form: str, made: Statement, findings: Sequence[Finding]) -> None:
    lines = [line_row(line, made) for line in made.invoice.lines]
    if form == "json":
        period = {"start": made.start.isoformat(), "end": made.end.isoformat()}
        total = {"currency": made.invoice.currency, "total": made.invoice.total, "credit": made.invoice.credit}
        show_json(
            {
                "client": made.client,
                **period,
                **total,
                "rows": list(csv_rows(made)),
                "findings": finding_rows(findings),
            }
        )
        return
    show_table(lines)
    result("")
    for row in sums(made):
        result(f"{row['words']}: {row['amount']}")
    result(f"total: {total_words(made)}, {made.tokens:,} tokens")
    show_findings(findings, form)
