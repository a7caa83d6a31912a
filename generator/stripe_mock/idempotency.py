"""The memory behind `Idempotency-Key`; the two API generations differ in all but the header's name.

Stripe docs, *Idempotent requests*: v1 saves the answer, failures included, for 24 hours or more; v2 keeps keys for
30 days, does a success once and a failure again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .call import Call
from .exchange import Response
from .refusal import Refusal
from .switches import Switches

KEPT = {"v1": timedelta(hours=24), "v2": timedelta(days=30)}
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Saved:
    """What was first asked with a key, and what came of it; no answer means still running."""

    fingerprint: str
    at: datetime
    request_id: str
    answer: Response | None = None


@dataclass(slots=True)
class Memory:
    """Every key seen, by its scope."""

    _saved: dict[tuple[str, ...], Saved] = field(default_factory=dict)

    def recall(self, call: Call, switches: Switches) -> Response | None:
        """Answer a repeat from memory, refuse a misuse, or say that the call is to be done."""
        saved = self._find(call)
        if saved is None:
            return None
        if saved.fingerprint != _fingerprint(call):
            raise _other_parameters(call, switches)
        if saved.answer is None:
            raise _still_running(call, switches)
        return _replayed(call, saved, saved.answer, switches)

    def begin(self, call: Call) -> None:
        """Remember that a key is in use."""
        if scope := _scope(call):
            self._saved[scope] = Saved(_fingerprint(call), call.at, call.id)

    def end(self, call: Call, answer: Response, *, kept: bool) -> None:
        """Save the answer where its generation saves it, else forget the key."""
        scope = _scope(call)
        if scope is None or scope not in self._saved:
            return
        if answer.status < 300 or (kept and call.generation == "v1"):
            self._saved[scope] = replace(self._saved[scope], answer=answer)
        else:
            del self._saved[scope]

    def forget(self, call: Call) -> None:
        """Drop a key whose call never came to an end."""
        if scope := _scope(call):
            self._saved.pop(scope, None)

    def _find(self, call: Call) -> Saved | None:
        scope = _scope(call)
        saved = self._saved.get(scope) if scope else None
        return saved if saved and call.at - saved.at < KEPT[call.generation] else None


def _scope(call: Call) -> tuple[str, ...] | None:
    """Within what a key is unique: the account in v1, the API (its path) in v2."""
    key, verb = call.idempotency_key, call.request.method
    if not key or verb not in ("POST", "DELETE") or (verb == "DELETE" and call.generation == "v1"):
        return None
    return ("v1", key) if call.generation == "v1" else ("v2", call.request.path, key)


def check_length(call: Call) -> None:
    """Refuse a key that is too long (v1 docs; v2 restates no limit)."""
    if len(call.idempotency_key or "") > LONGEST:
        words = f"Idempotency keys can be at most {LONGEST} characters."
        raise Refusal(400, words, "idempotency_key_invalid", kept=False)


def _fingerprint(call: Call) -> str:
    text = json.dumps([call.request.method, call.request.path, call.params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _other_parameters(call: Call, switches: Switches) -> Refusal:
    words = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{call.idempotency_key}' if you meant to execute a different request."
    )
    if call.generation == "v1":
        return Refusal(400, words, type="idempotency_error", kept=False)
    status = 409 if switches.key_reuse == "409" else 400
    kind = "idempotency_error" if switches.key_reuse == "400_type" else None
    return Refusal(status, words, "idempotency_error", type=kind, kept=False)


def _still_running(call: Call, switches: Switches) -> Refusal:
    words = f"There is currently another in-progress request using this idempotent key: {call.idempotency_key}."
    code = "idempotency_key_in_use" if call.generation == "v1" else switches.key_in_use
    kind = "idempotency_error" if call.generation == "v1" else None
    return Refusal(409, words, code, type=kind, kept=False)


def _replayed(call: Call, saved: Saved, answer: Response, switches: Switches) -> Response:
    header = call.generation == "v1" or switches.replay_header == "present"
    extra = {"idempotent-replayed": "true", "original-request": saved.request_id} if header else {}
    return replace(answer, headers={**answer.headers, **extra})
