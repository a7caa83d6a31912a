"""A rule: the stable name of one kind of finding, with its trigger and its quick fix as docs/rules.md lists them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

from generator.mapping.findings import Finding, Level, Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong. Names are public: scripts and docs refer to them. `fix` is also the usual hint."""

    name: str
    level: Level
    trigger: str
    fix: str

    def at(self, where: Place, message: str, hint: str = "", *, level: Level | None = None) -> Finding:
        """Report this rule at a place: what was found, and what to do; `level` where this case matters more or less."""
        return Finding(self.name, level or self.level, where, message, hint or self.fix)


def rules_of(package: ModuleType) -> Iterator[Rule]:
    """List the rules that the modules of one package declare."""
    for module in pkgutil.iter_modules(package.__path__):
        declared = vars(importlib.import_module(f"{package.__name__}.{module.name}")).values()
        yield from (value for value in declared if isinstance(value, Rule))


def table(rules: Iterable[Rule]) -> str:
    """Write rules as docs/rules.md lists them, by name."""
    rows = [f"| `{rule.name}` | {rule.level} | {rule.trigger} | {rule.fix} |" for rule in sorted(rules, key=_name)]
    return "\n".join(["| rule | level | when | quick fix |", "| --- | --- | --- | --- |", *rows])


def _name(rule: Rule) -> str:
    return rule.name
