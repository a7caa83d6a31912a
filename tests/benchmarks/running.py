"""n8n: start of the server, a case without waits, many usage rows inside the engine; and the whole matrix.

python -m tests.benchmarks.running [--rows 10000 100000] [--matrix]
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.case import Case, Drawn, Step, load_cases
from generator.replay.cast import variant
from generator.replay.n8n.server import N8nServer
from generator.replay.n8n_engine import N8nEngine
from generator.replay.stage import Outcome, play
from generator.stripe_mock import Switches

from .measure import generator, process, table

PATIENCE_S = 300.0
_AT = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)


class Watch:
    """The largest memory of a process while the context lasts, in MB."""

    def __init__(self, pid: int) -> None:
        self._status, self._done, self.most = Path(f"/proc/{pid}/status"), threading.Event(), 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.05):
            lines = self._status.read_text().splitlines() if self._status.exists() else []
            held = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
            self.most = max(self.most, held / 1024)


def without_waits(engine: N8nEngine, plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Play cases in which nothing fails, several times."""
    known = {case.key: case for case in load_cases()}
    for name in ("late-rows", "a-day-later", "ordinary-night-converging"):
        case = known[name]
        taken = [_play(engine, case, plan)[0] / len(case.runs) for _ in range(4)][1:]
        yield f"{name}, per run", f"{statistics.median(taken):.2f} s", "1.5 s"


def many_rows(engine: N8nEngine, plan: Plan, rows: int) -> Iterator[tuple[str, str, str]]:
    """Run one night with many usage rows."""
    step = Step(at=_AT, drawn=Drawn(rows=rows, day=date(2026, 11, 22)))
    case = Case(name="many rows", file="many-rows.yaml", lookback=1, runs=(step,), per_page=5000, expect=None)
    with Watch(engine.server.pid) as memory:
        seconds, outcome = _play(engine, case, plan)
    wrong = f", {outcome.failures[0][:60]}" if outcome.failures else ""
    bound = {10_000: "10 s", 100_000: "40 s"}.get(rows, "")
    yield f"a night of {rows:,} rows", f"{seconds:.1f} s, main process {memory.most:.0f} MB{wrong}", bound


def _play(engine: N8nEngine, case: Case, plan: Plan) -> tuple[float, Outcome]:
    asked = variant(plan, case, "n8n")
    files = build(asked)
    began = time.perf_counter()
    outcome = play(case, asked, files, engine, Switches())
    return time.perf_counter() - began, outcome


def matrix() -> Iterator[tuple[str, str, str]]:
    """Play everything on both engines, in a process of its own."""
    seconds, _, memory = process(generator("replay", "--engine", "all"))
    yield "the whole matrix", f"{seconds / 60:.1f} min, {memory:.0f} MB", "8 min"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.running")
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--matrix", action="store_true", help="also play the whole matrix")
    args = parser.parse_args()
    plan = read_plan(resources.mappings() / "meter-per-rate.yaml")[1]
    if plan is None:
        raise SystemExit("mappings/meter-per-rate.yaml has errors")
    began = time.perf_counter()
    with N8nServer(patience_s=PATIENCE_S) as server:
        up = time.perf_counter() - began
        engine = N8nEngine(server)
        nights = [lambda rows=rows: many_rows(engine, plan, rows) for rows in args.rows]
        table(
            "n8n",
            lambda: [("the server comes up", f"{up:.1f} s", "20 s")],
            lambda: without_waits(engine, plan),
            *nights,
        )
    if args.matrix:
        table("Matrix", matrix)


if __name__ == "__main__":
    main()
