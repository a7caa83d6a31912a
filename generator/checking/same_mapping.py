"""Workflows of one folder work together: each holds the same mapping."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from generator.checking.blueprint import Blueprint
from generator.checking.document import as_dict, as_text
from generator.checking.workflow import Workflow
from generator.mapping.findings import Finding, Level, Place
from generator.mapping.rules import Rule

DIFFERS = Rule(
    "lint.mapping-differs",
    Level.WARNING,
    "a *Mapping* of ours says something else than those beside it: what was pasted into one is missing in another",
    "paste the same mapping.txt into every *Mapping*",
)

MODULE = "json:ParseJSON"
_SOURCE = re.compile(r'"source": ?\{[^{}]*"name": ?"([^"]+)"')
_BEGINS = '"format":'
"""With this key the mapping's text begins; on Make a scenario may have values of its own before it."""


def check(workflows: Iterable[Workflow], blueprints: Iterable[Blueprint]) -> Iterator[Finding]:
    """Compare the mappings of one folder, platform and source; the one that most files hold is taken for right."""
    for found in (_of_n8n(workflows), _of_make(blueprints)):
        alike: dict[tuple[PurePath, str], list[tuple[Place, str]]] = defaultdict(list)
        for place, text in found:
            alike[PurePath(place.file).parent, _source(text)].append((place, text.partition(_BEGINS)[2]))
        for held in alike.values():
            right = Counter(text for _, text in held).most_common(1)[0][0]
            yield from (DIFFERS.at(place, "this is not the mapping of the other files here") for place, text in held
                        if text != right)  # fmt: skip


def _source(text: str) -> str:
    """Name the source whose run a mapping is of, where the business has several: each has its own clients."""
    found = _SOURCE.search(text)
    return found[1] if found else ""


def _of_n8n(workflows: Iterable[Workflow]) -> Iterator[tuple[Place, str]]:
    for subject in workflows:
        for node in subject.nodes:
            text = as_text(node.parameters.get("jsonOutput"))
            if node.name == "Mapping" and _BEGINS in text:
                yield subject.place(node, "parameters", "jsonOutput"), text


def _of_make(blueprints: Iterable[Blueprint]) -> Iterator[tuple[Place, str]]:
    for subject in blueprints:
        for module in subject.modules:
            caption = as_text(as_dict(as_dict(module.raw.get("metadata")).get("designer")).get("name"))
            text = as_text(module.mapper.get("json"))
            if (module.name, caption) == (MODULE, "Mapping") and _BEGINS in text:
                yield subject.place(module, "mapper", "json"), text
