"""Credentials of n8n nodes: referred to where a node needs one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.checking.document import as_dict, as_list, as_text, quoted
from generator.checking.n8n_catalogue import Catalogue
from generator.checking.n8n_display import Scope, in_force, shown
from generator.checking.workflow import Node, Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

MISSING = Rule(
    "n8n.credential-missing",
    Level.WARNING,
    "a node needs a credential and refers to none; each item becomes an error when it runs",
    "choose the credential in the editor after the import",
)


def check(subject: Workflow, catalogues: Sequence[Catalogue]) -> Iterator[Finding]:
    """Judge every running node by the newest line that has it; the HTTP node's own choice needs no description."""
    for node in subject.running:
        given = as_dict(node.raw.get("credentials"))
        for needed in _generic(node) or _described(node, catalogues):
            if needed not in given:
                message = f"{quoted(node.name)} needs a credential of type {quoted(needed)} and refers to none"
                yield MISSING.at(subject.place(node), message)
                break


def _generic(node: Node) -> list[str]:
    key = {"genericCredentialType": "genericAuthType", "predefinedCredentialType": "nodeCredentialType"}.get(
        as_text(node.parameters.get("authentication"))
    )
    wanted = as_text(node.parameters.get(key)) if key else ""
    return [wanted] if wanted and not wanted.startswith("=") else []


def _described(node: Node, catalogues: Sequence[Catalogue]) -> list[str]:
    description = next((d for c in reversed(catalogues) if (d := c.get(node.type, node.version))), None)
    if description is None:
        return []
    values = in_force(as_list(description.get("properties")), node.parameters, node)
    scope = Scope(values, values, node)
    wanted = (as_dict(credential) for credential in as_list(description.get("credentials")))
    return [as_text(c.get("name")) for c in wanted if c.get("required") is True and shown(c, scope)]
