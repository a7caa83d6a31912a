"""An error answer, in the words and the shape of either API generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .exchange import Response

Generation = Literal["v1", "v2"]

DOCS = "https://docs.stripe.com/error-codes"


@dataclass(eq=False)
class Refusal(Exception):
    """Why a call is refused. `kept` tells whether v1 idempotency saves the answer (it began to execute)."""

    status: int
    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: bool = True

    def answer(self, generation: Generation, request_id: str, *, typed: bool = False) -> Response:
        """Render the refusal; `typed` puts a `type` into v2 bodies too."""
        body = self._v1(request_id) if generation == "v1" else self._v2(typed=typed)
        return Response.json(self.status, {"error": body}, self.headers)

    def _v1(self, request_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {"type": self.type or "invalid_request_error", "message": self.message}
        if self.code:
            body |= {"code": self.code, "doc_url": f"{DOCS}/{self.code.replace('_', '-')}"}
        if self.param:
            body["param"] = self.param
        return body | {"request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}

    def _v2(self, *, typed: bool) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, "doc_url": DOCS, "user_message": None}
        if self.code:
            body["code"] = self.code
        kind = self.type or ("invalid_request_error" if typed else None)
        return body | ({"type": kind} if kind else {})


def missing_object(kind: str, identity: str, param: str = "id") -> Refusal:
    """Refuse a reference to nothing: 404 on a path, 400 in a parameter."""
    status = 404 if param == "id" else 400
    return Refusal(status, f"No such {kind}: '{identity}'", "resource_missing", param=param)


def wrong(param: str, message: str, code: str = "parameter_invalid") -> Refusal:
    """Refuse a parameter's value; the call never began to execute."""
    return Refusal(400, message, code, param=param, kept=False)


def rate_limited(reason: str = "global-rate", **headers: str) -> Refusal:
    """Refuse with 429 (Stripe docs, *Rate limits*); keywords are more headers (`retry_after="2"`)."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    words = "Request rate limit exceeded. Slow down and retry with exponential backoff."
    return Refusal(429, words, "rate_limit", headers={"stripe-rate-limited-reason": reason, **extra}, kept=False)
