"""Plan → Make's blueprint: the mapping goes into one module, the graph stays as the template draws it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment
from jinja2.runtime import Macro

from generator.rendering.leaf_make import mapping_text
from generator.rendering.leaves import fill
from generator.rendering.plan import Billing, Plan

LAYOUT = re.compile(r"\s*\n\s*")


def render_make(plan: Plan, templates: Path) -> dict[str, object]:
    """Fill Make's template; gives file stem → blueprint as JSON data."""
    folder = templates / "make"
    stem = "meter-usage-watch" if plan.billing is Billing.WATCH else "meter-usage"
    template = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    context = {
        "name": f"{plan.name}: meter usage"[:120],
        "zone": plan.windows.zone,
        "lookback": str(plan.windows.lookback),
        "mapping": mapping_text(plan),
        "iml": expressions(folder / "expressions.iml", plan),
    }
    return {"meter-usage": fill(template, context)}


def expressions(file: Path, plan: Plan) -> SimpleNamespace:
    """Load the named expressions, written for the plan's billing mode and size of window."""
    signs = {"variable_start_string": "⟦", "variable_end_string": "⟧", "block_start_string": "⟦%"}
    signs |= {"block_end_string": "%⟧", "comment_start_string": "⟦#", "comment_end_string": "#⟧"}
    environment = Environment(autoescape=False, **signs)  # type: ignore[arg-type]
    source = file.read_text(encoding="utf-8")
    module = environment.from_string(source, {"billing": plan.billing.value, "size": plan.windows.size}).module
    named = {name: value for name, value in vars(module).items() if isinstance(value, Macro)}
    return SimpleNamespace(**{name: _Expression(macro) for name, macro in named.items()})


class _Expression:
    """A macro whose text comes without its layout."""

    def __init__(self, macro: Macro) -> None:
        self._macro = macro

    def __call__(self, *values: object, **named: object) -> str:
        return LAYOUT.sub("", str(self._macro(*values, **named)))
