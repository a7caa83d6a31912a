"""One HTTP exchange, as the mocks see it: plain data, so that a server, an interpreter or a test can hold it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent. Header names are lower case; `query` is the raw text after `?`."""

    method: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    patience: float | None = None
    """Seconds after which the client stops waiting; None = it waits as long as it takes."""

    @property
    def params(self) -> list[tuple[str, str]]:
        """List the decoded query parameters in order."""
        return parse_qsl(self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Response:
    """What a service answered. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def json(cls, status: int, data: Any, headers: Mapping[str, str] | None = None) -> Response:
        """Answer with JSON."""
        return cls(status, {"content-type": "application/json", **(headers or {})}, json.dumps(data).encode())
