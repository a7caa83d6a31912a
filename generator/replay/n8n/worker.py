"""A worker of the engine's queue mode: takes runs off the queue, and reaches only the replay's world."""

from __future__ import annotations

import time
from dataclasses import dataclass

import requests

from generator.errors import EngineFailure
from generator.replay.n8n.control import Begun, Control
from generator.replay.n8n.process import ServerProcess, Surroundings, free_port

_START_S = 120.0
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Worker:
    """A running `n8n worker`."""

    control: Control
    process: ServerProcess

    @classmethod
    def start(cls, surroundings: Surroundings, name: str, world: int, chief: Control) -> Worker:
        """Start one whose requests go to the world's port; returns when it takes runs, which `chief` hears of.

        Raises `EngineFailure`.
        """
        control, port = Control(chief), free_port()
        worker = cls(control, surroundings.start_worker(name, port, control.port, world))
        give_up = time.monotonic() + _START_S
        while not _is_ready(port):
            if not worker.alive() or time.monotonic() > give_up:
                worker.kill()
                raise EngineFailure(f"{name} did not start\n{worker.process.last_lines()}")
            time.sleep(_POLL_S)
        control.watch()
        return worker

    @property
    def begun(self) -> tuple[Begun, ...]:
        """Every run that it took so far, in order, also those of sub-workflows."""
        return tuple(self.control.begun)

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.process.pid

    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self.process.alive()

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.kill()
        self.control.close()


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz/readiness", timeout=2).ok
    except requests.RequestException:
        return False
