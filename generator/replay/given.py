"""Files that a person hands to `replay` in place of ours: which workflow each is, and its billing mode."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from generator.errors import UnreadableInput, WrongUsage

_WORKFLOWS = ("meter-usage", "meter-usage-chunk", "meter-usage-native")


def read_given(paths: Sequence[Path]) -> dict[str, bytes]:
    """Read files and name each as `build` would: by its content, not by its name."""
    files: dict[str, bytes] = {}
    for path in paths:
        try:
            content = path.read_bytes()
            name = _name(json.loads(content))
        except (OSError, ValueError) as error:
            raise UnreadableInput(f"{path}: {error}") from error
        if name is None:
            raise WrongUsage(
                f"{path} is neither one of our n8n workflows ({', '.join(_WORKFLOWS)}) nor a Make blueprint"
            )
        files[name] = content
    return files


def _name(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("flow"), list):
        return "make/meter-usage.json"
    if not isinstance(data.get("nodes"), list):
        return None
    types = {str(node.get("type")) for node in data["nodes"] if isinstance(node, dict)}
    if "n8n-nodes-base.stripe" in types:
        return "n8n/meter-usage-native.json"
    child = "n8n-nodes-base.executeWorkflowTrigger" in types
    return "n8n/meter-usage-chunk.json" if child else "n8n/meter-usage.json"


def engines_of(files: dict[str, bytes]) -> set[str]:
    """Name the engines that files are for."""
    return {path.split("/")[0] for path in files}


def billing_of(files: dict[str, bytes]) -> str | None:
    """Find the billing mode in the data of the *Mapping* node or module; None where no file holds one."""
    found = {mode for content in files.values() for mode in _modes(json.loads(content))}
    return found.pop() if len(found) == 1 else None


def _modes(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _modes(value)
    elif isinstance(data, list):
        for value in data:
            yield from _modes(value)
    elif isinstance(data, str) and '"billing"' in data:
        try:
            inner = json.loads(data)
        except ValueError:
            return
        if isinstance(inner, dict) and isinstance(inner.get("billing"), str):
            yield inner["billing"]
