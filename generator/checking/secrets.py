"""Secrets in files that are passed on: keys, tokens and private addresses, by their published forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.checking.document import Document, Json, Pointer, as_dict, as_list, as_text, strings
from generator.mapping.findings import Finding, Level
from generator.mapping.key_forms import FORMS
from generator.mapping.rules import Rule

SECRET = Rule(
    "secret.in-file",
    Level.ERROR,
    "a key, token or private address stands in the file and travels with it",
    "move it into a credential of the platform, and revoke the one that was shared",
)
LITERAL = Rule(
    "secret.literal",
    Level.WARNING,
    "a field for a secret holds fixed text, which travels with the file",
    "use a credential of the platform",
)

_PATTERNS = [(form.name, form.signs, re.compile(rf"(?<![A-Za-z0-9_]){form.whole}")) for form in FORMS]
_FAKE = re.compile(
    r"x{6,}|X{6,}|\*{4,}|0{8,}|1234567|fake|example|placeholder|redacted|your|changeme|dummy", re.IGNORECASE
)
_BEARER = re.compile(r"^=?\s*(?:Bearer|Basic|Token)\s+(?!\{\{)(?P<key>[A-Za-z0-9._~+/=-]{20,})\s*$")
_FIELD = re.compile(
    r"(?:^|[-_.\s])(?:password|passwd|secret|api[-_]?key|apikey|access[-_]?token|client[-_]?secret|private[-_]?key"
    r"|auth[-_]?token|authorization|token)$",
    re.IGNORECASE,
)
_FINGERPRINT = ("meta", "fingerprint")
"""A token that n8n itself signs into workflows it publishes; it opens nothing."""
_LONGEST = 2000
_RANDOM = re.compile(r"[A-Za-z0-9_.~+/=-]{16,}")


def check(document: Document, data: Json, pointer: Pointer = ()) -> Iterator[Finding]:
    """Judge every text inside `data`, which stands at `pointer` of the document. A finding never shows the secret."""
    for at, text in strings(data, pointer):
        if at[-2:] == _FINGERPRINT:
            continue
        name = _secret(text)
        if name:
            yield SECRET.at(document.place(at), f"{name} stands in the file at `{_path(at)}`")
        elif _is_literal(_called(data, pointer, at), text):
            yield LITERAL.at(document.place(at), f"fixed text where a secret belongs, at `{_path(at)}`")


def secret_in(text: str) -> str:
    """Name the first secret in a text, for files that are not JSON; empty when there is none."""
    return _secret(text)


def _secret(text: str) -> str:
    if len(text) < 16:
        return ""
    for name, signs, pattern in _PATTERNS:
        if any(sign in text for sign in signs):
            for found in pattern.finditer(text):
                if not _FAKE.search(found.group()) and _varied(found.group()):
                    return name
    return ""


def _varied(text: str) -> bool:
    """Tell a key from a placeholder such as `sk-aaaaaaaa…` or `sk-your-key-goes-here`."""
    tail = text[-16:]
    return len(set(tail)) >= 6


def _called(data: Json, top: Pointer, pointer: Pointer) -> str:
    """Name the field that a text fills: its key, or the `name` beside it in rows of `{name, value}`."""
    key = str(pointer[-1]) if pointer else ""
    if key != "value":
        return key
    row = data
    for step in pointer[len(top) : -1]:
        row = as_dict(row).get(step) if isinstance(step, str) else as_list(row)[step]
    fields = as_dict(row)
    return as_text(fields.get("name")) or as_text(fields.get("key")) or key


def _is_literal(name: str, text: str) -> bool:
    """Tell whether a text is a fixed key: long, mixed, no expression, in a field for secrets."""
    if not 16 <= len(text) <= _LONGEST or "{{" in text or _FAKE.search(text):
        return False
    if found := _BEARER.match(text):
        return len(set(found["key"])) >= 8
    mixed = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return bool(_FIELD.search(name) and _RANDOM.fullmatch(text)) and mixed and _varied(text)


def _path(pointer: Pointer) -> str:
    return ".".join(map(str, pointer))
