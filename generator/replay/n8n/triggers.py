"""The nodes a run can start from, and how each is set off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from generator.errors import WrongUsage

Kind = Literal["manual", "schedule", "form"]

_KINDS: dict[str, Kind] = {
    "n8n-nodes-base.scheduleTrigger": "schedule",
    "n8n-nodes-base.formTrigger": "form",
}
_MODES: dict[Kind, frozenset[str]] = {
    "manual": frozenset({"manual"}),
    "schedule": frozenset({"trigger"}),
    "form": frozenset({"webhook", "form"}),
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger node: `path` and `labels` (in the order of the form) belong to forms alone."""

    kind: Kind
    name: str
    node_id: str
    path: str = ""
    labels: tuple[str, ...] = field(default=())

    @property
    def modes(self) -> frozenset[str]:
        """The engine's words for executions begun by this trigger."""
        return _MODES[self.kind]

    def fields(self, data: Mapping[str, str]) -> dict[str, str]:
        """Name values given by label as the form's page names its inputs."""
        unknown = set(data) - set(self.labels)
        if unknown:
            raise WrongUsage(f"form {self.name!r} has no field {', '.join(sorted(unknown))}; it has {self.labels}")
        return {f"field-{index}": data.get(label, "") for index, label in enumerate(self.labels)}


def trigger_of(workflow: Mapping[str, Any], name: str) -> Trigger:
    """Find a trigger node by name; every node that is neither schedule nor form is started by hand."""
    nodes = {node["name"]: node for node in workflow["nodes"]}
    if name not in nodes:
        raise WrongUsage(f"workflow {workflow['id']} has no node {name!r}; it has {', '.join(nodes)}")
    node = nodes[name]
    parameters = node.get("parameters", {})
    labels = tuple(row["fieldLabel"] for row in parameters.get("formFields", {}).get("values", []))
    path = parameters.get("path") or parameters.get("options", {}).get("path") or node.get("webhookId", "")
    return Trigger(_KINDS.get(node["type"], "manual"), name, node["id"], path, labels)
