"""Slack's *Create a Message* in a Make blueprint (Make's skills: github.com/integromat/make-skills)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from generator.checking.blueprint import Blueprint, Module
from generator.checking.document import as_text, quoted
from generator.checking.make_fields import FIELD, VALUE
from generator.mapping.findings import Finding, Level

_STAMP = re.compile(r"[0-9]{10}[.][0-9]{6}")
"""Of a message."""
_WAYS = ("list", "manualy")
"""How a channel is entered; the second is Make's own spelling."""


def check(subject: Blueprint, module: Module) -> Iterator[Finding]:
    """Judge where a message goes, what it says and what it answers to."""
    if module.name != "slack:CreateMessage" or module.version != 4:
        return
    yield from _channel(subject, module)
    yield from _content(subject, module)
    stamp = as_text(module.mapper.get("thread_ts"))
    if stamp and "{{" not in stamp and not _STAMP.fullmatch(stamp):
        message = f"module {module.label}: `thread_ts` is {quoted(stamp)}, no time stamp such as 1795305600.000100"
        yield VALUE.at(subject.place(module, "mapper", "thread_ts"), message)


def _channel(subject: Blueprint, module: Module) -> Iterator[Finding]:
    way = module.mapper.get("channelWType")
    if way not in _WAYS:
        said = "left out" if way is None else f"{quoted(way)}"
        message = f"module {module.label}: `channelWType` is {said}, not `list` or `manualy` (Make writes it so)"
        yield VALUE.at(subject.place(module, "mapper", "channelWType"), message, level=Level.WARNING)
    if module.mapper.get("channel") in (None, ""):
        message = f"module {module.label}: `mapper.channel` is missing or empty"
        yield FIELD.at(subject.place(module, "mapper", "channel"), message)


def _content(subject: Blueprint, module: Module) -> Iterator[Finding]:
    text, blocks = as_text(module.mapper.get("text")), as_text(module.mapper.get("blocks"))
    if not text and not blocks:
        message = f"module {module.label}: a message has neither `text` nor `blocks`"
        yield FIELD.at(subject.place(module, "mapper", "text"), message)
    if blocks and "{{" not in blocks and not _is_list(blocks):
        message = f"module {module.label}: `blocks` is {quoted(blocks)}, no JSON list of blocks"
        yield VALUE.at(subject.place(module, "mapper", "blocks"), message)


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False
