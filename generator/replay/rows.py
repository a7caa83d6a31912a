"""Rows for the simulated log: those a case names, and nights drawn from a real trace's distribution."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from ruamel.yaml import YAML

from generator.rendering.plan import Plan
from generator.replay.case import Drawn, UsageRow
from generator.replay.expected import spellings

Row = Mapping[str, Any]


def written(row: UsageRow) -> Row:
    """Write a case's row as the app log sends it."""
    time = {"time": stamp(row.at)} if row.at else {}
    if row.raw is not None:
        return {**time, **row.raw}
    fields = row.model_dump(exclude={"at", "raw"}, exclude_unset=True)
    return {**time, **fields}


def stamp(at: datetime) -> str:
    """Write an instant in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def drawn(plan: Plan, ask: Drawn, start: datetime, end: datetime) -> list[Row]:
    """Draw rows of one window: all clients and models, counts and the four providers' raw usage objects."""
    rng = Random(f"{ask.seed}:{ask.day}")
    names = [n for n in plan.model_names if n.since <= start]
    span = (end - start) / timedelta(seconds=1)
    rows: list[Row] = []
    for n in range(ask.rows):
        at = start + timedelta(seconds=rng.random() * (span - 1))
        client = rng.choice(spellings(plan, rng.choice(plan.clients)))
        name = rng.choice(names)
        priced = {p.token_type.value for p in plan.pairs if p.model == name.model}
        prompt, out = (_quantile(kind, rng.random()) for kind in ("prompt", "generated"))
        head = {"time": stamp(at), "client": client, "model": name.name, "request_id": f"req_{ask.day}_{ask.seed}_{n}"}
        rows.append({**head, **_shape(rng, prompt, out, priced)})
    return rows


def _shape(rng: Random, prompt: int, out: int, priced: set[str]) -> Mapping[str, Any]:
    cached = rng.randrange(prompt) if "cached_input" in priced and rng.random() < 0.4 else 0
    write = (prompt - cached) // 3 if "cached_write" in priced and rng.random() < 0.2 else 0
    plain = prompt - cached - write
    shapes: list[Mapping[str, Any]] = [
        {"input": plain, "cached_input": cached, "cached_write": write, "output": out},
        {"input": str(plain), "cached_input": str(cached), "cached_write": write, "output": str(out)},
        {"usage": {"prompt_tokens": prompt, "completion_tokens": out, "total_tokens": prompt + out,
                   "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": write}}},
        {"usage": {"input_tokens": prompt, "output_tokens": out, "total_tokens": prompt + out,
                   "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": write}}},
        {"usage": {"input_tokens": plain, "output_tokens": out, "cache_read_input_tokens": cached,
                   "cache_creation_input_tokens": write}},
    ]  # fmt: skip
    if not write:
        thoughts = out // 2
        shapes.append({"usage": {"promptTokenCount": prompt, "cachedContentTokenCount": cached,
                                 "candidatesTokenCount": out - thoughts, "thoughtsTokenCount": thoughts}})  # fmt: skip
    return rng.choice(shapes)


@cache
def _quantiles() -> dict[str, list[int]]:
    text = files("generator.replay").joinpath("quantiles.yaml").read_text(encoding="utf-8")
    data: dict[str, list[int]] = YAML(typ="safe").load(text)
    return data


def _quantile(kind: str, u: float) -> int:
    points = _quantiles()[kind]
    place = u * (len(points) - 1)
    low = int(place)
    return round(points[low] + (points[low + 1] - points[low]) * (place - low))
