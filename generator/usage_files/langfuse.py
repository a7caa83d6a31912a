"""Langfuse observations: usage under free names, which are buckets beside each other unless `total` says otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from generator.usage_files.counts import count, money
from generator.usage_files.record import LeftOut, Used
from generator.usage_files.shapes import plain
from generator.usage_files.times import read_time

NAME = "Langfuse observations"
DETAILS = "usageDetails"
COUNTED = {"GENERATION", "EMBEDDING"}
"""Other types may repeat the tokens of their children (exports shipped in the langfuse repository)."""


def read_observation(row: Mapping[str, object], model: str = "") -> Used | LeftOut:
    """Read one observation, of the API or of an export, which spells its fields otherwise."""
    fields = {plain(key): value for key, value in row.items() if value is not None}
    if str(fields.get("type") or "GENERATION").upper() not in COUNTED:
        return LeftOut("not a generation: such observations repeat their children's tokens")
    details = row.get(DETAILS)
    buckets = _buckets(details if isinstance(details, Mapping) else {})
    client, name = _first(fields, "userid", "projectid"), _first(fields, "model", "providedmodelname")
    when = read_time(fields.get("starttime") or fields.get("timestamp"))
    cost = fields.get("totalcost", fields.get("calculatedtotalcost"))
    return Used(client, name or model, when, *buckets, 0, 1, money(cost))


def _first(fields: Mapping[str, object], *names: str) -> str:
    return next((str(fields[name]) for name in names if fields.get(name)), "")


def _buckets(details: Mapping[str, object]) -> tuple[int, int, int, int]:
    """Sort names into kinds: `input…`, what was read from or written to a cache, `output…`.

    Where all add up to more than `total`, cached tokens and reasoning are parts of input and output.
    """
    found = {"input": 0, "cached": 0, "write": 0, "output": 0}
    counts = {key.lower(): count(value) for key, value in details.items() if value is not None and key != "total"}
    for key, number in counts.items():
        if kind := _kind(key):
            found[kind] += number
    total = count(details.get("total"))
    if total and sum(counts.values()) > total:
        found["output"] -= sum(number for key, number in counts.items() if "reasoning" in key)
        if found["input"] + found["output"] == total:
            found["input"] -= found["cached"] + found["write"]
    return found["input"], found["cached"], found["write"], found["output"]


def _kind(key: str) -> str | None:
    if "cache_creation" in key or ("cache" in key and "write" in key):
        return "write"
    if "cache" in key:
        return "cached"
    starts = {"input": ("input", "prompt"), "output": ("output", "completion", "reasoning")}
    return next((kind for kind, words in starts.items() if key.startswith(words)), None)
