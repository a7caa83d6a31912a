"""What the command line shows: findings and tables as text or JSON, on standard output; notes on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from generator.mapping.findings import Finding, Level

COLOURS = {Level.ERROR: "\x1b[31m", Level.WARNING: "\x1b[33m"}
RESET = "\x1b[0m"


def result(text: str) -> None:
    """Write a result."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Write what is not a result: progress, advice."""
    sys.stderr.write(f"{text}\n")


def show_findings(findings: Sequence[Finding], form: str) -> None:
    """Show findings in the order given; JSON is one array."""
    if form == "json":
        show_json(finding_rows(findings))
    elif findings:
        result("\n".join(_coloured(finding, sys.stdout) for finding in findings))


def finding_rows(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Write findings as docs/commands.md promises them in JSON, alone or beside a result."""
    return [_row(finding) for finding in findings]


def show_json(data: object) -> None:
    """Show data as JSON."""
    result(json.dumps(data, indent=2, ensure_ascii=False))


def show_table(rows: Sequence[Mapping[str, str]]) -> None:
    """Show rows under the first row's keys; columns that hold numbers stand right."""
    if not rows:
        return
    columns = list(rows[0])
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in columns}
    right = {name for name in columns if all(_like_number(row[name]) for row in rows)}
    for row in [{name: name for name in columns}, *rows]:
        cells = (row[name].rjust(widths[name]) if name in right else row[name].ljust(widths[name]) for name in columns)
        result("  ".join(cells).rstrip())


def _like_number(text: str) -> bool:
    """Whether a cell is empty or begins as numbers and amounts do: `12`, `-3`, `$5`, `< $0.01`."""
    start = text.lstrip("<- ")[:2]
    return not text or start[:1].isdigit() or (start[:1] in "$€£" and start[1:].isdigit())


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 error`, `2 errors`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _coloured(finding: Finding, stream: TextIO) -> str:
    text = str(finding)
    if not stream.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        return text
    return f"{COLOURS[finding.level]}{finding.level.value}{RESET}{text.removeprefix(finding.level.value)}"


def _row(finding: Finding) -> dict[str, object]:
    where = finding.where
    place = {"file": where.file, "line": where.line, "column": where.column, "path": where.path}
    words = {"message": finding.message, "hint": finding.hint, "fixable": finding.fixable}
    return {"rule": finding.rule, "level": finding.level.value, **place, **words}


def summary(findings: list[Finding]) -> str:
    """Count findings by level."""
    errors = sum(finding.level is Level.ERROR for finding in findings)
    warnings = len(findings) - errors
    parts = [counted(errors, "error")] * bool(errors) + [counted(warnings, "warning")] * bool(warnings)
    return ", ".join(parts) or "no findings"
