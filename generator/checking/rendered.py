"""The checks that `build` runs over its own output: strict, and quick enough to run every time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator.checking import make_iml, make_publishing, make_variables, n8n_history, n8n_outside, secrets
from generator.checking.document import as_dict, as_text, quoted
from generator.checking.lint import Subjects, gather, quick
from generator.checking.workflow import Workflow
from generator.mapping.findings import Finding, Level, Place, in_file_order
from generator.mapping.rules import Rule

WORKFLOW_ID = Rule(
    "n8n.workflow-id",
    Level.ERROR,
    "a rendered workflow has no `id`, or one that n8n's command line does not take (at most 21 signs, with a digit)",
    "give it a fixed short id with a digit",
)
OTHER_WORKFLOW = Rule(
    "n8n.missing-workflow",
    Level.ERROR,
    "a rendered workflow calls a sub-workflow or names an error workflow that was not rendered with it",
    "render it, or name one that is",
)
ORDER = Rule(
    "n8n.execution-order",
    Level.ERROR,
    "a rendered workflow does not say in which order its branches run; n8n then takes the order of its first versions",
    "set `settings.executionOrder` to `v1`",
)
PINNED = Rule(
    "n8n.left-over",
    Level.ERROR,
    "a rendered workflow carries pinned data or is switched on",
    "leave `pinData` empty and `active` false",
)

_ID = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{1,21}")


def check_rendered(files: Mapping[str, bytes]) -> list[Finding]:
    """Judge rendered files by name and content. Node descriptions and JavaScript syntax are left to `lint`."""
    subjects = gather({name: content for name, content in files.items() if name.endswith(".json")})
    findings = [*subjects.findings, *quick(subjects), *beside(subjects, subjects)]
    for name, content in files.items():
        if not name.endswith(".json"):
            findings += _page(name, content)
    return in_file_order(findings)


def beside(subjects: Subjects, folder: Subjects) -> Iterator[Finding]:
    """Judge rendered files by the stricter rules, some of which look at all that is rendered with them: `folder`."""
    yield from _workflows(subjects.workflows, folder.workflows)
    yield from n8n_history.check(subjects.workflows, folder.workflows)
    yield from n8n_outside.check(subjects.workflows)
    for scenario in subjects.blueprints:
        yield from make_publishing.check(scenario)
        yield from make_variables.check_clock(scenario, make_iml.fields(scenario))


def _workflows(subjects: list[Workflow], folder: list[Workflow]) -> Iterator[Finding]:
    ids = {as_text(subject.raw.get("id")) for subject in folder}
    for subject in subjects:
        own = as_text(subject.raw.get("id"))
        if not _ID.fullmatch(own):
            yield WORKFLOW_ID.at(subject.top("id"), f"the id is {quoted(own)}")
        order = as_dict(subject.raw.get("settings")).get("executionOrder")
        if order != "v1":
            yield ORDER.at(subject.top("settings"), f"`executionOrder` is {quoted(order)}")
        for key in ("pinData", "active"):
            if subject.raw.get(key):
                yield PINNED.at(subject.top(key), f"{quoted(key)} is {quoted(subject.raw[key])}")
        for place, wanted in _called(subject):
            if wanted not in ids:
                yield OTHER_WORKFLOW.at(place, f"workflow {quoted(wanted)} is not among the rendered files")


def _called(subject: Workflow) -> Iterator[tuple[Place, str]]:
    handler = as_text(as_dict(subject.raw.get("settings")).get("errorWorkflow"))
    if handler:
        yield subject.top("settings", "errorWorkflow"), handler
    for node in subject.nodes:
        chosen = node.parameters.get("workflowId")
        wanted = as_text(as_dict(chosen).get("value")) or as_text(chosen)
        if node.is_base("executeWorkflow") and wanted and not wanted.startswith("="):
            yield subject.place(node, "parameters", "workflowId"), wanted


def _page(name: str, content: bytes) -> Iterator[Finding]:
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if said := secrets.secret_in(line):
            yield secrets.SECRET.at(Place(name, number, 1), f"{said} stands in the file")
