"""`build`: time and memory of the whole process, growth with clients and models, same bytes everywhere.

python -m tests.benchmarks.building
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from generator import resources
from generator.commands.read import read_plan
from generator.rendering.build import build
from generator.rendering.plan import Plan

from .measure import ROOT, generator, median, process, seconds_of, table

TRIES = 5


def whole() -> list[tuple[str, str, str]]:
    """Build the example as a user does."""
    with tempfile.TemporaryDirectory() as folder:
        taken = [process(generator("build", "mappings/example.yaml", "--out", folder)) for _ in range(TRIES)]
    memory = max(m for _, _, m in taken)
    return [
        ("build of the example, whole process", seconds_of([t[:2] for t in taken]), "1 s"),
        ("its memory", f"{memory:.0f} MB", "150 MB"),
    ]


def grown(clients: int, models: int) -> str:
    """Write the example with so many clients and models."""
    example = (ROOT / "mappings" / "example.yaml").read_text(encoding="utf-8")
    head = example[: example.index("\nmodels:")].replace("dimensions ", "watch ", 1)
    more = ["openai/gpt-4o", "openai/gpt-4o-mini", "anthropic/claude-3-haiku", "openai/gpt-4.1", "openai/gpt-4.1-mini"]
    lines = [head, "", "models:", *(f"  {name}: {{}}" for name in more[:models]), "", "clients:"]
    for n in range(clients):
        lines += [
            f"  client{n}:",
            f"    name: Client {n}",
            f"    customer: {{sandbox: cus_Sandbox{n:06}, live: cus_Live{n:08}}}",
        ]
    return "\n".join(lines) + "\n"


def growth() -> Iterator[tuple[str, str, str]]:
    """Build for 10, 100 and 1,000 clients with 5 models, in whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        for clients in (10, 100, 1000):
            path = Path(folder) / f"{clients}.yaml"
            path.write_text(grown(clients, 5), encoding="utf-8")
            taken = [process(generator("build", str(path), "--out", f"{folder}/{clients}")) for _ in range(3)]
            words = f"{seconds_of([t[:2] for t in taken])}, {max(m for _, _, m in taken):.0f} MB"
            yield f"build for {clients:,} clients × 5 models", words, "5 s" if clients == 1000 else ""


def in_process(plan: Plan) -> list[tuple[str, str, str]]:
    """Render alone, without start-up, reading and checks."""
    many = replace(plan, clients=tuple(replace(plan.clients[0], key=f"c{n}", names=(f"c{n}",)) for n in range(1000)))
    return [
        ("rendering the example", median(TRIES, lambda: build(plan)), ""),
        ("rendering 1,000 clients", median(3, lambda: build(many)), ""),
    ]


def same_bytes() -> list[tuple[str, str, str]]:
    """Build under other hash seeds, time zones, languages and folders."""
    digests = set()
    for seed, zone, language in (("0", "UTC", "C"), ("1", "Asia/Tokyo", "C.UTF-8"), ("4711", "America/St_Johns", "C")):
        with tempfile.TemporaryDirectory() as folder:
            around = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
            process(generator("build", str(ROOT / "mappings" / "example.yaml"), "--out", folder), around, Path(folder))
            files = sorted(p for p in Path(folder).rglob("*") if p.is_file())
            names = b"".join(str(p.relative_to(folder)).encode() + p.read_bytes() for p in files)
            digests.add(hashlib.sha256(names).hexdigest())
    return [("different outputs over 3 hash seeds, zones, folders", str(len(digests)), "1")]


def main() -> None:
    """Measure and print."""
    plan = read_plan(resources.mappings() / "example.yaml")[1]
    if plan is None:
        raise SystemExit("mappings/example.yaml has errors")
    table("Build", whole, growth, partial(in_process, plan), same_bytes)


if __name__ == "__main__":
    main()
