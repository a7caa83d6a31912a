"""What the engine stored about one run of a workflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

Status = Literal["new", "running", "waiting", "success", "error", "canceled", "crashed", "unknown"]

ENDED: frozenset[Status] = frozenset({"success", "error", "canceled", "crashed", "waiting"})
"""States in which a run does nothing more by itself; `waiting` is stored and would be resumed later."""


@dataclass(frozen=True, slots=True)
class Execution:
    """A run that has ended: its state, what went wrong, and what each node gave."""

    id: str
    workflow_id: str
    status: Status
    error: str = ""
    last_node: str = ""
    run_data: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Execution:
        """Read the answer of the engine's own API."""
        text = stored.get("data")
        data = cast("dict[str, Any]", unflatten(text)) if isinstance(text, str) else {}
        result = data.get("resultData") or {}
        return cls(
            id=str(stored["id"]),
            workflow_id=str(stored["workflowId"]),
            status=stored["status"],
            error=_message(result.get("error")),
            last_node=result.get("lastNodeExecuted") or "",
            run_data=result.get("runData") or {},
        )

    def node_output(self, name: str, *, run: int = -1, output: int = 0) -> list[dict[str, Any]]:
        """List the items that a node gave in one of its runs (the last one if not told otherwise), as plain JSON."""
        runs = self.run_data.get(name, [])
        if not runs:
            raise KeyError(f"node {name!r} did not run; ran: {', '.join(self.run_data) or 'none'}")
        outputs = (runs[run].get("data") or {}).get("main") or []
        items = outputs[output] if output < len(outputs) else None
        return [item["json"] for item in items or []]


def unflatten(text: str) -> Any:
    """Decode the engine's way of writing data with shared parts: a list of values in which text stands for an index."""
    values: list[Any] = json.loads(text)
    made: dict[int, Any] = {}

    def value(index: int) -> Any:
        raw = values[index]
        if not isinstance(raw, dict | list):
            return raw
        if index not in made:
            made[index] = {} if isinstance(raw, dict) else []
            todo.append(index)
        return made[index]

    todo: list[int] = []
    root = value(0)
    while todo:
        index = todo.pop()
        raw = values[index]
        if isinstance(raw, dict):
            made[index].update({key: _member(part, value) for key, part in raw.items()})
        else:
            made[index].extend(_member(part, value) for part in raw)
    return root


def _member(part: Any, value: Any) -> Any:
    return value(int(part)) if isinstance(part, str) else part


def _message(error: Any) -> str:
    if not isinstance(error, dict):
        return ""
    message, description = str(error.get("message") or ""), str(error.get("description") or "")
    return f"{message}: {description}" if description and description not in message else message
