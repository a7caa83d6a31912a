"""What lint says of one changed file that it does not say of ours; the files beside it are read once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from generator.checking import same_mapping
from generator.checking.lint import Subjects, gather, judged
from generator.checking.n8n_catalogue import Catalogue
from generator.checking.n8n_nodes import catalogues
from generator.checking.rendered import beside
from generator.mapping.findings import Finding
from generator.replay.engine import Files

from .defaults import read_alike


@dataclass(slots=True)
class _Read:
    """What lint reads of the unchanged files, and finds in them."""

    lines: Sequence[Catalogue]
    subjects: dict[str, Subjects]
    known: dict[str, set[str]] = field(default_factory=dict)


@dataclass
class Linter:
    """Lints changes of freshly rendered files, as `lint` and `build` would."""

    files: Files

    def caught(self, name: str, content: bytes) -> str:
        """Say what is new in this file of changed content; empty if nothing is."""
        if name not in self._read.known:
            self._read.known[name] = {_key(finding) for finding in self._findings(name, self.files[name])}
        new = [f for f in self._findings(name, content) if _key(f) not in self._read.known[name]]
        return f"{new[0].rule}: {new[0].message}"[:300] if new else ""

    def alike(self, name: str, content: bytes) -> bool:
        """Whether n8n takes the changed file for the same workflow; Make publishes no descriptions to say so by."""
        return name.startswith("n8n/") and read_alike(self.files[name], content, self._read.lines)

    def _findings(self, name: str, content: bytes) -> list[Finding]:
        with suppress(RecursionError):
            own = gather({name: content})
            near = [own if n == name else s for n, s in self._read.subjects.items() if _folder(n) == _folder(name)]
            folder = Subjects([w for s in near for w in s.workflows], [b for s in near for b in s.blueprints])
            compared = same_mapping.check(folder.workflows, folder.blueprints)
            return [*judged(own, self._read.lines), *beside(own, folder), *compared]
        return []

    @cached_property
    def _read(self) -> _Read:
        rendered = {name: gather({name: content}) for name, content in self.files.items() if name.endswith(".json")}
        return _Read(catalogues()[0], rendered)


def _folder(name: str) -> PurePath:
    return PurePath(name).parent


def _key(finding: Finding) -> str:
    return f"{finding.rule} {finding.message}"
