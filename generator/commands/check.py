"""`check`: everything that is wrong with a mapping, and nothing written."""

from __future__ import annotations

from argparse import Namespace

from generator.commands.read import mapping_path, read_plan
from generator.errors import UnreadableInput
from generator.mapping.findings import Finding, failed
from generator.reporting.terminal import note, show_findings, summary


def run(args: Namespace) -> int:
    """Show all findings in file order; 1 for an error (with `--strict` a warning), 2 if a file is unreadable."""
    findings: list[Finding] = []
    unread = 0
    for path in args.mappings or [mapping_path(None)]:
        try:
            found = read_plan(path)[2]
        except UnreadableInput as error:
            unread = error.exit_code
            note(f"error: {error}")
            continue
        findings += found
        note(f"{path}: {summary(found)}")
    show_findings(findings, args.format)
    return unread or failed(findings, strict=args.strict)
