"""`/v2/core/events`: where async error reports are read (Stripe docs, *Recording usage, error codes*)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .books import Books
from .call import Call
from .refusal import Refusal
from .report import WINDOW, Problem, Report
from .times import from_rfc3339

KEPT = timedelta(days=30)
DEFAULT, MOST = 20, 100


def publish(books: Books) -> list[Report]:
    """Turn the problems of windows that are over into reports, one per meter and window."""
    now, waiting = books.now(), books.problems
    due: dict[tuple[datetime, str], list[Problem]] = {}
    for problem in waiting:
        if problem.window + WINDOW <= now:
            due.setdefault((problem.window, problem.meter or ""), []).append(problem)
    books.problems = [problem for problem in waiting if problem.window + WINDOW > now]
    new = [_report(books, start, meter, problems) for (start, meter), problems in sorted(due.items())]
    books.reports.extend(new)
    return new


def _report(books: Books, start: datetime, meter: str, problems: list[Problem]) -> Report:
    created = start + WINDOW
    return Report(books.new_id("evt"), created, meter or None, start, tuple(problems), books.account.livemode)


def retrieve(books: Books, call: Call) -> dict[str, Any]:
    """Answer one event with its data."""
    for report in books.reports:
        if report.id == call.ids[0]:
            return report.full()
    raise Refusal(404, f"No such event: {call.ids[0]}", "not_found")


def listing(books: Books, call: Call) -> dict[str, Any]:
    """List the events of the last 30 days, newest first, filtered and paged by `page`."""
    params = call.params
    wanted = [report for report in reversed(books.reports) if _fits(report, params, call.at)]
    limit, first = int(params.get("limit", DEFAULT)), _offset(params.get("page"))
    return {
        "data": [report.full() for report in wanted[first : first + limit]],
        "next_page_url": _url(params, first + limit) if first + limit < len(wanted) else None,
        "previous_page_url": _url(params, max(first - limit, 0)) if first else None,
    }


def _fits(report: Report, params: dict[str, Any], now: datetime) -> bool:
    types, about = params.get("types"), params.get("object_id")
    right = (not types or report.type in types) and about in (None, report.meter)
    return right and now - report.created <= KEPT and _created(report, params.get("created", {}))


def _created(report: Report, bounds: dict[str, str]) -> bool:
    at = report.created
    tests = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
    return all(tests[name](_instant(text)) for name, text in bounds.items())


def _instant(text: str) -> datetime:
    at = from_rfc3339(text)
    if at is None:
        raise Refusal(400, f"created: must be an RFC 3339 date-time. Received {text}", "invalid_fields", kept=False)
    return at


def _offset(token: str | None) -> int:
    found = re.fullmatch(r"page_([0-9]{1,9})", "page_0" if token is None else token)
    if found is None:
        raise Refusal(400, f"page: is not a page of this list. Received {token}", "invalid_fields", kept=False)
    return int(found[1])


def _url(params: dict[str, Any], offset: int) -> str:
    flat = [(key, value) for key, value in params.items() if isinstance(value, str | int) and key != "page"]
    flat += [(f"types[{place}]", value) for place, value in enumerate(params.get("types", []))]
    flat += [(f"created[{key}]", value) for key, value in params.get("created", {}).items()]
    return f"/v2/core/events?{urlencode([*flat, ('page', f'page_{offset}')])}"
