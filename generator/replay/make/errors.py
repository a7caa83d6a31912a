"""Errors of a module as Make names them, and the two ways in which a run ends early."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from generator.errors import WrongUsage
from generator.iml.values import Value

if TYPE_CHECKING:
    from generator.replay.make.run import Failure, Status

RETRIABLE: Final = frozenset({"RateLimitError", "ConnectionError", "ModuleTimeoutError"})
"""Stored executions of these are tried again by Make itself."""
PAUSING: Final = frozenset({"RateLimitError", "ConnectionError"})
"""Without a handler these hold the schedule back for 20 minutes."""
DATA: Final = frozenset({"DataError", "DuplicateDataError", "BundleValidationError"})
"""With `dlq` the bundle of these is stored, and what was done stays done."""
DISABLING: Final = frozenset(
    {
        "InvalidConfigurationError",
        "InvalidAccessTokenError",
        "AccountValidationError",
        "OperationsLimitExceededError",
        "DataSizeLimitExceededError",
    }
)
"""These switch the scenario off."""


class UnknownModule(WrongUsage):
    """The blueprint holds modules that the interpreter does not know; the message names them."""


class Killed(Exception):
    """Raised from `send`: the run is cut off at this request, as by a power failure."""


class ModuleError(Exception):
    """A module failed: `type` is one of Make's error types, `detail` what the service said."""

    def __init__(self, type_: str, message: str, detail: Value = None) -> None:
        super().__init__(f"{type_}: {message}")
        self.type = type_
        self.message = message
        self.detail = detail


class Halt(Exception):
    """The run ends here."""

    def __init__(self, status: Status, failure: Failure | None, *, rollback: bool = False) -> None:
        super().__init__(status)
        self.status: Status = status
        self.failure = failure
        self.rollback = rollback


Directive = Literal["Ignore", "Resume", "Commit", "Rollback", "Break"]


class Directed(Exception):
    """An error route reached its directive; `fields` are its evaluated mapper."""

    def __init__(self, directive: Directive, fields: Value) -> None:
        super().__init__(directive)
        self.directive: Directive = directive
        self.fields = fields
