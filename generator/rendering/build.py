"""Plan → every rendered file: the one place that turns data into bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from pydantic_core import to_json

from generator import resources
from generator.rendering import leaf_make, leaf_n8n
from generator.rendering.make import render_make, setup_make
from generator.rendering.n8n import render_n8n, setup_n8n
from generator.rendering.plan import Plan
from generator.rendering.registry import OWN, PLATFORMS
from generator.rendering.setup import render_setup


def build(plan: Plan, platforms: Collection[str] = PLATFORMS) -> dict[str, bytes]:
    """Render a plan; gives relative path (`n8n/meter-usage.json`) → content, the same bytes for the same plan.

    With several sources, what each has for itself carries its name (`n8n/meter-usage-app.json`); the rest comes once.
    """
    return {path: text for platform in PLATFORMS if platform in platforms for path, text in _built(plan, platform)}


def _built(plan: Plan, platform: str) -> Iterator[tuple[str, bytes]]:
    """Give the files of one platform."""
    whole = _RENDER[platform](plan)
    if plan.runs:
        facts = {"of": platform, "own": sorted(OWN[platform])}
        yield from ((path, text) for path, text in whole.items() if not _is_own(path))
        for run in plan.runs:
            yield from ((_named(path, run), text) for path, text in _RENDER[platform](run).items() if _is_own(path))
        yield f"{platform}/SETUP.md", render_setup(plan, resources.templates(), "several", facts).encode()
    else:
        yield from whole.items()
    yield _pasted(plan, platform)


def _n8n(plan: Plan) -> dict[str, bytes]:
    templates = resources.templates()
    files = {f"n8n/{stem}.json": serialise(data) for stem, data in render_n8n(plan, templates).items()}
    return files | {"n8n/SETUP.md": setup_n8n(plan, templates).encode()}


def _make(plan: Plan) -> dict[str, bytes]:
    templates = resources.templates()
    blueprints = render_make(plan, templates)
    files = {f"make/{stem}.json": serialise(data) for stem, data in blueprints.items()}
    return files | {"make/SETUP.md": setup_make(plan, templates, blueprints).encode()}


_RENDER: Mapping[str, Callable[[Plan], dict[str, bytes]]] = {"n8n": _n8n, "make": _make}
_TEXT: Mapping[str, Callable[[Plan], str]] = {"n8n": leaf_n8n.mapping_text, "make": leaf_make.mapping_text}


def _is_own(path: str) -> bool:
    """Whether each source of a mapping with several has a file of this name for itself."""
    platform, _, name = path.partition("/")
    return name in ("SETUP.md", "mapping.txt") or name.removesuffix(".json") in OWN[platform]


def _named(path: str, run: Plan) -> str:
    stem, dot, kind = path.rpartition(".")
    return f"{run.named(stem)}{dot}{kind}"


def _pasted(plan: Plan, platform: str) -> tuple[str, bytes]:
    """Give the data of *Mapping* as a person pastes it: in a workflow's file it is escaped, in an editor's field not.

    The files do not end in `.json`: n8n's `import:workflow --separate` takes every such file for a workflow.
    """
    return f"{platform}/mapping.txt", f"{_TEXT[platform](plan)}\n".encode()


def serialise(data: object) -> bytes:
    """Write JSON the one way all rendered files have: two spaces, plain Unicode, order kept, a final newline."""
    return to_json(data, indent=2) + b"\n"
