"""What n8n keeps of the runs of a rendered workflow, and whom it tells of a failed one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.checking.document import as_dict, as_text, quoted
from generator.checking.workflow import Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

HISTORY = Rule(
    "n8n.history",
    Level.ERROR,
    "a rendered workflow does not say which of its runs n8n keeps, or does not keep what a person looks up: the failed "
    "runs of a workflow that starts by itself, every run of one on a schedule; or it keeps runs that hold a caller's "
    "key",
    "set `settings.saveDataErrorExecution` and `settings.saveDataSuccessExecution` to `all`, or to `none` where runs "
    "may be forgotten, or are called with a key",
)
UNTOLD = Rule(
    "n8n.untold-failure",
    Level.ERROR,
    "a rendered workflow does not name the error workflow that was rendered with it, so nobody hears of a failed run",
    "set `settings.errorWorkflow` to its id",
)

_FAILED, _FINE = "saveDataErrorExecution", "saveDataSuccessExecution"


def check(subjects: Iterable[Workflow], folder: Iterable[Workflow]) -> Iterator[Finding]:
    """Judge workflows beside those that are rendered with them."""
    handlers = {as_text(subject.raw.get("id")) for subject in folder if _starts(subject, "errorTrigger")}
    for subject in subjects:
        yield from _kept(subject)
        own, told = as_text(subject.raw.get("id")), as_text(as_dict(subject.raw.get("settings")).get("errorWorkflow"))
        if handlers and own not in handlers and told not in handlers:
            yield UNTOLD.at(subject.top("settings"), f"`errorWorkflow` is {quoted(told)}")


def _kept(subject: Workflow) -> Iterator[Finding]:
    settings = as_dict(subject.raw.get("settings"))
    triggers = [node for node in subject.running if node.is_trigger]
    asked = {
        _FAILED: any(not node.is_base("executeWorkflowTrigger") for node in triggers),
        _FINE: _starts(subject, "scheduleTrigger"),
    }
    asks = [node.parameters.get("authentication", "none") for node in triggers if node.is_base("webhook")]
    keyed = any(way != "none" for way in asks)
    for key, needed in asked.items():
        if settings.get(key) not in ({"none"} if keyed else {"all"} if needed else {"all", "none"}):
            yield HISTORY.at(subject.top("settings"), f"{quoted(key)} is {quoted(as_text(settings.get(key)))}")
    if keyed and settings.get("saveManualExecutions") is not False:
        yield HISTORY.at(subject.top("settings"), "`saveManualExecutions` is not false")


def _starts(subject: Workflow, trigger: str) -> bool:
    return any(node.is_base(trigger) for node in subject.running)
