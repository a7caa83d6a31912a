"""`build`: one mapping in, every workflow out; `--check` only compares."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from generator import resources
from generator.commands.read import mapping_path, read_plan
from generator.mapping.findings import Finding, Place, failed, in_file_order
from generator.mapping.places import Places
from generator.mapping.schema import SCHEMA_FILE, schema_text
from generator.rendering.build import build
from generator.rendering.credits import cap_credits
from generator.rendering.meaning import check_meaning
from generator.rendering.output import left_over, stale, write
from generator.rendering.plan import Plan
from generator.reporting.terminal import counted, note, show_findings, summary


def run(args: Namespace) -> int:
    """Render a mapping into a folder, or say what is stale there; warnings alone do not fail it."""
    path, out = mapping_path(args.mapping), args.out or Path()
    loaded, plan, findings = read_plan(path)
    if plan:
        findings = in_file_order([*findings, *_meaning(plan, out, loaded.places)])
    files, schema = (build(plan), {} if args.out else _schema(path)) if plan else ({}, {})
    if args.check and plan:
        findings += [*stale(files, out, _command(args)), *stale(schema, path.parent), *_checked(files)]
    findings += left_over(files, out) if plan else []
    show_findings(findings, args.format)
    if args.check or failed(findings):
        note(f"{path}: {summary(findings)}{'' if args.check else '; nothing was written'}")
        return failed(findings)
    changed = write(files, out) + write(schema, path.parent)
    if plan and any(contact.cap is not None for contact in plan.contacts):
        note(_cap_costs(plan))
    note(f"{counted(len(changed), 'file')} written, {len(files) + len(schema) - len(changed):,} unchanged")
    return 0


def _cap_costs(plan: Plan) -> str:
    """Say what asking for a cap costs where calls cost credits."""
    credits = cap_credits(plan)
    return (
        f"usage-cap on Make: {credits.remembered} credits a call, {credits.looked_up} where usage is looked up; "
        f"50,000 calls a month are {50_000 * credits.remembered:,} credits or more. "
        "Let your app keep answers (examples/ask_cap.py), or ask on n8n"
    )


def _checked(files: dict[str, bytes]) -> list[Finding]:
    """Lint what was rendered; imported here, since a plain `build` must start fast."""
    from generator.checking.rendered import check_rendered

    return check_rendered(files)


def _meaning(plan: Plan, out: Path, places: Places) -> list[Finding]:
    there = [path for name in ("meter-usage.json", "mapping.txt") if (path := out / "n8n" / name).is_file()]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in there]
    return list(check_meaning(plan, texts, places, Place(there[0].as_posix()))) if there else []


def _schema(mapping: Path) -> dict[str, bytes]:
    """Keep the published schema beside a mapping current, where there is one and it is not the package's own."""
    inside = resources.PACKAGE in mapping.resolve().parents
    return {SCHEMA_FILE: schema_text().encode()} if (mapping.parent / SCHEMA_FILE).is_file() and not inside else {}


def _command(args: Namespace) -> str:
    words = ["python -m generator build", str(args.mapping or ""), f"--out {args.out}" if args.out else ""]
    return " ".join(word for word in words if word)
