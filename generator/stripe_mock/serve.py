"""The mock on a port, for the official SDK, curl or a workflow under test."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Protocol

from pytest_httpserver import HTTPServer
from werkzeug import Request as WireRequest
from werkzeug import Response as WireResponse

from .account import Account
from .exchange import Request, Response
from .mock import StripeMock

HOST = "127.0.0.1"


class Answering(Protocol):
    """What can be served: a mock, or a world around it."""

    def handle(self, request: Request) -> Response:
        """Answer one call."""


class _Server(HTTPServer):
    """A server with one answer to everything: the mock's. It keeps no log of its own; the mock has one."""

    def __init__(self, mock: Answering, port: int) -> None:
        super().__init__(host=HOST, port=port, threaded=True)
        self._mock = mock

    def application(self, request: WireRequest) -> WireResponse:
        answer = self._mock.handle(to_request(request))
        return WireResponse(answer.body, answer.status, dict(answer.headers))


@contextmanager
def serve(mock: Answering, port: int = 0) -> Iterator[str]:
    """Serve a mock on loopback, threaded, for the length of a `with`; gives the address. Port 0 takes a free one."""
    _require_free(port)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it writes colour codes, also off a terminal
    with _Server(mock, port) as server:
        yield f"http://{HOST}:{server.port}"


def _require_free(port: int) -> None:
    """Raise OSError for a port in use; the server below would print and exit instead."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def public_mock() -> StripeMock:
    """Make the mock that `python -m generator mock` serves: real time, any fake key, any `cus_…` customer."""
    return StripeMock(clock=lambda: datetime.now(UTC), account=Account(any_key=True, any_customer=True, preview=True))


def run_server(port: int, on_ready: Callable[[str], None], mock: StripeMock | None = None) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` gets the address once calls are taken."""
    stop = Event()
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        with serve(mock or public_mock(), port) as address:
            on_ready(address)
            stop.wait()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def to_request(wire: WireRequest) -> Request:
    """Read a call off the wire."""
    headers = {name.lower(): value for name, value in wire.headers.items()}
    return Request(wire.method, wire.host, wire.path, wire.query_string.decode(), headers, wire.get_data())
