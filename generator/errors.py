"""Exceptions for bugs and for the outside world; a user's mistakes are findings, not exceptions.

TokentillError
├── UnreadableInput     a file that is missing or is not what it claims to be   (exit 2)
├── WrongUsage          arguments that do not fit together                      (exit 2)
├── OutsideWorld        a service, an installer or the network failed           (exit 3)
│   └── EngineFailure   the n8n engine could not be installed, started or used  (exit 3)
└── TemplateError       one of our own templates is broken: a bug
"""

from __future__ import annotations


def installing(extra: str) -> str:
    """Say how an extra of this package is installed."""
    return f"`pip install 'tokentill[{extra}]'`, in a checkout `pip install -e '.[{extra}]'`"


class TokentillError(Exception):
    """Anything this package raises on purpose."""

    exit_code = 1


class UnreadableInput(TokentillError):
    """A file is missing, or not what its name says."""

    exit_code = 2


class WrongUsage(TokentillError):
    """The arguments do not fit together."""

    exit_code = 2


class OutsideWorld(TokentillError):
    """Something that we do not control failed."""

    exit_code = 3


class EngineFailure(OutsideWorld):
    """The n8n engine could not be installed or started, or does not do what it is there for."""


class TemplateError(TokentillError):
    """One of our own templates is broken."""
