"""The outside of a Make blueprint: name, metadata, and settings that must fit its first module and its directives."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checking.blueprint import Blueprint
from generator.checking.document import as_dict, as_text, quoted
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule

TOP = Rule(
    "make.top-level",
    Level.ERROR,
    "`metadata` is missing or not an object: Make's API refuses the blueprint; or the flow is empty",
    "add `metadata` with `version: 1`, and at least one module",
)
NAME = Rule("make.name", Level.WARNING, "the name is missing or longer than 120 characters", "give a shorter name")
UNKNOWN_KEY = Rule(
    "make.unknown-key",
    Level.WARNING,
    "the blueprint has a key that Make does not know; the import drops it",
    "remove it. Scheduling is a setting of its own and no part of a blueprint",
)
CYCLES = Rule(
    "make.settings",
    Level.WARNING,
    "`metadata.version`, `roundtrips` or `maxErrors` is left out or odd: a run of several cycles does its work again",
    "write `version: 1`, `roundtrips: 1` and how many failed runs in a row are let pass, as Make exports them",
)
INSTANT = Rule(
    "make.instant",
    Level.WARNING,
    "`metadata.instant` does not agree with the first module",
    "set it to true exactly when the scenario starts with a webhook",
)
WEBHOOK = Rule(
    "make.webhook-respond",
    Level.WARNING,
    "a Webhook response stands in a scenario that no webhook starts; nobody gets the answer",
    "start with a Custom webhook, or remove the response",
)

_TOP_KEYS = {"name", "flow", "metadata", "description", "io", "interface", "scheduling", "idSequence", "zone"}
_NEVER_INSTANT = ("builtin:", "util:", "http:", "json:", "csv:", "math:", "regexp:")
_HOOKS = ("gateway:CustomWebHook", "gateway:CustomMailHook")


def check(subject: Blueprint) -> Iterator[Finding]:
    """Judge what belongs to the blueprint as a whole."""
    metadata = subject.raw.get("metadata")
    if not isinstance(metadata, dict):
        yield TOP.at(subject.top(), f"`metadata` is {'missing' if metadata is None else quoted(metadata)}")
    elif metadata.get("version", 1) != 1:
        yield TOP.at(subject.top("metadata", "version"), f"`metadata.version` is {quoted(metadata['version'])}, not 1")
    if not subject.modules:
        yield TOP.at(subject.top("flow"), "the flow has no module", level=Level.WARNING)
    name = as_text(subject.raw.get("name"))
    if not 1 <= len(name) <= 120:
        yield NAME.at(subject.top("name"), f"the name has {len(name)} characters, not 1 to 120")
    for key in subject.raw:
        if key not in _TOP_KEYS and "flow" in subject.raw:
            yield UNKNOWN_KEY.at(subject.top(key), f"{quoted(key)} is no part of a blueprint")
    yield from _cycles(subject)
    yield from _start(subject)


def _cycles(subject: Blueprint) -> Iterator[Finding]:
    """Judge settings that every export carries (Make's pattern library: github.com/integromat/make-blueprints)."""
    metadata = as_dict(subject.raw.get("metadata"))
    scenario = as_dict(metadata.get("scenario"))
    if not scenario:
        return
    if "version" not in metadata:
        yield CYCLES.at(subject.top("metadata"), "`metadata.version` is left out")
    if scenario.get("roundtrips") != 1:
        at = subject.top("metadata", "scenario", "roundtrips")
        yield CYCLES.at(at, f"`roundtrips` is {quoted(scenario.get('roundtrips'))}, not 1")
    errors = scenario.get("maxErrors")
    if not isinstance(errors, int) or isinstance(errors, bool) or errors < 1:
        yield CYCLES.at(subject.top("metadata", "scenario", "maxErrors"), f"`maxErrors` is {quoted(errors)}")


def _start(subject: Blueprint) -> Iterator[Finding]:
    if not subject.modules:
        return
    first = subject.modules[0]
    instant = as_dict(subject.raw.get("metadata")).get("instant")
    hooked = first.name in _HOOKS
    if (hooked and instant is False) or (first.name.startswith(_NEVER_INSTANT) and instant is True):
        message = f"`metadata.instant` is {quoted(instant)}, but module {first.label} starts the scenario"
        yield INSTANT.at(subject.top("metadata", "instant"), message)
    for module in subject.modules:
        known = hooked or not first.name.startswith(_NEVER_INSTANT)
        if module.name == "gateway:WebhookRespond" and not known:
            yield WEBHOOK.at(
                subject.place(module), f"module {module.label} answers, but {first.label} starts the scenario"
            )
