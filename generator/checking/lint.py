"""`lint`: any n8n workflow or Make blueprint in, findings out. It never crashes and never calls an unread file fine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.checking import (
    make_filters,
    make_iml,
    make_keys,
    make_modules,
    make_references,
    make_runtime,
    make_settings,
    make_structure,
    make_variables,
    n8n_conditions,
    n8n_connections,
    n8n_credentials,
    n8n_expressions,
    n8n_javascript,
    n8n_parameters,
    n8n_pitfalls,
    n8n_schedule,
    n8n_settings,
    same_mapping,
    secrets,
)
from generator.checking.blueprint import Blueprint, blueprint
from generator.checking.document import NOT_READ, read
from generator.checking.n8n_catalogue import Catalogue
from generator.checking.recognition import Part, recognise
from generator.checking.workflow import Workflow, workflow
from generator.mapping.findings import Finding, Place, in_file_order

_WORKFLOW = (n8n_connections, n8n_conditions, n8n_expressions, n8n_schedule, n8n_settings, n8n_pitfalls)
_BLUEPRINT = (make_settings, make_modules, make_structure, make_filters, make_keys, make_runtime)


@dataclass(slots=True)
class Subjects:
    """What files hold, and what was already found while reading them."""

    workflows: list[Workflow] = field(default_factory=list)
    blueprints: list[Blueprint] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


Bring = Callable[[], tuple[list[Catalogue], list[Finding]]]
"""Gives n8n's node descriptions, and findings on those that could not be had."""


def lint_files(paths: Sequence[Path], bring: Bring) -> list[Finding]:
    """Judge files of any origin; `bring` is called where there is an n8n workflow. Findings are in file order."""
    findings: list[Finding] = []
    contents: dict[str, bytes] = {}
    for path in paths:
        try:
            contents[str(path)] = path.read_bytes()
        except OSError as error:
            findings.append(NOT_READ.at(Place(str(path)), f"cannot be read: {error.strerror or error}"))
    subjects = gather(contents)
    lines, missing = bring() if subjects.workflows else ([], [])
    return in_file_order(list(dict.fromkeys([*findings, *missing, *judged(subjects, lines)])))


def lint(contents: Mapping[str, bytes], lines: Sequence[Catalogue]) -> list[Finding]:
    """Judge the content of files by name, as `lint_files` does, by these node descriptions."""
    return list(judged(gather(contents), lines))


def gather(contents: Mapping[str, bytes]) -> Subjects:
    """Read files, find the workflows and blueprints in them, and look for secrets."""
    subjects = Subjects()
    for name, content in contents.items():
        document, problems = read(name, content)
        subjects.findings += problems
        if document is None:
            continue
        parts, strange = recognise(document)
        subjects.findings += strange
        subjects.findings += secrets.check(document, document.data)
        for part in parts:
            _add(subjects, part)
    return subjects


def quick(subjects: Subjects) -> Iterator[Finding]:
    """Judge by every rule that needs neither node descriptions nor Node.js."""
    yield from same_mapping.check(subjects.workflows, subjects.blueprints)
    for subject in subjects.workflows:
        for family in _WORKFLOW:
            yield from family.check(subject)
    for scenario in subjects.blueprints:
        for judge in _BLUEPRINT:
            yield from judge.check(scenario)
        texts = make_iml.fields(scenario)
        yield from make_iml.check(scenario, texts)
        yield from make_references.check(scenario, texts)
        yield from make_variables.check(scenario, texts)


def judged(subjects: Subjects, lines: Sequence[Catalogue]) -> Iterator[Finding]:
    """Judge by every rule of `lint`."""
    yield from subjects.findings
    yield from quick(subjects)
    for subject in subjects.workflows:
        yield from described(subject, lines)
    yield from n8n_javascript.check(subjects.workflows)


def described(subject: Workflow, lines: Sequence[Catalogue]) -> Iterator[Finding]:
    """Judge one workflow by n8n's own node descriptions."""
    yield from n8n_parameters.check(subject, lines)
    yield from n8n_credentials.check(subject, lines)
    if lines:
        yield from n8n_connections.check_ports(subject, lines[-1])


def _add(subjects: Subjects, part: Part) -> None:
    if part.platform == "n8n":
        made, findings = workflow(part.document, part.raw, part.pointer)
        subjects.workflows.append(made)
    else:
        scenario, findings = blueprint(part.document, part.raw, part.pointer)
        subjects.blueprints.append(scenario)
    subjects.findings += findings
