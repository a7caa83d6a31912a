"""A rule: the stable name of one kind of finding, with its trigger and its quick fix as docs/rules.md lists them."""

from __future__ import annotations

from dataclasses import dataclass

from generator.mapping.findings import Finding, Level, Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong. Names are public: scripts and docs refer to them."""

    name: str
    trigger: str
    fix: str
    level: Level = Level.ERROR

    def at(self, where: Place, message: str, hint: str = "") -> Finding:
        """Report this rule at a place: what was found, and what to do."""
        return Finding(self.name, self.level, where, message, hint or self.fix)
