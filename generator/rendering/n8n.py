"""Plan → n8n workflows: the mapping goes into one node, the graphs stay as the templates draw them."""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from functools import partial
from pathlib import Path
from string import digits
from uuid import UUID, uuid5

from generator.rendering.leaf_n8n import mapping_text
from generator.rendering.leaves import fill
from generator.rendering.plan import Billing, Plan, Windows
from generator.rendering.registry import FLOWS, ON_ERROR, OWN, Flow
from generator.rendering.run_time import n8n_seconds
from generator.rendering.setup import events_per_window, reads_per_run, render_setup
from generator.rendering.source_part import SourcePart

NAMESPACE = UUID("6f6b3c0e-9d0a-5f0b-8a4e-2d1c5b7a9e31")
"""Of node ids: a node keeps its id as long as its workflow and role keep their names."""

WORKFLOWS = {flow.stem: flow.id for flow in FLOWS}
"""File stem → id on the user's server."""

START_S = 5
"""Seconds that an ordinary run takes without its calls to Stripe: its log, its totals, its report."""


def workflow_ids(plan: Plan) -> dict[str, str]:
    """Give each workflow's id by its stem; a failed run of a shared one is told by the first source's `ops-errors`."""
    if plan.runs:
        return {**WORKFLOWS, ON_ERROR: workflow_ids(plan.runs[0])[ON_ERROR]}
    return {flow.stem: _own_id(flow, plan.run) if plan.run and flow.own else flow.id for flow in FLOWS}


def _own_id(flow: Flow, run: str) -> str:
    """Name one source's workflow, within the 21 signs that n8n's command line takes, with a digit among them."""
    return flow.id.rstrip(digits) + str(int(node_id(flow.stem, run).replace("-", ""), 16) % 10**6).zfill(6)


def render_n8n(plan: Plan, templates: Path, stems: Container[str] = WORKFLOWS) -> dict[str, object]:
    """Fill every n8n template, or some; gives file stem → workflow as JSON data."""
    return {stem: _workflow(plan, stem, templates) for stem in WORKFLOWS if stem in stems}


def setup_n8n(plan: Plan, templates: Path) -> str:
    """Write SETUP.md for n8n."""
    events, reads = events_per_window(plan), reads_per_run(plan)
    facts = {
        "cron": cron(plan.windows),
        "heartbeat": f"`{heartbeat(plan.windows)}`",
        "events": events,
        "reads": reads,
        "seconds": START_S + n8n_seconds(events, reads),
    }
    return render_setup(plan, templates, "n8n", facts)


def _workflow(plan: Plan, stem: str, templates: Path) -> object:
    part, ids = SourcePart(plan.source), workflow_ids(plan)
    template = part.into_n8n(json.loads((templates / "n8n" / f"{stem}.json").read_text(encoding="utf-8")))
    if stem != ON_ERROR:
        template["settings"]["errorWorkflow"] = ids[ON_ERROR]
    return fill(
        template,
        {
            "name": plan.name,
            "zone": plan.windows.zone,
            "cron": cron(plan.windows),
            "heartbeat": heartbeat(plan.windows),
            "mapping": mapping_text(plan),
            "native_properties": _native_properties(plan),
            "workflows": ids,
            "own": plan.named,
            "code": _reader(templates / "code"),
            "source_code": part.code(templates / "code"),
            "source_sql": part.text("n8n.sql"),
            "id": partial(node_id, plan.named(stem) if stem in OWN["n8n"] else stem),
        },
        f"n8n {stem} of {plan.source}",
    )


def cron(windows: Windows) -> str:
    """Write when the run starts, in the mapping's zone: once a day, or every hour at the minute of `run_at`."""
    hour, minute = windows.run_at.split(":")
    return f"{int(minute)} {int(hour) if windows.size == 'day' else '*'} * * *"


def heartbeat(windows: Windows) -> str:
    """Write when `ops-errors` looks for the last run: three hours after a daily one, so that a missed run is 26 hours
    ago on the day of 23 hours too; for hours every six hours."""
    hour, minute = windows.run_at.split(":")
    return f"{int(minute)} {(int(hour) + 3) % 24 if windows.size == 'day' else '*/6'} * * *"


def node_id(workflow: str, role: str) -> str:
    """Name a node, a condition or a webhook: the same role in the same workflow always gives the same id."""
    return str(uuid5(NAMESPACE, f"{workflow}/{role}"))


def _native_properties(plan: Plan) -> list[dict[str, str]]:
    """List the payload's own keys for n8n's Stripe node; in `weighted` an event belongs to no single pair."""
    keys = () if plan.billing is Billing.WEIGHTED else ("model", "token_type")
    return [{"key": key, "value": f"={{{{ $json.{key} }}}}"} for key in keys]


def _reader(folder: Path) -> Callable[..., str]:
    """Give the function by which a template inlines shared code: the named files, one after the other."""

    def code(*names: str) -> str:
        return "\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in names)

    return code
