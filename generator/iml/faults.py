"""What can be wrong with an expression.

ImlError
├── ImlSyntaxError   the text is no expression; knows the offset
└── ImlFault         evaluation failed: a bad value, an unknown function
"""

from __future__ import annotations


class ImlError(Exception):
    """Anything wrong with an expression."""


class ImlSyntaxError(ImlError):
    """The text is no expression. `offset` is 0-based, in characters from the start of the whole field."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} at {offset}")
        self.message = message
        self.offset = offset


class ImlFault(ImlError):
    """Evaluation failed; the words are for the log of the run."""
