"""Plan → every rendered file: the one place that turns data into bytes."""

from __future__ import annotations

from pydantic_core import to_json

from generator import resources
from generator.rendering import leaf_make, leaf_n8n
from generator.rendering.make import render_make, setup_make
from generator.rendering.n8n import render_n8n, setup_n8n
from generator.rendering.plan import Plan
from generator.rendering.registry import OWN
from generator.rendering.setup import render_setup


def build(plan: Plan) -> dict[str, bytes]:
    """Render a plan; gives relative path (`n8n/meter-usage.json`) → content, the same bytes for the same plan.

    With several sources, what each has for itself carries its name (`n8n/meter-usage-app.json`); the rest comes once.
    """
    if not plan.runs:
        return _build(plan)
    files = {path: content for path, content in _build(plan).items() if not _is_own(path)}
    files |= {_named(path, run): text for run in plan.runs for path, text in _build(run).items() if _is_own(path)}
    for platform in OWN:
        facts = {"of": platform, "own": sorted(OWN[platform])}
        files[f"{platform}/SETUP.md"] = render_setup(plan, resources.templates(), "several", facts).encode()
    return files | _pasted(plan)


def _build(plan: Plan) -> dict[str, bytes]:
    templates = resources.templates()
    files = {f"n8n/{stem}.json": serialise(data) for stem, data in render_n8n(plan, templates).items()}
    files["n8n/SETUP.md"] = setup_n8n(plan, templates).encode()
    make = render_make(plan, templates)
    files |= {f"make/{stem}.json": serialise(data) for stem, data in make.items()}
    files |= {"make/SETUP.md": setup_make(plan, templates, make).encode()}
    return files | _pasted(plan)


def _is_own(path: str) -> bool:
    """Whether each source of a mapping with several has a file of this name for itself."""
    platform, _, name = path.partition("/")
    return name in ("SETUP.md", "mapping.txt") or name.removesuffix(".json") in OWN[platform]


def _named(path: str, run: Plan) -> str:
    stem, dot, kind = path.rpartition(".")
    return f"{run.named(stem)}{dot}{kind}"


def _pasted(plan: Plan) -> dict[str, bytes]:
    """Give the data of *Mapping* as a person pastes it: in a workflow's file it is escaped, in an editor's field not.

    The files do not end in `.json`: n8n's `import:workflow --separate` takes every such file for a workflow.
    """
    texts = {"n8n": leaf_n8n.mapping_text(plan), "make": leaf_make.mapping_text(plan)}
    return {f"{platform}/mapping.txt": f"{text}\n".encode() for platform, text in texts.items()}


def serialise(data: object) -> bytes:
    """Write JSON the one way all rendered files have: two spaces, plain Unicode, order kept, a final newline."""
    return to_json(data, indent=2) + b"\n"
