"""`margin`: what usage cost, what was charged, what metering would have charged; with a mapping or without."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from generator import resources
from generator.commands.files import write_beside
from generator.commands.margin_findings import cost_gap, report_findings
from generator.commands.margin_options import aliases, day_named, fees_of, markup_of, zone_named
from generator.commands.read import catalogue
from generator.commands.usage import between, of_client, read_files, reading_findings, taken
from generator.errors import WrongUsage
from generator.mapping.findings import Finding, Place, failed
from generator.mapping.load import load
from generator.mapping.model import Mapping
from generator.pricing.margin_report import Report, Taken, make_report
from generator.pricing.metered import mapped_charges
from generator.pricing.naming import Names
from generator.reporting.csv_text import csv_text
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
from generator.reporting.terminal import finding_rows, note, result, show_findings, show_json, show_table, summary
from generator.usage_files.record import Ask


def run(args: Namespace) -> int:
    """Show the report; 1 where usage could not be counted or priced, or the mapping has errors."""
    mapping = _mapping(args.mapping, args.format)
    if args.mapping and mapping is None:
        return 1
    names = Names(catalogue(), mapping, aliases(args.model_alias), markup_of(args.markup))
    zone = zone_named(args.zone or (mapping.windows.zone if mapping else "UTC"))
    paths: list[Path] = args.usage
    totals = read_files(paths, Ask(args.model, args.client_field, args.cached), zone)
    used = of_client(taken(totals), args.client, names)
    kept = between(used, day_named(args.first, "--from"), day_named(args.last, "--to"), args.days)
    if not kept:
        show_findings(list(reading_findings(totals)), args.format)
        raise WrongUsage(_nothing(used, paths))
    charges = None if names.own_rates else mapped_charges(used, names)
    report = make_report(kept, names, fees_of(args.retainer, names, kept), zone, charges)
    where = Place(paths[0].as_posix() if len(paths) == 1 else "usage")
    findings = [
        *reading_findings(totals),
        *report_findings(kept, used, names, where, args.mapping),
        *cost_gap(kept, names, report, where),
    ]
    _write(args, report, findings)
    _show(report, findings, args.format)
    return failed(findings)


def _show(report: Report, findings: list[Finding], form: str) -> None:
    if form == "json":
        show_json({**report_json(report), "findings": finding_rows(findings)})
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


def _nothing(used: Sequence[Taken], paths: Sequence[Path]) -> str:
    """Say why there is nothing to report."""
    days = sorted({entry.day for entry in used if entry.day})
    files = ", ".join(path.as_posix() for path in paths)
    if days:
        return f"no usage on these days; {files} covers {days[0]} … {days[-1]}"
    return f"{files}: no usage to report" + (": its rows have no time" if used else "")


def _write(args: Namespace, report: Report, findings: Sequence[Finding]) -> None:
    """Write the files asked for, all of them or none."""
    files: dict[Path, str] = {}
    if args.csv:
        files[args.csv] = csv_text(map(line_json, report.lines))
    if args.html:
        files[args.html] = margin_page(report, findings, resources.templates())
    write_beside(files)
