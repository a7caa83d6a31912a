"""Which Stripe a command talks to: the key from the environment or a prompt, the address for trying things out."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from urllib.parse import urlsplit

from generator.errors import WrongUsage
from generator.mapping.words import Account
from generator.stripe_account.connection import Connection, connect

KEY, BASE = "STRIPE_API_KEY", "STRIPE_API_BASE"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def open_account(side: Account, api_base: str | None) -> Connection:
    """Connect to one side of the account; the key is read, never shown."""
    return connect(_key(), side, _base(api_base or os.environ.get(BASE)))


def _key() -> str:
    found = os.environ.get(KEY, "").strip()
    if not found and sys.stdin.isatty():
        found = getpass("Stripe API key (not shown): ").strip()
    if not found:
        raise WrongUsage(f"no key: put a restricted key into {KEY}; docs/stripe.md lists its permissions")
    return found


def _base(text: str | None) -> str | None:
    """Take an address of this machine only: a key must not leave for anywhere but Stripe."""
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK or parts.path.strip("/"):
        raise WrongUsage(f"{text} is not an address of this machine, such as the one that `mock` prints")
    return text.rstrip("/")
