"""What the user should know about a mapping or a rendered file: values, collected and shown together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters: an error stops `build`, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a finding is: a file, a 1-based line and column (0 = unknown), and a path inside the file."""

    file: str
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        position = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.file}{position}" + ("" if self.line or not self.path else f" at {self.path}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the user should know: its stable rule name, place, what was found, and what to do."""

    rule: str
    level: Level
    where: Place
    message: str
    hint: str = ""
    fixable: bool = False

    def __str__(self) -> str:
        """Say it in at most three lines: level, rule and place; what was found; what to do."""
        lines = [f"{self.level}[{self.rule}] {self.where}", f"  {self.message}"]
        return "\n".join([*lines, f"  {self.hint}"] if self.hint else lines)


def in_file_order(findings: list[Finding]) -> list[Finding]:
    """Sort findings as a reader meets them."""
    return sorted(findings, key=lambda f: (f.where, f.rule, f.message))


def failed(findings: list[Finding], *, strict: bool = False) -> int:
    """Give the exit code: errors fail, warnings only where they are asked to."""
    return int(any(strict or finding.level is Level.ERROR for finding in findings))
