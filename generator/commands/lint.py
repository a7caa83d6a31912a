"""`lint`: findings about any n8n workflow or Make blueprint."""

from __future__ import annotations

from argparse import Namespace

from generator.checking.document import NOT_READ
from generator.checking.lint import lint_files
from generator.checking.n8n_nodes import catalogues
from generator.errors import UnreadableInput
from generator.mapping.findings import failed
from generator.reporting.terminal import counted, note, show_findings, summary


def run(args: Namespace) -> int:
    """Judge the files; 1 if there is an error, or with `--strict` a warning."""
    findings = lint_files(args.files, catalogues)
    show_findings(findings, args.format)
    note(f"{counted(len(args.files), 'file')}: {summary(findings)}")
    if any(finding.rule == NOT_READ.name for finding in findings):
        return UnreadableInput.exit_code
    return failed(findings, strict=args.strict)
