"""The simulated world: Stripe, the app log and Slack behind one `handle`, on one clock, with a case's faults."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from threading import RLock
from typing import NoReturn

from generator.replay.case import Fault, Target
from generator.replay.clock import VirtualClock
from generator.replay.faults import NoAnswer
from generator.replay.gateway import HOST, KEY, PATH, Gateway
from generator.replay.slack import CHAT, Slack, channel_of
from generator.replay.usage.source import Row, UsageSource
from generator.replay.usage.table import Table
from generator.stripe_mock import StripeMock
from generator.stripe_mock.exchange import Request, Response

_STATUS = {"402", "429", "500", "503", "400", "408", "401", "403", "409", "in_use"}
_SLACK_REFUSALS = {"channel_not_found", "is_archived", "invalid_auth"}
_WORDS = {
    "in_use": "idempotency_key_in_use",
    "429": "rate_limit",
    "409": "too_many_concurrent_requests",
    "401": "invalid_api_key",
    "403": "forbidden",
}
_LONGEST_WINDOW_S = 25 * 3600
_LOOK = Request("GET", "", "/table")
"""Stands in the ledger for a table that could not be read."""
STRIPE_HOSTS = frozenset({"api.stripe.com", "meter-events.stripe.com"})


class RunKilled(Exception):
    """The platform dies: nothing after this request happens in this run."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that a workflow made, and what it got: `status` 0 is no answer."""

    run: int
    at: datetime
    target: Target | None
    request: Request
    status: int
    answer: bytes
    headers: dict[str, str]
    fault: str = ""
    late: int = 0
    """Seconds by which a fault delayed the answer."""


class World:
    """All services that a workflow talks to, and a ledger of what it said to them."""

    def __init__(self, stripe: StripeMock, log: UsageSource, slack: Slack, clock: VirtualClock) -> None:
        self.stripe, self.log, self.slack, self.clock = stripe, log, slack, clock
        self.exchanges: list[Exchange] = []
        self.unexpected: list[Request] = []
        self.stripe_met: set[str] = set()
        """Names of the mock's switches that were looked at."""
        self.channels: Mapping[str, Sequence[str]] = {}
        """Client key → its own channels, for faults that one client's Slack has."""
        self.gateway: Gateway | None = None
        self.on_kill: Callable[[], NoReturn] = _die
        self._lock = RLock()
        self._run = 0
        self._faults: Sequence[Fault] = ()
        self._calls: Counter[str] = Counter()

    @property
    def hosts(self) -> frozenset[str]:
        """Name every host that a workflow may reach."""
        return STRIPE_HOSTS | ({"slack.com", HOST, self.log.host} - {""})

    def begin(self, run: int, faults: Sequence[Fault]) -> None:
        """Start a run: its number, and the faults that it meets."""
        with self._lock:
            self._run, self._faults, self._calls = run, faults, Counter()

    def look_up(self, table: Table) -> list[Row] | None:
        """Give what a table that is not asked over HTTP holds as a run begins; None where it fails."""
        fault = self._next_fault(_LOOK, {"usage"})
        if fault is None:
            return table.records()
        self._note(Exchange(self._run, self.clock.now(), "usage", _LOOK, 0, b"", {}, fault.fault))
        return None

    def handle(self, request: Request) -> Response:
        """Answer one request, or raise NoAnswer or RunKilled."""
        target = self._target(request)
        if target is None:
            with self._lock:
                self.unexpected.append(request)
            return Response.json(404, {"error": "nobody expected this request"})
        fault = self._next_fault(request, {target, "any", *_reads(request, target)})
        at, run = self.clock.now(), self._run
        try:
            response = self._answer(request, target, fault)
        except (NoAnswer, RunKilled):
            self._note(Exchange(run, at, target, request, 0, b"", {}, fault.fault if fault else ""))
            raise
        name, late = (fault.fault, fault.seconds) if fault else ("", 0)
        response = replace(response, headers={"date": format_datetime(at, usegmt=True), **response.headers})
        said = response.status, response.body, dict(response.headers)
        self._note(Exchange(run, at, target, request, *said, name, late))
        return response

    def _note(self, exchange: Exchange) -> None:
        with self._lock:
            self.exchanges.append(exchange)

    def _target(self, request: Request) -> Target | None:
        if (request.host, request.method, request.path) == ("slack.com", "POST", CHAT):
            return "slack"
        if self.log.serves(request):
            return "usage"
        if request.host == HOST and request.method == "POST" and request.path == PATH:
            return "gateway"
        if request.host not in STRIPE_HOSTS:
            return None
        if request.method == "POST" and request.path.endswith("/billing/meter_events"):
            return "meter_event"
        if request.method == "GET" and request.path.endswith("/event_summaries"):
            return "summary"
        if request.method == "GET" and request.path.startswith("/v2/core/events/"):
            return "event"
        return "meters" if request.method == "GET" and request.path == "/v1/billing/meters" else None

    def _next_fault(self, request: Request, names: Set[str]) -> Fault | None:
        with self._lock:
            self._calls.update(names)
            return next((f for f in self._faults if f.on in names and self._hits(f) and self._meets(f, request)), None)

    def _meets(self, fault: Fault, request: Request) -> bool:
        return not fault.client or channel_of(request) in self.channels.get(fault.client, ())

    def _hits(self, fault: Fault) -> bool:
        call = self._calls[fault.on]
        return call in fault.calls if fault.calls else fault.until is None or call <= fault.until

    def _answer(self, request: Request, target: Target, fault: Fault | None) -> Response:
        kind = fault.fault if fault else ""
        if fault and kind in _STATUS:
            return _echo(request) if target == "gateway" and kind == "402" else _refusal(fault)
        if kind in _SLACK_REFUSALS:
            return Response.json(200, {"ok": False, "error": kind})
        if kind in {"reset_peer", "timeout"}:
            raise NoAnswer("reset" if kind == "reset_peer" else "hang")
        if kind == "html":
            return _page()
        if kind == "empty_object":
            return Response.json(200, {})
        if kind == "kill":
            self.on_kill()
        if fault and kind == "latency":
            self._be_slow(request, target, fault.seconds)
        response = self._serve(request, target, kind)
        return _spoil(response, kind, fault, self.on_kill)

    def _be_slow(self, request: Request, target: Target, seconds: int) -> None:
        """Take so long that a client which waits less gets no answer, though the service did its work."""
        if request.patience is not None and seconds > request.patience:
            self._serve(request, target, "")
            raise NoAnswer("hang")
        self.clock.advance(seconds)

    def _serve(self, request: Request, target: Target, kind: str) -> Response:
        if target == "slack":
            return self.slack.handle(request)
        if target == "usage":
            return self.log.handle(request, kind if kind in {"partial", "short", "repeat_page"} else None)
        return self.gateway.handle(request) if target == "gateway" and self.gateway else self.stripe.handle(request)


def _reads(request: Request, target: Target) -> set[str]:
    """Tell a read of one window, at most a day of 25 hours, from one of several."""
    if target != "summary":
        return set()
    asked = dict(request.params)
    span = int(asked.get("end_time", 0)) - int(asked.get("start_time", 0))
    return {"fact_read" if span <= _LONGEST_WINDOW_S else "range_read"}


def _spoil(response: Response, kind: str, fault: Fault | None, kill: Callable[[], NoReturn]) -> Response:
    """Let the service do its work, then lose or change what it says."""
    if fault is None:
        return response
    if kind == "sticky_500":
        return _refusal(fault.model_copy(update={"fault": "500"}))
    if kind in {"lost_response", "stored_timeout"}:
        raise NoAnswer("reset" if kind == "lost_response" else "hang")
    if kind == "stored_html":
        return _page()
    if kind == "kill_after":
        kill()
    if kind == "cut_body":
        return replace(response, body=response.body[: len(response.body) // 2])
    if kind == "cut":
        return Response.json(200, {**json.loads(response.body), "has_more": True})
    return response


def _refusal(fault: Fault) -> Response:
    headers = {"retry-after": fault.retry_after, "stripe-should-retry": fault.should_retry}
    error = {"code": _WORDS.get(fault.fault, "api_error"), "message": f"simulated answer {fault.fault}"}
    status = 409 if fault.fault == "in_use" else int(fault.fault)
    return Response.json(status, {"error": error}, {k: v for k, v in headers.items() if v})


def _echo(request: Request) -> Response:
    """Refuse as a careless service does: it quotes the keys that it was given."""
    keys = " ".join(value for name, value in request.headers.items() if name in {"authorization", KEY})
    return Response.json(402, {"error": {"message": f"no credits left for {keys}", "type": "insufficient_funds"}})


def _page() -> Response:
    return Response(200, {"content-type": "text/html"}, b"<html><body>Please log in to the network.</body></html>")


def _die() -> NoReturn:
    raise RunKilled
