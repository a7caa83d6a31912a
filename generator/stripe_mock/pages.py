"""Lists: cursors in v1, page tokens in v2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .call import Call
from .refusal import missing_object, wrong

DEFAULT = 10


def page(rows: Sequence[dict[str, Any]], call: Call, kind: str) -> dict[str, Any]:
    """Cut the page that `limit`, `starting_after` and `ending_before` ask for; `rows` is newest first."""
    params, limit = call.params, call.params.get("limit", DEFAULT)
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise wrong("ending_before", "You cannot use both starting_after and ending_before.")
    if before:
        ahead = rows[: _position(rows, before, kind, "ending_before")]
        data, more = list(ahead[-limit:]), len(ahead) > limit
    else:
        rest = rows[_position(rows, after, kind, "starting_after") + 1 :] if after else rows
        data, more = list(rest[:limit]), len(rest) > limit
    return {"object": "list", "data": data, "has_more": more, "url": call.request.path}


def _position(rows: Sequence[dict[str, Any]], cursor: str, kind: str, param: str) -> int:
    for position, row in enumerate(rows):
        if row["id"] == cursor:
            return position
    raise missing_object(kind, cursor, param)
