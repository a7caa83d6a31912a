"""`check`: everything that is wrong with a mapping, and nothing written."""

from __future__ import annotations

from argparse import Namespace

from generator.commands.read import mapping_path, read_plan
from generator.mapping.findings import Finding, Level
from generator.reporting.terminal import counted, note, show_findings


def run(args: Namespace) -> int:
    """Show all findings in file order; 1 if there is an error, or with `--strict` a warning."""
    path = mapping_path(args.mapping)
    _, _, findings = read_plan(path)
    show_findings(findings, args.format)
    note(f"{path}: {summary(findings)}")
    return failed(findings, strict=args.strict)


def failed(findings: list[Finding], *, strict: bool = False) -> int:
    """Give the exit code: errors fail, warnings only where they are asked to."""
    return int(any(strict or finding.level is Level.ERROR for finding in findings))


def summary(findings: list[Finding]) -> str:
    """Count findings by level."""
    errors = sum(finding.level is Level.ERROR for finding in findings)
    warnings = len(findings) - errors
    parts = [counted(errors, "error")] * bool(errors) + [counted(warnings, "warning")] * bool(warnings)
    return ", ".join(parts) or "no findings"
