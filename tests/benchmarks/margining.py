"""`margin`: a million rows as a whole process, by kind of file.

python -m tests.benchmarks.margining
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .measure import generator, process, seconds_of, table

ROWS = 1_000_000
CLIENTS = ("acme", "globex", "initech", "umbrella")
MODELS = ("gpt-4o", "gpt-4o-mini-2024-07-18", "claude-haiku-4-5")
TRIES = 3
Row = dict[str, object]


def rows(seed: int = 7) -> Iterator[Row]:
    """Make calls of thirty days: different times, four clients, three models."""
    chance, start = random.Random(seed), datetime(2026, 10, 1, tzinfo=UTC)
    step = timedelta(days=30) / ROWS
    for n in range(ROWS):
        at = (start + n * step).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fresh, cached, output = chance.randrange(4000), chance.randrange(2000), chance.randrange(800)
        names: Row = {"time": at, "client": chance.choice(CLIENTS), "model": chance.choice(MODELS)}
        yield {**names, "input": fresh, "cached_input": cached, "cached_write": 0, "output": output}


def as_csv(row: Row) -> str:
    """Write an own row as CSV."""
    return ",".join(str(value) for value in row.values())


def as_usage(row: Row) -> str:
    """Write a row with a provider's `usage` object."""
    prompt = int(str(row["input"])) + int(str(row["cached_input"]))
    usage = {"prompt_tokens": prompt, "completion_tokens": row["output"]}
    details = {"prompt_tokens_details": {"cached_tokens": row["cached_input"]}}
    return json.dumps({**{key: row[key] for key in ("time", "client", "model")}, "usage": {**usage, **details}})


KINDS: dict[str, tuple[str, Callable[[Row], str]]] = {
    "CSV, own rows": ("time,client,model,input,cached_input,cached_write,output\n", as_csv),
    "JSON lines, own rows": ("", json.dumps),
    "JSON lines, usage objects": ("", as_usage),
}


def measured() -> Iterator[tuple[str, str, str]]:
    """Report on each kind of file, once with all processors and once with one."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, (head, line) in KINDS.items():
            path = Path(folder) / "usage"
            with path.open("w", encoding="utf-8") as file:
                file.write(head)
                file.writelines(f"{line(row)}\n" for row in rows())
            yield _run(f"a million rows, {kind}", path, "5 s, 400 MB")
        packed = Path(folder) / "usage.gz"
        with path.open("rb") as file, gzip.open(packed, "wb", 1) as target:
            shutil.copyfileobj(file, target)  # in pieces: a child is charged with the memory of the one that starts it
        yield _run("the last of them packed, so in one process", packed, "")


def _run(what: str, path: Path, bound: str) -> tuple[str, str, str]:
    taken = [process(generator("margin", "--usage", os.fspath(path), "--retainer", "acme=1500")) for _ in range(TRIES)]
    return what, f"{seconds_of([t[:2] for t in taken])}, {max(m for _, _, m in taken):.0f} MB", bound


if __name__ == "__main__":
    table("Margin", measured)
