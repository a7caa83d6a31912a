"""What a hasty paste does to *Mapping*: its end is missing."""

from __future__ import annotations

import json
from typing import Any

from generator.replay.engine import Files


def torn(files: Files, workflow: str) -> Files:
    """Give the files with the Make scenario's *Mapping* cut."""
    path = f"make/{workflow}.json"
    blueprint = json.loads(files[path])
    _tear(blueprint["flow"])
    return {**files, path: json.dumps(blueprint).encode()}


def _tear(flow: list[dict[str, Any]]) -> None:
    for module in flow:
        if module["metadata"]["designer"]["name"] == "Mapping":
            module["mapper"]["json"] = module["mapper"]["json"][:-2]
        for route in module.get("routes", []):
            _tear(route["flow"])
