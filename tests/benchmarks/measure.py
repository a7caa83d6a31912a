"""Measure: medians of several tries, whole processes with their memory, and the table that a script prints."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def median(tries: int, work: Callable[[], object]) -> str:
    """Say the median seconds of several tries, and those of the processor: a busy machine changes only the first."""
    taken = []
    for _ in range(tries):
        began, worked = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - began, time.process_time() - worked))
    return seconds_of(taken)


def seconds_of(taken: Sequence[tuple[float, float]]) -> str:
    """Say the medians of (wall clock, processor) seconds."""
    wall, worked = (statistics.median(column) for column in zip(*taken, strict=True))
    return f"{wall:.2f} s (CPU {worked:.2f} s)"


def process(
    command: Sequence[str], around: Mapping[str, str] | None = None, folder: Path = ROOT
) -> tuple[float, float, float]:
    """Run a whole process; gives its seconds, those of the processor, and its largest memory in MB."""
    began = time.perf_counter()
    env = {**os.environ, "PYTHONPATH": str(ROOT), **(around or {})}
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, cwd=folder, env=env, stdout=quiet, stderr=quiet)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def generator(*words: str) -> list[str]:
    """Give the command line of the package under test."""
    return [sys.executable, "-m", "generator", *words]


def table(title: str, *parts: Callable[[], Iterable[tuple[str, str, str]]]) -> None:
    """Print what was measured beside its bound, each row as soon as it is known."""
    print(f"\n{title} ({os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})\n")
    _row("what", "measured", "bound")
    _row("---", "---", "---")
    for part in parts:
        for what, measured, bound in part():
            _row(what, measured, bound)


def _row(what: str, measured: str, bound: str) -> None:
    print(f"| {what:52} | {measured:28} | {bound:20} |", flush=True)
