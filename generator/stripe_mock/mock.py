"""The Stripe that everyone talks to: one account, in process, safe to call from many threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any
from urllib.parse import parse_qsl

from . import front
from .account import Account
from .books import Books
from .call import Call, Logged
from .exchange import Request, Response
from .flights import Held, Slot
from .form import nested
from .ledger import Ledger
from .rate import Rates
from .refusal import Refusal
from .report import Report
from .seeding import Seeding
from .switches import Switches


def _go_on(request: Request) -> None:
    """Hold nothing."""


class StripeMock(Seeding, Ledger):
    """A stateful, strict Stripe. Time comes from `clock` (aware UTC) alone."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        switches: Switches | None = None,
        account: Account | None = None,
        limit_clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Open an empty account; `limit_clock` counts the seconds of rate limits where `clock` jumps."""
        account = account or Account()
        rates = Rates(account.limits, limit_clock or clock)
        self._books = Books(clock, account, switches or Switches(), rates)
        self._lock = RLock()
        self._log: list[Logged] = []
        self.hold: Callable[[Request], None] = _go_on
        """Called, without a lock, between the checks of a meter event and its storing: wait here to force a 409."""

    def file(self, report: Report) -> None:
        """Keep a report that somebody else wrote, so that it can be fetched."""
        self._books.reports.append(report)

    def handle(self, request: Request) -> Response:
        """Answer one call as Stripe would."""
        with self._lock:
            self._settle()
            call = Call(request, self._books.new_id("req"), self._books.now())
            done = self._start(call)
            if isinstance(done, Response):
                return self._close(call, done)
        self._wait(call, done)
        with self._lock:
            return self._close(call, self._land(call, done))

    @contextmanager
    def in_flight(self, request: Request) -> Iterator[None]:
        """Let a meter event be under way for the length of a `with`: a twin is refused with 409 meanwhile."""
        slot = self._slot(request)
        with self._lock:
            self._books.flights.enter(slot)
        try:
            yield
        finally:
            with self._lock:
                self._books.flights.leave(slot)

    def _start(self, call: Call) -> Response | Held:
        try:
            route = front.receive(self._books, call)
            known = self._books.memory.recall(call, self._books.switches)
        except Refusal as refusal:
            return self._refused(call, refusal)
        if known:
            return known
        self._books.memory.begin(call)
        return self._execute(call, lambda: route.endpoint(self._books, call))

    def _execute(self, call: Call, work: Callable[[], dict[str, Any] | Held]) -> Response | Held:
        """Do what was asked and save the answer under its idempotency key."""
        kept = True
        try:
            done = work()
        except Refusal as refusal:
            answer, kept = self._refused(call, refusal), refusal.kept
        else:
            if isinstance(done, Held):
                return done
            answer = Response.json(200, done)
        self._books.memory.end(call, answer, kept=kept)
        return answer

    def _wait(self, call: Call, held: Held) -> None:
        """Let the world hold the call; a world that gives up on it leaves nothing behind."""
        try:
            self.hold(call.request)
        except BaseException:
            with self._lock:
                self._books.flights.leave(held.slot)
                self._books.memory.forget(call)
            raise

    def _land(self, call: Call, held: Held) -> Response:
        self._books.flights.leave(held.slot)
        answer = self._execute(call, held.finish)
        return answer if isinstance(answer, Response) else self._land(call, answer)

    def _refused(self, call: Call, refusal: Refusal) -> Response:
        typed = call.generation == "v2" and self._books.switches.v2_error_type == "present"
        return refusal.answer(call.generation, call.id, typed=typed)

    def _slot(self, request: Request) -> Slot:
        """Read customer and meter of a meter event that may not have been sent yet."""
        text = request.body.decode()
        body = json.loads(text) if request.path.startswith("/v2/") else nested(parse_qsl(text))
        meter = self._books.meter_of(body["event_name"])
        return body["payload"][meter.customer_key if meter else "stripe_customer_id"], body["event_name"]

    def _close(self, call: Call, answer: Response) -> Response:
        answer, request = _with_id(call, answer), call.request
        self._log.append(
            Logged(
                at=call.at,
                method=request.method,
                path=request.path,
                query=_legible(request),
                key_name=call.key.name if call.key else None,
                version=request.headers.get("stripe-version"),
                idempotency_key=call.idempotency_key,
                body=_readable(request),
                status=answer.status,
                answer=json.loads(answer.body),
                request_id=call.id,
            )
        )
        return answer


def _with_id(call: Call, answer: Response) -> Response:
    return replace(answer, headers={**answer.headers, "request-id": call.id, "stripe-version": call.version})


def _legible(request: Request) -> dict[str, Any]:
    """Read a query for the log, nested where it can be."""
    try:
        return nested(request.params)
    except Refusal:
        return dict(request.params)


def _readable(request: Request) -> Any:
    """Read a body for the log: JSON, else form, else text."""
    text = request.body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return dict(parse_qsl(text, keep_blank_values=True)) or text
