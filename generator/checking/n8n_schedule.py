"""When an n8n workflow starts: cron fields, and the time zone that they are read in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.checking.document import Pointer, as_dict, as_list, as_text, quoted
from generator.checking.workflow import Node, Workflow
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

CRON = Rule(
    "n8n.cron",
    Level.ERROR,
    "a cron expression is out of range or not one; only activation would show it",
    "write five fields (minute hour day month weekday), or six with seconds first",
)
ZONE = Rule(
    "n8n.time-zone",
    Level.WARNING,
    "the workflow starts at a time of day but names no `settings.timezone`; n8n then uses the server's (New York "
    "by default)",
    "set the workflow's time zone in its settings",
)

_FIELDS = (("second", 0, 59), ("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_NAMES = {
    "month": {
        name: number
        for number, name in enumerate(
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
        )
    },
    "weekday": {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])},
}
_PRESETS = {"@yearly", "@monthly", "@weekly", "@daily", "@hourly", "@minutely", "@secondly", "@weekdays", "@weekends"}
_PART = re.compile(r"(?:\*|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>\d{1,9}))?")
_OF_CRON = "* * * * * *"
"""What the old Cron node has where an export leaves it out."""
_OF_DAY = ("days", "weeks", "months", "cronExpression")


def check(subject: Workflow) -> Iterator[Finding]:
    """Judge every trigger that starts by the clock; what is wrong with one that is switched off is a warning."""
    for node in subject.nodes:
        for pointer, expression in _crons(node):
            if complaint := cron(expression):
                message = f"{quoted(node.name)}: {quoted(expression)}: {complaint}"
                level = Level.WARNING if node.disabled else None
                yield CRON.at(subject.place(node, *pointer), message, level=level)
    timed = next(filter(_is_timed, sorted(subject.nodes, key=lambda node: node.disabled)), None)
    if timed and not as_text(as_dict(subject.raw.get("settings")).get("timezone")):
        starts = "would start" if timed.disabled else "starts"
        yield ZONE.at(subject.place(timed), f"{quoted(timed.name)} {starts} at a time of day of no named zone")


def cron(expression: str) -> str:
    """Say what is wrong with a cron expression as n8n's scheduler reads it; empty when it is fine."""
    text = expression.strip().lower()
    if text in _PRESETS:
        return ""
    fields = text.split()
    if not 5 <= len(fields) <= 6:
        return f"{len(fields)} fields, not 5 or 6"
    for (name, low, high), field in zip(_FIELDS[6 - len(fields) :], fields, strict=True):
        for part in field.split(","):
            complaint = _part(name, low, high, part)
            if complaint:
                return complaint
    return ""


def _part(name: str, low: int, high: int, part: str) -> str:
    found = _PART.fullmatch(part)
    if not found:
        return f"{name} {quoted(part)} is not a number, a range or `*`"
    if found["step"] is not None and int(found["step"]) == 0:
        return f"{name} {quoted(part)} has a step of 0"
    ends = []
    for word in (found["low"], found["high"]):
        if word is None:
            continue
        number = _NAMES.get(name, {}).get(word, int(word) if word.isdecimal() and len(word) < 10 else None)
        if number is None:
            return f"{name} {quoted(word)} is not a number"
        if not low <= number <= high:
            return f"{name} {number} is not within {low}-{high}"
        ends.append(number)
    return f"{name} {quoted(part)} ends before it begins" if len(ends) == 2 and ends[0] > ends[1] else ""


def _crons(node: Node) -> Iterator[tuple[Pointer, str]]:
    group, rows, mode, key, default = ("rule", "interval", "field", "expression", "")
    if node.is_base("cron"):
        group, rows, mode, key, default = ("triggerTimes", "item", "mode", "cronExpression", _OF_CRON)
    elif not node.is_base("scheduleTrigger"):
        return
    for index, row in enumerate(as_list(as_dict(node.parameters.get(group)).get(rows))):
        fields = as_dict(row)
        expression = as_text(fields.get(key, default))
        if fields.get(mode) in ("cronExpression", "custom") and not expression.startswith("="):
            yield ("parameters", group, rows, index, key), expression


def _is_timed(node: Node) -> bool:
    rows = as_list(as_dict(node.parameters.get("rule")).get("interval"))
    return node.is_base("scheduleTrigger") and any(as_dict(row).get("field", "days") in _OF_DAY for row in rows)
