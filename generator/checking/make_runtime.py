"""How long a Make scenario sleeps at most: a run ends after 40 minutes, whatever it was doing."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checking.blueprint import Blueprint, Module
from generator.checking.document import Json, as_text
from generator.mapping.findings import Finding, Level
from generator.mapping.rules import Rule
from generator.rendering.run_time import MAKE_LIMIT

SLEEPS = Rule(
    "make.run-time",
    Level.WARNING,
    "the Sleep modules alone can take more than the 40 minutes after which Make cuts a run off",
    "sleep less, repeat less, or spread the work over several runs",
)

LONGEST = int(MAKE_LIMIT.total_seconds())
"""Seconds; 5 minutes on the Free plan."""


def check(subject: Blueprint) -> Iterator[Finding]:
    """Add up fixed sleeps, times the rounds of the repeaters around them. An iterator counts as one round."""
    sleeping = [module for module in subject.modules if module.name == "util:FunctionSleep"]
    total = sum(_seconds(subject, module) for module in sleeping)
    if total > LONGEST:
        yield SLEEPS.at(
            subject.place(sleeping[0]), f"the scenario can sleep {total:,} s in one run; Make allows {LONGEST:,} s"
        )


def _seconds(subject: Blueprint, module: Module) -> int:
    seconds = _number(module.mapper.get("duration"))
    for loop in module.loops:
        repeater = subject.by_id.get(loop)
        if repeater is not None and repeater.name == "builtin:BasicRepeater":
            seconds *= max(1, _number(repeater.mapper.get("repeats")))
    return seconds


def _number(value: Json) -> int:
    if isinstance(value, int):
        return max(0, value)
    text = as_text(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
