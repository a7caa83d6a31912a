"""Plan → every rendered file: the one place that turns data into bytes."""

from __future__ import annotations

import json

from generator import resources
from generator.rendering.make import render_make, setup_make
from generator.rendering.n8n import render_n8n, setup_n8n
from generator.rendering.plan import Plan


def build(plan: Plan) -> dict[str, bytes]:
    """Render a plan; gives relative path (`n8n/meter-usage.json`) → content, the same bytes for the same plan."""
    templates = resources.templates()
    files = {f"n8n/{stem}.json": serialise(data) for stem, data in render_n8n(plan, templates).items()}
    files["n8n/SETUP.md"] = setup_n8n(plan, templates).encode()
    files |= {f"make/{stem}.json": serialise(data) for stem, data in render_make(plan, templates).items()}
    return files | {"make/SETUP.md": setup_make(plan, templates).encode()}


def serialise(data: object) -> bytes:
    """Write JSON the one way all rendered files have: two spaces, plain Unicode, order kept, a final newline."""
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
