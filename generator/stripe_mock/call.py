"""One call on its way through the mock, and the line it leaves in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .account import GA_VERSION, PREVIEW_VERSION, Key
from .exchange import Request
from .refusal import Generation


@dataclass(slots=True)
class Call:
    """A request with what the front desk found out about it."""

    request: Request
    id: str
    at: datetime
    key: Key | None = None
    ids: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    preview: bool = False
    """The call speaks the private preview on an account that is enrolled."""

    @property
    def generation(self) -> Generation:
        """Tell by the path which API generation answers."""
        return "v2" if self.request.path.startswith("/v2/") else "v1"

    @property
    def idempotency_key(self) -> str | None:
        """Read the header that makes a repeat safe."""
        return self.request.headers.get("idempotency-key")

    @property
    def version(self) -> str:
        """Read the API version; v1 falls back to the account's."""
        return self.request.headers.get("stripe-version", GA_VERSION)

    @property
    def bearer(self) -> str:
        """Read the key or token; Basic authentication carries it as user name (decoded by the front desk)."""
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    @property
    def wants_preview(self) -> bool:
        """Tell whether the call asks for the private preview."""
        return self.version == PREVIEW_VERSION


@dataclass(frozen=True, slots=True)
class Logged:
    """What the mock remembers of an exchange. It holds the key's name, never its secret."""

    at: datetime
    method: str
    path: str
    query: Mapping[str, Any]
    key_name: str | None
    version: str | None
    idempotency_key: str | None
    body: Any
    status: int
    answer: Any
    request_id: str
