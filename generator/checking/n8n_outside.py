"""How a rendered workflow deals with what is outside n8n: who calls it under which address, how long it waits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.checking.document import as_dict, as_text, quoted
from generator.checking.workflow import Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

ADDRESS = Rule(
    "n8n.address",
    Level.ERROR,
    "a rendered webhook or form does not have an address of ours; `SETUP.md` and those who call it name another",
    "begin its path with `tokentill-`, in small letters",
)
PATIENCE = Rule(
    "n8n.no-time-limit",
    Level.ERROR,
    "a rendered workflow asks a service without a time limit of its own; n8n waits five minutes",
    "set the option `timeout`",
)
OPEN_FORM = Rule(
    "n8n.open-form",
    Level.ERROR,
    "a rendered form asks for no password: whoever finds its address starts a run",
    "set `authentication` to `basicAuth`",
)

_OURS = re.compile(r"tokentill-[a-z][a-z0-9-]*")


def check(subjects: Iterable[Workflow]) -> Iterator[Finding]:
    """Judge rendered workflows; an absent `webhook` path would be an id that n8n makes up."""
    for subject in subjects:
        for node in subject.running:
            options = as_dict(node.parameters.get("options"))
            if node.is_base("httpRequest") and not options.get("timeout"):
                yield PATIENCE.at(subject.place(node, "parameters"), f"{quoted(node.name)} has no time limit")
            if node.is_base("formTrigger") and node.parameters.get("authentication") != "basicAuth":
                yield OPEN_FORM.at(
                    subject.place(node, "parameters"), f"{quoted(node.name)} asks for no password of its own"
                )
            if node.is_base("webhook", "formTrigger"):
                path = as_text((node.parameters if node.is_base("webhook") else options).get("path"))
                if not _OURS.fullmatch(path):
                    yield ADDRESS.at(
                        subject.place(node, "parameters"), f"{quoted(node.name)} has the path {quoted(path)}"
                    )
