"""Lists of v2: tokens in place of cursors, addresses of the next and the previous page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from .call import Call
from .refusal import Refusal

DEFAULT = 20


def page_v2(rows: Sequence[dict[str, Any]], call: Call) -> dict[str, Any]:
    """Cut the page that `limit` and the token in `page` ask for; `rows` is newest first."""
    limit, token = call.params.get("limit", DEFAULT), call.params.get("page", "page_0")
    found = re.fullmatch(r"page_([0-9]{1,9})", token)
    if found is None:
        raise Refusal(400, f"page: is not a page of this list. Received {token}", "invalid_fields", kept=False)
    start = int(found[1])
    following = _url(call, start + limit) if start + limit < len(rows) else None
    previous = _url(call, max(start - limit, 0)) if start else None
    return {"data": list(rows[start : start + limit]), "next_page_url": following, "previous_page_url": previous}


def _url(call: Call, offset: int) -> str:
    flat: list[tuple[str, object]] = []
    for key, value in call.params.items():
        many = isinstance(value, list)
        flat += [(f"{key}[{place}]", one) for place, one in enumerate(value)] if many else [(key, value)]
    kept = [(key, str(value).lower() if isinstance(value, bool) else value) for key, value in flat if key != "page"]
    return f"{call.request.path}?{urlencode([*kept, ('page', f'page_{offset}')])}"
