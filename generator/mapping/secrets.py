"""Secrets never enter a mapping: it is committed, rendered and shared. Findings name the line, never the secret."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log2

from generator.mapping.findings import Finding, Level, Place
from generator.mapping.key_forms import FORMS
from generator.mapping.rules import Rule

SECRET = Rule(
    "secrets.in-mapping",
    Level.ERROR,
    "the file holds a key, token, password or signing secret, even in a comment",
    "remove it, and roll the key: store it as a credential on n8n or Make",
)

_BEGUN = {
    **{form.begun: form.name for form in FORMS},
    r"\b(?:bearer|basic)\s+[\w+/=.~-]{8,}": "an authorization header",
    r"""[?&](?:api_?key|key|token|secret|password|access_token|sig)=[^&\s"']{4,}""": "a key in an address",
}
KINDS = tuple(_BEGUN.values())
KNOWN = re.compile("|".join(f"({form})" for form in _BEGUN), re.IGNORECASE)
"""One group for each of `KINDS`."""
LONG = re.compile(r"[A-Za-z0-9+/_=-]{28,}")
SHEET = re.compile(r"(?<=https://docs\.google\.com/spreadsheets/d/)[\w-]+", re.ASCII)
"""The id of a spreadsheet: long and random, but an address that opens for nobody who is not let in."""
RUN = re.compile(r"[A-Za-z0-9+=]{24,}")


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret: where it begins, what it seems to be, and its text, which nothing may show."""

    where: Place
    kind: str
    text: str

    def finding(self) -> Finding:
        """Say where it is, with its first signs alone."""
        shown = self.text[: min(6, len(self.text) // 3)]
        return SECRET.at(self.where, f"this looks like {self.kind}: {shown}…")


def find_secrets(text: str, file: str) -> list[Secret]:
    """List the secrets of a text."""
    lines = enumerate(text.split("\n"), 1)
    return [secret for number, line in lines for secret in _in_line(line, Place(file, number))]


def hide(findings: list[Finding], secrets: tuple[Secret, ...]) -> list[Finding]:
    """Take every secret out of the words of other findings, and leave out findings that are only about a secret."""
    lines = {secret.where.line for secret in secrets}
    return [_without(finding, secrets) for finding in findings if finding.where.line not in lines]


def _without(finding: Finding, secrets: tuple[Secret, ...]) -> Finding:
    for secret in secrets:
        if secret.text in finding.message + finding.hint + finding.where.path:
            message, hint, path = (
                text.replace(secret.text, "…") for text in (finding.message, finding.hint, finding.where.path)
            )
            finding = replace(finding, message=message, hint=hint, where=replace(finding.where, path=path))
    return finding


def _in_line(line: str, where: Place) -> Iterator[Secret]:
    """Give what has the form of a key; only where nothing has, what looks as random as one."""
    known = list(KNOWN.finditer(line))
    for match in known:
        yield Secret(replace(where, column=match.start() + 1), KINDS[(match.lastindex or 1) - 1], match[0])
    for match in () if known else LONG.finditer(SHEET.sub(lambda sheet: " " * len(sheet[0]), line)):
        if _random(match[0]):
            yield Secret(replace(where, column=match.start() + 1), "a long random text, as keys are", match[0])


def _random(text: str) -> bool:
    run = RUN.search(text)
    if not run or not (re.search(r"\d", run[0]) and re.search(r"[A-Za-z]", run[0])):
        return False
    counts = Counter(run[0]).values()
    return -sum(n / len(run[0]) * log2(n / len(run[0])) for n in counts) > 3.3
