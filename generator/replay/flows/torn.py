"""What a hasty paste does to *Mapping*: its end is missing, or, where n8n publishes no such text, all but its start."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from generator.replay.engine import Files


def torn(files: Files, workflows: Sequence[str]) -> Files:
    """Give the files with the *Mapping* of these workflows cut, on both platforms."""
    paths = [f"{platform}/{stem}.json" for platform in ("n8n", "make") for stem in workflows]
    return {**files, **{path: _cut(files[path]) for path in paths if path in files}}


def _cut(content: bytes) -> bytes:
    data = json.loads(content)
    for node in data.get("nodes", ()):
        if node["name"] == "Mapping":
            node["parameters"]["jsonOutput"] = '{"format": 1}'
    for module in _modules(data.get("flow", [])):
        if module["metadata"]["designer"]["name"] == "Mapping":
            module["mapper"]["json"] = module["mapper"]["json"][:-2]
    return json.dumps(data).encode()


def _modules(flow: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for module in flow:
        yield module
        for route in module.get("routes", []):
            yield from _modules(route["flow"])
