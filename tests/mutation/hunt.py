"""Hunt one change: lint it, then play the cases that killed its neighbours, then all others that come to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generator.rendering.build import build
from generator.rendering.plan import Plan
from generator.replay.engine import Files

from .coverage import Coverage, rarest_first
from .linting import Linter
from .mutants import Mutant
from .shots import Shot


@dataclass
class Hunter:
    """Catches changes of one platform's files."""

    name: str
    """Of the engine, and of the workflow where it has an engine's cases to itself."""
    engine: Any
    shots: Sequence[Shot]
    ranking: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Place (without the change) → names of shots that caught something there before, best first."""
    most: int | None = None
    """Shots per change; None: all."""
    met: Callable[[], set[str]] = set
    """Gives the places that were come to since it was last asked."""
    coverage: Coverage = field(default_factory=dict)
    """Empty until `survey`: then only shots that come to a change are played."""
    recover: Callable[[], None] = lambda: None
    """Called after a shot that ended in an exception: a server may hang."""
    unsound: dict[str, str] = field(default_factory=dict)
    """Shots played on unchanged files → what failed; such a shot catches nothing."""
    _files: dict[Plan, Files] = field(default_factory=dict)
    _kills: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _rarest: list[str] = field(default_factory=list)

    def survey(self) -> None:
        """Play every shot on unchanged files, to learn what it comes to."""
        found = {}
        for shot in self.shots:
            self.met()
            if self._is_sound(shot):
                found[shot.name] = frozenset(self.met())
        self.coverage, self._rarest = found, rarest_first(found)

    def recall(self, coverage: Coverage, unsound: Mapping[str, str]) -> None:
        """Take over what an earlier survey of the same files and cases found."""
        self.coverage, self.unsound, self._rarest = coverage, dict(unsound), rarest_first(coverage)

    def unchanged(self, shot: Shot) -> Files:
        """Render what a shot plays on when nothing is changed."""
        return self._rendered(shot.asked)

    def unseen(self, mutants: Iterable[Mutant]) -> list[str]:
        """Name the modules or nodes among changes that no shot comes to; nodes of a child workflow are not seen."""
        seen = frozenset[str]().union(*self.coverage.values())
        files = {m.file for m in mutants if _place(m) in seen}
        return sorted({_place(m) for m in mutants if m.file in files and ":" in m.where} - seen)

    def comes_to(self, mutant: Mutant, shot: str) -> bool:
        """Whether a shot comes to a change, as far as is known: a child workflow's nodes are not seen."""
        place = _place(mutant)
        known = any(place in places for places in self.coverage.values())
        return not known or place in self.coverage.get(shot, ())

    def lint(self, mutant: Mutant) -> str:
        """Say what lint finds in a changed file that it does not find in ours; empty if nothing."""
        changed = self._changed(mutant, self.shots[0].asked)
        return self._linter.caught(mutant.file, changed[mutant.file]) if changed else ""

    def alike(self, mutant: Mutant) -> bool:
        """Whether a change says what n8n takes anyway."""
        changed = self._changed(mutant, self.shots[0].asked)
        return changed is not None and self._linter.alike(mutant.file, changed[mutant.file])

    def hunt(self, mutant: Mutant) -> tuple[str, str]:
        """Play cases until one fails: gives its name and what failed, both empty if none does."""
        for shot in self._ordered(mutant):
            words = self.shoot(mutant, shot) if self._is_sound(shot) else ""
            if words:
                for place in _places(mutant):
                    self._kills[place][shot.name] += 1
                return shot.name, words
        return "", ""

    def shoot(self, mutant: Mutant, shot: Shot) -> str:
        """Play one case on the changed files; gives what failed, empty if nothing did."""
        files = self._changed(mutant, shot.asked)
        return self._played(shot, files) if files else ""

    def _is_sound(self, shot: Shot) -> bool:
        """Whether the unchanged files pass a case, as all should; one that fails proves nothing about a change."""
        if shot.name not in self.unsound:
            self.unsound[shot.name] = self._played(shot, self.unchanged(shot))
        return not self.unsound[shot.name]

    def _played(self, shot: Shot, files: Files) -> str:
        try:
            failures = shot.failures(files, self.engine)
        except Exception as error:  # whatever a changed file breaks, it is caught; what broke is in the report
            self.recover()
            return f"{type(error).__name__}: {error}"[:300]
        return failures[0] if failures else ""

    @cached_property
    def _linter(self) -> Linter:
        return Linter(self._rendered(self.shots[0].asked))

    def _rendered(self, plan: Plan) -> Files:
        if plan not in self._files:
            self._files[plan] = build(plan)
        return self._files[plan]

    def _changed(self, mutant: Mutant, plan: Plan) -> Files | None:
        files = self._rendered(plan)
        content = mutant.apply(files[mutant.file])
        return None if content is None else {**files, mutant.file: content}

    def _ordered(self, mutant: Mutant) -> Iterator[Shot]:
        known = {shot.name: shot for shot in self.shots}
        order: dict[str, None] = {}
        for place in _places(mutant):
            order |= dict.fromkeys(name for name, _ in self._kills[place].most_common())
            order |= dict.fromkeys(self.ranking.get(place, ()))
        order |= dict.fromkeys(self._rarest or known)
        names = [name for name in order if name in known and self.comes_to(mutant, name)]
        yield from (known[name] for name in names[: self.most])


def _place(mutant: Mutant) -> str:
    return mutant.where.split(":")[0].split("#")[0]


def _places(mutant: Mutant) -> list[str]:
    """Name a change's neighbourhoods, from near to far: place in any file, function or key, file."""
    leaf = mutant.where.split("#")[-1] if "#" in mutant.where else mutant.where
    return [leaf, mutant.where.split(":")[0], mutant.file, ""]
