"""Plan → Make's blueprint: the mapping goes into one module, the graph stays as the template draws it."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2.runtime import Macro

from generator.mapping.sources import source_facts
from generator.rendering.credits import (
    CALL,
    EVENT,
    REPORT,
    SILENCE,
    WATCHING,
    cap_credits,
    cursor_pages,
    estimate,
    every_run,
    gateway_credits,
    watching_run,
)
from generator.rendering.leaf_make import mapping_text
from generator.rendering.leaves import fill
from generator.rendering.numbers import moved
from generator.rendering.plan import Billing, Plan
from generator.rendering.registry import SCENARIOS, Scenario
from generator.rendering.setup import events_per_window, reads_per_run, render_setup
from generator.rendering.source_part import SourcePart
from generator.rendering.texts import marked_template

Module = Mapping[str, Any]
STRIPE = "https://api.stripe.com"
SEARCH = "datastore:SearchRecord"
CALLS, KEPT = (40, 42), 47
"""Modules of `gateway-call` that call the gateway, and the one that keeps usage."""
MOVED = {40: 240, 41: 241, 45: 245, 50: 250, 51: 251, 52: 252}
"""Modules that read the log for a cap: in `gateway-call` their own numbers name the call and its answer."""
LAYOUT = re.compile(r"\s*\n\s*")


def render_make(plan: Plan, templates: Path, stems: Container[str] | None = None) -> dict[str, object]:
    """Fill every template of Make's, or some; gives file stem → blueprint as JSON data."""
    wanted = [scenario for scenario in SCENARIOS if stems is None or scenario.stem in stems]
    return {scenario.stem: _blueprint(plan, scenario, templates / "make") for scenario in wanted}


def _blueprint(plan: Plan, scenario: Scenario, folder: Path) -> object:
    watched = scenario.watching and plan.billing is Billing.WATCH
    stem = f"{scenario.stem}-watch" if watched else scenario.stem
    template = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    part = SourcePart(plan.source)
    priced = replace(plan, billing=Billing.WATCH) if scenario.priced else plan
    capped = "cap" in scenario.expressions  # which asks an app's own log alone
    reads = "log" in scenario.expressions and not capped
    of_source = part.expressions(folder / "iml") if reads else ""
    as_watched = replace(plan, billing=Billing.WATCH)
    context = {
        "name": f"{plan.name}: {scenario.title}"[:120],
        "zone": plan.windows.zone,
        "lookback": str(plan.windows.lookback),
        "ops": plan.ops_channel,
        "own": plan.named,
        "divided": plan.divided,
        "mapping": mapping_text(plan),
        "billing": plan.billing.value,
        "cap_source": plan.caps.source.value,
        "iml": expressions(folder / "iml", priced, scenario.expressions, of_source),
        "watched": expressions(folder / "iml", as_watched, scenario.expressions) if capped else None,
    }

    def shared(name: str) -> object:
        """Give a piece that several blueprints share: a module or a route."""
        piece = json.loads((folder / "parts" / f"{name}.json").read_text(encoding="utf-8"))
        filled = fill(piece, context | {"part": shared}, f"make {name}")
        return moved(filled, MOVED) if name == "cap-log" else filled

    own = part.into_make(template) if scenario.watching or scenario.priced else template
    filled = fill(own, context | {"part": shared}, f"make {stem} of {plan.source}")
    return _without_unset(_without_gaps(filled))


def _without_unset(blueprint: Any) -> object:
    """Let modules get only variables that some module sets: a source may do without tries or pages of its own."""
    modules = list(_modules(blueprint))
    known = {entry["name"] for m in modules if m["module"] == "util:SetVariables" for entry in m["mapper"]["variables"]}
    for module in modules:
        if module["module"] == "util:GetVariables":
            module["mapper"]["variables"] = [name for name in module["mapper"]["variables"] if name in known]
    return blueprint


def _without_gaps(data: object) -> object:
    """Drop the modules and routes that a mapping does not need: those whose leaf became nothing."""
    if isinstance(data, dict):
        return {key: _without_gaps(value) for key, value in data.items()}
    return [_without_gaps(entry) for entry in data if entry is not None] if isinstance(data, list) else data


def setup_make(plan: Plan, templates: Path, rendered: Mapping[str, object]) -> str:
    """Write SETUP.md for Make; it names the modules of the blueprints that were `rendered`."""
    stems = ("meter-usage", "stripe-events", "log-call", "usage-thresholds", "usage-cap", "gateway-call")
    modules, events, calls, watching, caps, gated = (list(_modules(rendered[stem])) for stem in stems)
    facts = {
        "keys": [key for key in _keys(plan, modules) if key["modules"]],
        "slack": _listed(module for module in modules if module["module"] == "slack:CreateMessage"),
        "events_slack": _listed(module for module in events if module["module"] == "slack:CreateMessage"),
        "stores": _listed(module for module in events if module["module"].startswith("datastore:")),
        "notes": _listed(m for m in modules if m["module"].startswith("datastore:") and m["module"] != SEARCH),
        "searches": _listed(module for module in modules if module["module"] == SEARCH),
        "sheets": _listed(module for module in modules if module["module"].startswith("google-sheets:")),
        "looks": SILENCE,
        "heartbeat": _heartbeat(plan),
        "cap_stores": _listed(module for module in caps if module["module"].startswith("datastore:")),
        "cap_keys": _listed(module for module in caps if module["module"] == "http:MakeRequest"),
        "per_event": EVENT,
        "per_report": REPORT,
        "call_stores": _listed(module for module in calls if module["module"].startswith("datastore:")),
        "per_call": CALL,
        "watching_keys": [key for key in _keys(plan, watching) if key["modules"]],
        "watching_slack": _listed(module for module in watching if module["module"] == "slack:CreateMessage"),
        "watching_stores": _listed(module for module in watching if module["module"].startswith("datastore:")),
        "watching": WATCHING,
        "watching_run": watching_run(plan),
        "cursor_pages": cursor_pages,
        "per_cap": cap_credits(plan),
        "gateway_stores": _listed(m for m in gated if m["module"].startswith("datastore:") and m["id"] != KEPT),
        "gateway_keys": _listed(m for m in gated if m["module"] == "http:MakeRequest" and m["id"] not in CALLS),
        "per_gateway": gateway_credits(plan),
        "credits": estimate(plan),
        "every_run": every_run(plan),
        "events": events_per_window(plan),
        "reads": reads_per_run(plan),
    }
    return render_setup(plan, templates, "make", facts)


def _heartbeat(plan: Plan) -> str:
    """Say when to look for the last run: three hours after the nightly one; see `rendering/n8n.py`."""
    hour, minute = plan.windows.run_at.split(":")
    return f"{(int(hour) + 3) % 24:02}:{minute}" if plan.windows.size == "day" else "09:30"


def _keys(plan: Plan, modules: list[Module]) -> Iterator[dict[str, str]]:
    bearer = f"`Bearer rk_{'live' if plan.livemode else 'test'}_…`"
    source = source_facts(plan.source)
    asked = {"title": "Usage log", "value": "what your endpoint asks for, for instance `Bearer …`"}
    if source.key:
        asked = {"title": source.key, "value": f"`{source.value}`", "header": source.header}
    usage = f"https://{source.host}/" if source.host and "url" not in source.takes else "2.source.url"
    reading = {"title": "Stripe: read meters", "value": f"{bearer} (the reading key)"}
    posting = {"title": "Stripe: post meter events", "value": f"{bearer} (the posting key)"}
    for key, address in ((asked, usage), (reading, f"{STRIPE}/v1/"), (posting, f"{STRIPE}/v2/")):
        yield {"header": "Authorization", **key, "modules": _listed(m for m in modules if _calls(m, address))}


def _calls(module: Module, address: str) -> bool:
    mapper = module.get("mapper")
    return isinstance(mapper, dict) and address in str(mapper.get("url", ""))


def _listed(modules: Iterable[Module]) -> str:
    """Name modules as the editor shows them: by number and caption."""
    return ", ".join(f"{module['id']} *{module['metadata']['designer']['name']}*" for module in modules)


def _modules(data: Any) -> Iterator[Module]:
    for module in data["flow"]:
        yield module
        yield from module.get("onerror", [])
        for route in module.get("routes", []):
            yield from _modules(route)


def expressions(folder: Path, plan: Plan, names: Sequence[str], of_source: str = "") -> SimpleNamespace:
    """Load the named expressions, written for the plan's billing mode and size of window; the source's come last."""
    texts = [*((folder / f"{name}.iml").read_text(encoding="utf-8") for name in names), of_source]
    facts: dict[str, object] = {"billing": plan.billing.value, "size": plan.windows.size}
    facts |= {
        "ready": plan.source_ready_s,
        "source_client": plan.source_client,
        "divided": plan.divided,
        "patterned": plan.patterned,
    }
    facts |= {"metering": plan.metering}
    name = " ".join(["expressions", *names, *(["of", plan.source] if of_source else [])])
    module = marked_template(name, "\n".join(texts)).make_module(facts)
    named = {name: value for name, value in vars(module).items() if isinstance(value, Macro)}
    return SimpleNamespace(**{name: _Expression(macro) for name, macro in named.items()})


class _Expression:
    """A macro whose text comes without its layout."""

    def __init__(self, macro: Macro) -> None:
        self._macro = macro

    def __call__(self, *values: object, **named: object) -> str:
        return LAYOUT.sub("", str(self._macro(*values, **named)))
