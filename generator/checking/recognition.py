"""What a JSON document holds: n8n workflows or Make blueprints, plain or in one of the wrappers that circulate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.checking.document import Document, Json, Pointer, as_dict, as_list, as_text, is_too_deep, parse
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

NOT_RECOGNISED = Rule(
    "lint.not-recognised",
    Level.ERROR,
    "the file is JSON but neither an n8n workflow nor a Make blueprint, nor a known wrapper around one",
    "give a workflow that n8n downloaded or a blueprint that Make exported",
)

_WRAPPERS = (
    *(
        "data",
        "workflow",
        "workflows",
        "workflowData",
        "workflow_data",
        "blueprint",
        "response",
        "scenario",
        "template",
    ),
    *("attributes", "json", "result", "content"),
)
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One workflow or blueprint inside a document, and where it stands."""

    document: Document
    platform: Literal["n8n", "make"]
    raw: dict[str, Json]
    pointer: Pointer


def recognise(document: Document) -> tuple[list[Part], list[Finding]]:
    """Find every workflow and blueprint of a document; what cannot be placed is an error, never silence."""
    parts: list[Part] = []
    strange: list[Finding] = []
    items = document.data if isinstance(document.data, list) else None
    if not items:
        parts = list(_parts(document, document.data, (), 0))
        strange = [] if parts else [_strange(document, document.data, ())]
    for index, item in enumerate(items or []):
        found = list(_parts(document, item, (index,), 1))
        parts += found
        strange += [] if found else [_strange(document, item, (index,))]
    return parts, strange


def _parts(document: Document, value: Json, pointer: Pointer, depth: int) -> Iterator[Part]:
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = _parsed(value)
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _parts(document, item, (*pointer, index), depth + 1)
    if not isinstance(value, dict):
        return
    if _is_workflow(value):
        yield Part(document, "n8n", value, pointer)
    elif _is_blueprint(value):
        yield Part(document, "make", value, pointer)
    elif isinstance(subflows := value.get("subflows"), list):
        for index, subflow in enumerate(subflows):
            if isinstance(as_dict(subflow).get("flow"), list):
                raw = {"name": "clipboard", "metadata": value.get("metadata"), **as_dict(subflow)}
                yield Part(document, "make", raw, (*pointer, "subflows", index))
    else:
        for key in _WRAPPERS:
            if key in value:
                yield from _parts(document, value[key], (*pointer, key), depth + 1)


def _parsed(text: str) -> Json:
    """Read a blueprint that is wrapped as text, as Make's API carries it."""
    try:
        value = parse(text)
    except (ValueError, RecursionError):
        return None
    return None if is_too_deep(value) else value


def _is_workflow(value: dict[str, Json]) -> bool:
    """Tell an n8n workflow from the graphs of other tools, which have `nodes` as well."""
    nodes = value.get("nodes")
    if not isinstance(nodes, list) or "flow" in value:
        return False
    if isinstance(value.get("connections"), dict):
        return True
    return any("parameters" in as_dict(node) and "." in as_text(as_dict(node).get("type")) for node in nodes)


def _is_blueprint(value: dict[str, Json]) -> bool:
    """Tell a blueprint from other files that have a `flow`: its modules are named, or it has Make's metadata."""
    flow = value.get("flow")
    return isinstance(flow, list) and ("metadata" in value or any("module" in as_dict(item) for item in flow))


def _strange(document: Document, value: Json, pointer: Pointer) -> Finding:
    keys = ", ".join(f"`{key[:40]}`" for key in list(as_dict(value))[:6])
    kind = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(
        type(value), "a number"
    )
    inside = (
        f" with the keys {keys}" if keys else " that is empty" if isinstance(value, dict | list) and not value else ""
    )
    which = f"entry {as_list([*pointer])[0]} of the list" if pointer else "the file"
    return NOT_RECOGNISED.at(document.place(pointer), f"{which} is {kind}{inside}: no workflow, no blueprint")
