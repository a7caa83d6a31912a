"""Usage files as the nightly run would read them: rows → facts, by metering's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from generator.errors import WrongUsage
from generator.metering.facts import Fact, total_rows, weigh
from generator.metering.usage import Row
from generator.metering.windows import Window
from generator.rendering.plan import Billing, Plan
from generator.reporting.terminal import counted, note
from generator.usage_files.reading import read_usage
from generator.usage_files.record import Ask, Rejected, Used


def log_facts(paths: Sequence[Path], plan: Plan, windows: Sequence[Window], ask: Ask | None = None) -> dict[Fact, int]:
    """Total usage files into a plan's windows, in credits where it bills credits; tell what was left out.

    Of a mapping with several sources each file says whose it is, as `app=FILE`: every source has rows of its own
    that are billed, and a call that two of them show is billed once.
    """
    found = [_of_one_run(files, run, windows, ask or Ask()) for run, files in _by_run(paths, plan)]
    return {fact: number for one in found for fact, number in one.items()}


def _of_one_run(paths: Sequence[Path], plan: Plan, windows: Sequence[Window], ask: Ask) -> dict[Fact, int]:
    totals = total_rows(_rows(paths, plan, ask), plan, windows)
    for reason, parked in totals.parked.items():
        why, names = reason.replace("_", " "), ", ".join(list(parked.details)[:5])
        note(f"left out ({why}): {counted(len(parked.rows), 'row')}, {parked.tokens:,} tokens: {names}")
    return weigh(totals.facts, plan) if plan.billing is Billing.WEIGHTED else totals.facts


def _by_run(paths: Sequence[Path], plan: Plan) -> Iterator[tuple[Plan, list[Path]]]:
    """Give each source's plan with its files; raise WrongUsage where a file does not say whose it is."""
    if not plan.runs:
        yield plan, list(paths)
        return
    runs = {run.run: run for run in plan.runs}
    files: dict[str, list[Path]] = {name: [] for name in runs}
    for path in paths:
        name, _, rest = str(path).partition("=")
        if name not in runs or not rest:
            raise WrongUsage(
                f"--usage {path}: say whose usage it is, as in `{next(iter(runs))}=FILE`: {', '.join(runs)}"
            )
        files[name].append(Path(rest))
    yield from ((runs[name], own) for name, own in files.items() if own)


def _rows(paths: Sequence[Path], plan: Plan, ask: Ask) -> Iterator[Row]:
    for path in paths:
        bad = 0
        for event in read_usage(path, ask):
            if isinstance(event, Used):
                yield _row(event, plan)
            bad += isinstance(event, Rejected)
        if bad:
            note(f"{path.as_posix()}: {counted(bad, 'row')} cannot be counted; `margin --usage` says why")


def _row(used: Used, plan: Plan) -> Row:
    when = used.when
    if when is not None and not isinstance(when, datetime):
        if plan.windows.size == "hour":
            raise WrongUsage("the usage file knows days only, and this mapping bills by the hour")
        when = datetime.combine(when, time(12), ZoneInfo(plan.windows.zone))
    row: dict[str, object] = {
        "client": used.client,
        "model": used.model,
        "time": f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if when else None,
        "input": used.input,
        "cached_input": used.cached_input,
        "cached_write": used.cached_write,
        "output": used.output,
    }
    return {**row, "request_id": used.request} if used.request else row
