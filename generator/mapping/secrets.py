"""Secrets never enter a mapping: it is committed, rendered and shared. Findings name the line, never the secret."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

from generator.mapping.findings import Finding, Place
from generator.mapping.rules import Rule

SECRET = Rule(
    "secrets.in-mapping",
    "the file holds a key, token, password or signing secret, even in a comment",
    "remove it, and roll the key: store it as a credential on n8n or Make",
)

KNOWN = re.compile(
    r"""(?P<stripe>(?:sk|rk|pk)_(?:test|live)_\w{4,}|whsec_\w{4,})
    | (?P<slack>xox[a-z]-[\w-]{4,}|xapp-[\w-]{4,}|hooks\.slack\.com/services/\S+)
    | (?P<bearer>\b(?:bearer|basic)\s+[\w+/=.~-]{8,})
    | (?P<provider>\bsk-[\w-]{16,}|\bAIza[\w-]{20,}|\bgh[a-z]_\w{20,}|\bgithub_pat_\w{20,}
        |\bAKIA[A-Z0-9]{12,}|\bvck_\w{8,})
    | (?P<token>\beyJ[\w-]{8,}\.[\w-]{4,}[\w.-]*)
    | (?P<private>-----BEGIN\s[A-Z ]*PRIVATE\sKEY)
    | (?P<address>://[^\s/@"']+:[^\s/@"']+@)
    | (?P<parameter>[?&](?:api_?key|key|token|secret|password|access_token|sig)=[^&\s"']{4,})
    """,
    re.VERBOSE | re.IGNORECASE,
)
KINDS = {
    "stripe": "a Stripe key",
    "slack": "a Slack token",
    "bearer": "an authorization header",
    "provider": "an API key",
    "token": "a signed token",
    "private": "a private key",
    "address": "a user name and password in an address",
    "parameter": "a key in an address",
}
LONG = re.compile(r"[A-Za-z0-9+/_=-]{28,}")
RUN = re.compile(r"[A-Za-z0-9+=]{24,}")


def find_secrets(text: str, file: str) -> Iterator[Finding]:
    """List every secret in a text: at most one per line, with its first signs alone."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := KNOWN.search(line):
            yield _finding(file, number, match.start(), KINDS[match.lastgroup or ""], match[0])
        elif long := next((m for m in LONG.finditer(line) if _random(m[0])), None):
            yield _finding(file, number, long.start(), "a long random text, as keys are", long[0])


def _finding(file: str, line: int, column: int, kind: str, secret: str) -> Finding:
    shown = secret[: min(6, len(secret) // 3)]
    return SECRET.at(Place(file, line, column + 1), f"this looks like {kind}: {shown}…")


def _random(text: str) -> bool:
    run = RUN.search(text)
    if not run or not (re.search(r"\d", run[0]) and re.search(r"[A-Za-z]", run[0])):
        return False
    counts = Counter(run[0]).values()
    return -sum(n / len(run[0]) * log2(n / len(run[0])) for n in counts) > 3.3
