"""The settings of an n8n workflow and its nodes: words that n8n has, switches that are switches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from generator.checking.document import Json, as_dict, quoted
from generator.checking.workflow import Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

SETTING = Rule(
    "n8n.setting",
    Level.WARNING,
    "a workflow's setting has a value that n8n does not have; it then falls back to the server's own",
    "choose it again in the workflow's settings",
)

ON_ERROR = Rule(
    "n8n.on-error",
    Level.ERROR,
    "a node's `onError` has a value that n8n does not have; a failure then stops the run",
    "use `continueRegularOutput`, `continueErrorOutput` or `stopWorkflow`",
)

_ON_ERROR = ("stopWorkflow", "continueRegularOutput", "continueErrorOutput")
_WORDS: dict[str, tuple[str, ...]] = {
    "executionOrder": ("v0", "v1"),
    "saveDataErrorExecution": ("all", "none", "DEFAULT"),
    "saveDataSuccessExecution": ("all", "none", "DEFAULT"),
    "callerPolicy": ("any", "none", "workflowsFromAList", "workflowsFromSameOwner"),
}
_SWITCHES = ("saveManualExecutions", "saveExecutionProgress")


def check(subject: Workflow) -> Iterator[Finding]:
    """Judge each setting that is there, and what each node does on an error; what is left out is n8n's default."""
    for node in subject.nodes:
        chosen = node.raw.get("onError")
        if chosen not in (None, "", *_ON_ERROR):
            place = subject.place(node, "onError")
            yield ON_ERROR.at(
                place, f"{quoted(node.name)}: `onError` is {quoted(chosen)}, not one of {', '.join(_ON_ERROR)}"
            )
    settings = as_dict(subject.raw.get("settings"))
    for name, value in settings.items():
        if complaint := _complaint(name, value):
            yield SETTING.at(subject.top("settings", name), f"`{name}` is {quoted(value)}, {complaint}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _complaint(name: str, value: Json) -> str:
    if name in _WORDS and value not in _WORDS[name]:
        return f"not one of {', '.join(_WORDS[name])}"
    if name in _SWITCHES and not isinstance(value, bool) and value != "DEFAULT":
        return "neither true nor false"
    if name == "executionTimeout" and (isinstance(value, bool) or not isinstance(value, int) or value < -1):
        return "no number of seconds"
    if name == "timezone" and value != "DEFAULT" and str(value) not in _zones():
        return "no time zone of the IANA's list, as `America/Chicago`"
    return ""
