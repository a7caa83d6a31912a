"""`sheet`: calculator and mapping sheet as one page that works without network."""

from __future__ import annotations

from argparse import Namespace

from generator import resources
from generator.commands.files import write_page
from generator.commands.read import catalogue, mapping_path
from generator.mapping.findings import failed
from generator.mapping.load import load
from generator.rendering.resolve import resolve
from generator.reporting.sheet import sheet_page
from generator.reporting.terminal import note, show_findings, summary


def run(args: Namespace) -> int:
    """Write the page; 1 if the mapping has errors."""
    path = mapping_path(args.mapping)
    loaded, prices = load(path), catalogue()
    _, findings = resolve(loaded, prices)
    if loaded.mapping is None:
        show_findings(findings, args.format)
        return 1
    write_page(args.html, sheet_page(loaded.mapping, prices, resources.templates()), args.format)
    if findings:
        note(f"{path}: {summary(findings)}; see: python -m generator check {path}")
    return failed(findings)
