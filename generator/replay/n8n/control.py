"""The line between the replay and the code preloaded into the engine: JSON objects, one per line, over loopback."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from queue import SimpleQueue
from threading import Condition, Lock, Thread
from typing import Any

from generator.errors import EngineFailure
from generator.replay.clock import VirtualClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANSWER_S = 30.0


@dataclass(frozen=True, slots=True)
class Stray:
    """A connection that the engine tried to make to a host outside the replay, or a wait that could never end."""

    host: str
    port: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An execution that the engine began: `mode` is n8n's word for why (manual, trigger, webhook, retry, error, …)."""

    execution: str
    workflow: str
    mode: str


class Control:
    """Owns the listening end; the engine's preload connects when its process starts, also after a restart.

    What a worker of queue mode tells, `chief` hears as well: the control of the server that waits for its runs.
    """

    def __init__(self, chief: Control | None = None) -> None:
        self._chief = chief
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connection: socket.socket | None = None
        self._writing = Lock()
        self._waiting: dict[int, SimpleQueue[dict[str, Any]]] = {}
        self._ids = count(1)
        self._jumps: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._clock: VirtualClock | None = None
        self._unfollow: Callable[[], None] = lambda: None
        self._news = Condition()
        self._ended: dict[str, str] = {}
        self.begun: list[Begun] = []
        self.strays: list[Stray] = []
        Thread(target=self._accept, name="engine-control", daemon=True).start()
        Thread(target=self._move_clock, name="engine-clock", daemon=True).start()

    @property
    def port(self) -> int:
        """The loopback port that the preload connects to."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Hang up; the preload then ends its process."""
        self.follow(None)
        self._listener.close()
        if self._connection is not None:
            self._connection.close()

    def follow(self, clock: VirtualClock | None) -> None:
        """Let the engine's `Date` follow this clock from now on; with None it runs on from where it is."""
        self._unfollow()
        self._clock, self._unfollow = clock, (lambda: None)
        if clock is not None:
            self._unfollow = clock.subscribe(self._push)
            self._push(clock.now())

    def set_hosts(self, hosts: frozenset[str]) -> None:
        """Name the hosts that are redirected to the world; every other one is refused."""
        self._command({"do": "hosts", "hosts": sorted(hosts)})

    def fire_schedule(self, workflow: str, node_id: str) -> bool:
        """Let the active schedule of a trigger node fire now; False if there is none."""
        return bool(self._command({"do": "fire", "workflow": workflow, "node": node_id}))

    def watch(self) -> None:
        """Hear of executions from now on; the engine must be up."""
        self._command({"do": "watch"})

    def wait_until_begun(self, after: int, workflow: str, modes: frozenset[str], timeout_s: float) -> str | None:
        """Give the first execution of a workflow in one of the modes among `begun[after:]`, or None in time."""

        def found() -> str | None:
            fitting = (b.execution for b in self.begun[after:] if b.workflow == workflow and b.mode in modes)
            return next(fitting, None)

        with self._news:
            return self._news.wait_for(found, timeout_s)

    def wait_until_ended(self, execution: str, timeout_s: float) -> bool:
        """Wait until the engine says that an execution has ended; it may be stored a moment later."""
        with self._news:
            return self._news.wait_for(lambda: execution in self._ended, timeout_s)

    def ended_as(self, execution: str) -> str:
        """Give the state in which an execution ended, as the engine told it; empty where it did not say."""
        with self._news:
            return self._ended.get(execution, "")

    def running(self) -> list[str]:
        """List the executions that have begun and not ended, newest first: children before their parents."""
        with self._news:
            return [begun.execution for begun in reversed(self.begun) if begun.execution not in self._ended]

    def kill(self, executions: Sequence[str]) -> None:
        """Let executions die as if their process had: no further request, wait or retry of theirs happens."""
        self._command({"do": "kill", "executions": list(executions)})

    def tell_silence(self, port: int) -> None:
        """Say that the request from this local port of the engine will never be answered."""
        self._send({"do": "silence", "port": port, "id": 0})

    def _push(self, now: datetime) -> None:
        # The system's clock goes along: both processes share it, so nothing depends on how long the message takes.
        self._command({"do": "now", "now": _milliseconds(now), "at": round(time.time() * 1000)})

    def _command(self, message: dict[str, Any]) -> Any:
        number = next(self._ids)
        answers = self._waiting[number] = SimpleQueue()
        self._send({**message, "id": number})
        try:
            answer = answers.get(timeout=_ANSWER_S)
        except Exception as error:
            raise EngineFailure(f"the engine did not answer {message['do']!r} within {_ANSWER_S:.0f} s") from error
        finally:
            del self._waiting[number]
        if "error" in answer:
            raise EngineFailure(f"the engine could not do {message['do']!r}: {answer['error']}")
        return answer["result"]

    def _send(self, message: dict[str, Any]) -> None:
        with self._writing:
            if self._connection is None:
                raise EngineFailure("the engine is not connected to the replay")
            try:
                self._connection.sendall(json.dumps(message).encode() + b"\n")
            except OSError as error:
                raise EngineFailure(f"the engine is gone: {error}") from error

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection = connection
            self._forget_running()
            Thread(target=self._listen, args=(connection,), name="engine-control-reader", daemon=True).start()

    def _forget_running(self) -> None:
        """Take what ran in a process before this one as ended."""
        with self._news:
            self._ended = {begun.execution: "" for begun in self.begun} | self._ended

    def _listen(self, connection: socket.socket) -> None:
        try:
            for line in connection.makefile("r", encoding="utf-8"):
                self._hear(json.loads(line))
        except OSError:
            pass
        finally:
            self._hang_up(connection)

    def _hang_up(self, connection: socket.socket) -> None:
        """Let nobody wait for a process that has ended."""
        with self._writing:
            if self._connection is connection:
                self._connection = None
        for answers in tuple(self._waiting.values()):
            answers.put({"error": "its process has ended"})

    def _hear(self, message: dict[str, Any]) -> None:
        if "done" in message:
            if (waiting := self._waiting.get(message["done"])) is not None:
                waiting.put(message)
        elif message.get("ask") == "advance":
            self._jumps.put(message)
        else:
            self._note(message)

    def _move_clock(self) -> None:
        """Move the clock as the engine's waits end; not in the reading thread, which has to hear that it was told."""
        while True:
            jump = self._jumps.get()
            if self._clock is not None:
                self._clock.advance_to(_EPOCH + timedelta(milliseconds=jump["to"]))
            with suppress(EngineFailure):  # killed in the meantime
                self._send({"answer": jump["id"]})

    def _note(self, message: dict[str, Any]) -> None:
        if self._chief is not None:
            self._chief._note(message)
        with self._news:
            if message["tell"] == "began":
                self.begun.append(Begun(message["execution"], message["workflow"], message["mode"]))
            elif message["tell"] == "ended":
                self._ended[message["execution"]] = message["status"]
            else:
                self.strays.append(Stray(message["host"], message.get("port"), message["tell"]))
            self._news.notify_all()


def _milliseconds(instant: datetime) -> int:
    return round((instant - _EPOCH) / timedelta(milliseconds=1))
