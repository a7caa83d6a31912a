"""The world as a TLS server on loopback: one port that answers for every host name.

It stands on `pytest-httpserver`. Each connection has its own thread, so requests in flight overlap as they would at the
real services. Certificates come from an authority that lives as long as the server, one per name asked for.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Condition, Event, Lock

import trustme
from pytest_httpserver.httpserver import HTTPServerBase
from werkzeug import Request as WireRequest
from werkzeug import Response as WireResponse

from generator.replay.faults import NoAnswer
from generator.stripe_mock.exchange import Request, Response

Handle = Callable[[Request], Response]
OnSilence = Callable[[int], None]

_LOOPBACK = "127.0.0.1"
_HARD = struct.pack("ii", 1, 0)
_BEGINNING = b'{"object":'
_PROMISED = 4096
_LOOK_EVERY_S = 0.05
_IDLE_S = 5.0


class Front(HTTPServerBase):
    """Serves `handle` for all hosts; `on_silence` is told the client's port when that client waits in vain.

    An exception other than `NoAnswer` that `handle` raises is answered with 500 and kept in `failures`.
    """

    def __init__(self, handle: Handle, on_silence: OnSilence = lambda _: None) -> None:
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._issuing = Lock()
        self._closing = Event()
        self._idle = Condition()
        self._busy = 0
        self.handle = handle
        self.on_silence = on_silence
        self.failures: list[Exception] = []
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else it prints a line per request
        super().__init__(_LOOPBACK, 0, ssl_context=self._front_door(), threaded=True)

    def write_authority(self, path: Path) -> None:
        """Write the certificate that a client has to trust."""
        self._authority.cert_pem.write_to_path(path)

    def start(self) -> None:
        """Start; each connection shakes hands in its own thread, where a busy client keeps nobody else waiting."""
        super().start()
        if self.server is not None and isinstance(self.server.socket, ssl.SSLSocket):
            self.server.socket.do_handshake_on_connect = False  # type: ignore[attr-defined]

    def stop(self) -> None:
        """Stop, and let go of the clients that still wait in vain."""
        self._closing.set()
        super().stop()

    def application(self, request: WireRequest) -> WireResponse:
        """Answer one request; unlike the parent, keep no log: a case of 10,000 requests would hold them all."""
        asked = _read(request)
        with self._idle:
            self._busy += 1
        try:
            return self._answer(request, asked)
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def wait_until_idle(self) -> None:
        """Wait until no request is being answered, for a few seconds at most."""
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, _IDLE_S)

    def _answer(self, request: WireRequest, asked: Request) -> WireResponse:
        try:
            return _written(self.handle(asked))
        except NoAnswer as silence:
            return self._keep_silent(request, silence)
        except Exception as error:
            self.failures.append(error)
            return _written(Response.json(500, {"error": {"message": f"the replay's own world failed: {error!r}"}}))

    def dispatch(self, request: WireRequest) -> WireResponse:
        """Never called: `application` answers."""
        raise NotImplementedError

    def _keep_silent(self, request: WireRequest, silence: NoAnswer) -> WireResponse:
        connection: ssl.SSLSocket = request.environ["werkzeug.socket"]
        if silence.kind == "slow":
            headers = {"content-type": "application/json", "content-length": str(_PROMISED)}
            return WireResponse(self._stall(connection, request), headers=headers)
        if silence.kind == "hang":
            self._wait_in_vain(connection, request)
        _reset(connection)
        raise ConnectionResetError("cut on purpose")

    def _stall(self, connection: ssl.SSLSocket, request: WireRequest) -> Iterator[bytes]:
        yield _BEGINNING
        self._wait_in_vain(connection, request)
        _reset(connection)
        raise ConnectionResetError("cut on purpose")

    def _wait_in_vain(self, connection: ssl.SSLSocket, request: WireRequest) -> None:
        self.on_silence(int(request.environ["REMOTE_PORT"]))
        while not self._closing.is_set():
            readable, _, _ = select.select([connection], [], [], _LOOK_EVERY_S)
            if readable:
                return

    def _front_door(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose_certificate
        return context

    def _choose_certificate(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        host = name or "localhost"
        with self._issuing:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
        connection.context = self._contexts[host]


def _read(request: WireRequest) -> Request:
    path, _, query = str(request.environ["REQUEST_URI"]).partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, headers.get("host", ""), path, query, headers, request.get_data())


def _written(response: Response) -> WireResponse:
    return WireResponse(response.body, response.status, dict(response.headers))


def _reset(connection: ssl.SSLSocket) -> None:
    """Cut a connection with RST, as a crashing peer or a broken proxy does."""
    with suppress(OSError):  # the client was faster
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
    os.close(connection.detach())
