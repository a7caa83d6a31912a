"""`replay`: run the cases against the rendered files, or against files given in their place."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from generator import resources
from generator.commands.files import write_files
from generator.commands.read import read_plan
from generator.errors import WrongUsage
from generator.rendering.plan import Plan
from generator.replay.command import Ask, Engines, left_out, repeat_command, replay
from generator.replay.flows.n8n import N8nFlows
from generator.replay.given import billing_of, engines_of, is_about, plan_of, read_given, run_of
from generator.replay.matrix import Row
from generator.replay.n8n.install import CURRENT, OLDER, is_installed
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine, native
from generator.replay.table import as_json, as_junit, as_text
from generator.reporting.terminal import note, result

MODES = ("example", "meter-per-rate", "weighted", "watch")
ENGINES = ("make", "n8n", "n8n-1", "n8n-logic")
INSTALL = (
    f"n8n was not run: the pinned engine is not installed ({CURRENT.disk}). Run: python -m generator engine install"
)


def run(args: Namespace) -> int:
    """Play, report, and give 1 if any case failed."""
    given = read_given(args.files) if args.files else None
    engines = _engines(args.engine, given)
    worlds = args.seeds is not None and not args.case
    ask = Ask(_plans(args, given), engines, args.case, list(args.seeds or (1,)), given, args.quick, worlds)
    with ExitStack() as stack:
        rows = replay(ask, lambda name: _start(name, stack), _progress(terminal=sys.stderr.isatty()))
    for case, words in left_out(ask).items():
        note(f"{case} was not played on n8n: {words}")
    if not rows:
        raise WrongUsage(
            "no case fits: other clients, models, lookback, billing mode or source than the cases ask for, or they are "
            "not for this engine (n8n-logic and n8n-1 play metering alone)"
        )
    for name in engines:
        if not any(row.engine.removesuffix("-native") == name for row in rows):
            note(f"{name} played nothing: it cannot read this source, or no chosen case is for it")
    result({"json": as_json, "junit": as_junit, "text": as_text}[args.format](rows))
    _close(rows, args, engines)
    if args.junit:
        write_files({args.junit: as_junit(rows)})
    return int(not all(row.passed for row in rows))


def _close(rows: Sequence[Row], args: Namespace, engines: Sequence[str]) -> None:
    for row in rows:
        if not row.passed:
            note(f"see it again: {repeat_command(row, args.files, args.mapping)}")
    passed = sum(row.passed for row in rows)
    settings = sum(row.settings for row in rows)
    note(f"{passed} passed, {len(rows) - passed} failed ({settings:,} settings)")
    if not args.engine and "n8n" not in engines and not args.files:
        (result if args.format == "text" else note)(INSTALL)


def _engines(asked: Sequence[str], given: dict[str, bytes] | None) -> list[str]:
    """Choose engines: those asked for, of files those of their platform; the default leaves out what is not there."""
    wanted = {"make", "n8n"} if "all" in asked or not asked else set()
    wanted |= set(asked) - {"all"}
    if given is not None:
        found = engines_of(given)
        played = [name for name in ENGINES if name in wanted and name.partition("-")[0] in found]
        if not played:
            raise WrongUsage(
                f"the files are for {' and '.join(sorted(found))}; --engine {' '.join(asked)} plays none of them"
            )
        return played
    if not asked and not is_installed():
        wanted -= {"n8n"}
    return [name for name in ENGINES if name in wanted]


def _plans(args: Namespace, given: dict[str, bytes] | None) -> list[Plan]:
    """Choose the mappings in the billing modes that are asked for."""
    plans = _behind(args, given)
    known = [plan.billing.value for plan in plans]
    if unknown := [mode for mode in args.mode if mode not in known]:
        raise WrongUsage(f"no mapping bills in mode {', '.join(unknown)}; there are: {', '.join(known)}")
    return [plan for plan in plans if not args.mode or plan.billing.value in args.mode]


def _behind(args: Namespace, given: dict[str, bytes] | None) -> list[Plan]:
    """Find the mappings behind the files: the one named, else the one inside the files, else ours."""
    if args.mapping:
        plan = _plan(args.mapping)
        return [run_of(given, plan) if given else plan]
    if given and (held := plan_of(given)):
        return [held]
    plans = [_plan(resources.mappings() / f"{name}.yaml") for name in MODES]
    if given:
        plans = [p for p in plans if p.billing.value == billing_of(given) and is_about(given, p)]
        if not plans:
            raise WrongUsage("the files come from a mapping that they do not hold; name it with --mapping FILE")
    return plans


def _plan(path: Path) -> Plan:
    _loaded, plan, findings = read_plan(path)
    if plan is None:
        raise WrongUsage(f"{path} has errors; run: python -m generator check {path}\n" + "\n".join(map(str, findings)))
    return plan


def _start(name: str, stack: ExitStack) -> Engines:
    release = OLDER if name == "n8n-1" else CURRENT
    ask = f"Install n8n {release.version} ({release.disk})? [y/N] "
    if not is_installed(release) and sys.stdin.isatty() and input(ask).lower() != "y":
        raise WrongUsage(f"n8n {release.version} is not installed")
    server = stack.enter_context(N8nServer(release=release, on_progress=note))
    if release is OLDER:
        return Engines({"n8n-1": N8nEngine(server)})
    return Engines({"n8n": N8nEngine(server), "n8n-native": native(server)}, N8nFlows(server))


def _progress(*, terminal: bool) -> Callable[[Row], None]:
    def report(row: Row) -> None:
        if terminal or not row.passed:
            note(f"{row.engine} {row.case} {row.mode}: {'ok' if row.passed else 'FAILED'} ({row.took:.1f} s)")

    return report
