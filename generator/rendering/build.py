"""Plan → every rendered file: the one place that turns data into bytes."""

from __future__ import annotations

import json

from generator import resources
from generator.rendering import leaf_make, leaf_n8n
from generator.rendering.make import render_make, setup_make
from generator.rendering.n8n import render_n8n, setup_n8n
from generator.rendering.plan import Plan


def build(plan: Plan) -> dict[str, bytes]:
    """Render a plan; gives relative path (`n8n/meter-usage.json`) → content, the same bytes for the same plan."""
    templates = resources.templates()
    files = {f"n8n/{stem}.json": serialise(data) for stem, data in render_n8n(plan, templates).items()}
    files["n8n/SETUP.md"] = setup_n8n(plan, templates).encode()
    make = render_make(plan, templates)
    files |= {f"make/{stem}.json": serialise(data) for stem, data in make.items()}
    files |= {"make/SETUP.md": setup_make(plan, templates, make).encode()}
    return files | _pasted(plan)


def _pasted(plan: Plan) -> dict[str, bytes]:
    """Give the data of *Mapping* as a person pastes it: in a workflow's file it is escaped, in an editor's field not.

    The files do not end in `.json`: n8n's `import:workflow --separate` takes every such file for a workflow.
    """
    texts = {"n8n": leaf_n8n.mapping_text(plan), "make": leaf_make.mapping_text(plan)}
    return {f"{platform}/mapping.txt": f"{text}\n".encode() for platform, text in texts.items()}


def serialise(data: object) -> bytes:
    """Write JSON the one way all rendered files have: two spaces, plain Unicode, order kept, a final newline."""
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
