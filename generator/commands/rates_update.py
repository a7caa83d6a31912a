"""`rates --update`: what a newer catalogue of provider prices would change, and with `--apply` the newer catalogue."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from generator import resources
from generator.commands.clock import now
from generator.commands.files import write_files
from generator.commands.read import catalogue
from generator.errors import WrongUsage, installing
from generator.pricing.catalogue import parse_catalogue
from generator.pricing.catalogue_changes import PriceChange, catalogue_changes
from generator.reporting.terminal import counted, note, result, show_json


def update(args: Namespace) -> int:
    """Show every model whose provider prices differ today; write nothing without `--apply`."""
    if not args.update:
        raise WrongUsage("rates: --apply goes with --update")
    text = _newer()
    changes = list(catalogue_changes(catalogue(), parse_catalogue(text)))
    if args.format == "json":
        show_json([asdict(change) for change in changes])
    else:
        for change in changes:
            result(_line(change))
    path = resources.catalogue_path()
    if args.apply:
        write_files({path: text})
        note(f"{counted(len(changes), 'model')} changed; {path} is written. Look at `rates` and `check` before `build`")
    else:
        note(f"{counted(len(changes), 'model')} would change in {path}; nothing is written without --apply")
    return 0


def _newer() -> str:
    try:
        from generator.pricing.snapshot import snapshot

        return snapshot(now().date())
    except ModuleNotFoundError as error:
        if error.name != "genai_prices":
            raise
        raise WrongUsage(f"rates --update needs the extra `catalogue`: {installing('catalogue')}") from None


def _line(change: PriceChange) -> str:
    if not change.before:
        return f"+ {change.model}: {change.after}"
    return f"- {change.model}" if not change.after else f"~ {change.model}: {change.before} → {change.after}"
